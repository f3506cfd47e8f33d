/** The options that several commands share, and the headings that help texts list options under. */
import type { Options } from 'yargs';
import { InputError } from '../core/errors.ts';
import { decimals, path, range, text, threads, type ValueKind, whole } from './values.ts';

/** The headings of help texts. */
export const GROUP = {
  models: 'Models:',
  attack: 'Attack:',
  gradient: 'Gradient:',
  data: 'Data:',
  corruption: 'Corruption:',
  memorization: 'Memorization:',
  training: 'Training:',
  schedule: 'Learning rate:',
  augmentation: 'Augmentation and normalisation:',
  comparison: 'Comparison:',
  computation: 'Computation:',
  output: 'Output:',
} as const;

/** An option as a table holds it: what yargs takes, and the kind of its value where it has one. */
export type Option = Omit<Options, 'type' | 'coerce'> & {
  readonly value?: ValueKind<unknown>;
  readonly type?: 'boolean';
};

/** The option for yargs: a text that its kind reads. */
type Read<T extends Option> = Omit<T, 'value'> &
  (T extends { readonly value: ValueKind<infer V> }
    ? { readonly coerce: (given: unknown) => T extends { readonly array: true } ? V[] : V }
    : unknown);

/** Options by name, all listed under one heading. */
export function grouped<const T extends Readonly<Record<string, Option>>>(
  group: string,
  options: T,
): { readonly [Name in keyof T]: Read<T[Name]> & { readonly group: string } } {
  const entries = Object.entries(options).map(
    ([name, option]) => [name, { ...reading(`--${name}`, option), group }] as const,
  );
  return Object.fromEntries(entries) as {
    readonly [Name in keyof T]: Read<T[Name]> & { readonly group: string };
  };
}

/**
 * An option or a positional argument whose values are read by their kind. One given twice, but for those that take
 * several values, is a contradiction: neither is taken in silence.
 *
 * @param called names it in messages: `--seed`, `the file`
 */
export function reading<const T extends Option>(called: string, { value, ...option }: T): Read<T> {
  // An option of another table, taken over under another heading or with other words.
  if ('coerce' in option) return option as unknown as Read<T>;
  const one = (given: unknown): unknown =>
    value === undefined || typeof given !== 'string' ? given : value.read(given, called);
  const coerce = (given: unknown): unknown => {
    if (!Array.isArray(given)) return one(given);
    // What cannot be left out yargs misses by itself, and not where help is asked for.
    if (given.length === 0 && option.demandOption !== true) {
      throw new InputError(`${called} is empty: write a value, or leave it out`);
    }
    if (option.array === true) return given.map(one);
    throw new InputError(`${called} is given ${String(given.length)} times: give it once`);
  };
  if (value === undefined) return { ...option, coerce } as unknown as Read<T>;
  // As a text it reaches its kind as it is written; as a number it is called one in help texts.
  const asText = { string: true, ...(value.isNumber ? { number: true } : {}), requiresArg: true };
  return { ...option, ...asText, coerce } as unknown as Read<T>;
}

/** Options but for some. */
export function without<const T extends object, const Name extends keyof T>(
  options: T,
  names: readonly Name[],
): Omit<T, Name> {
  const left = Object.entries(options).filter(([name]) => !names.some((other) => other === name));
  return Object.fromEntries(left) as Omit<T, Name>;
}

/** How to compute. */
export const computeOptions = grouped(GROUP.computation, {
  engine: {
    value: text(),
    default: 'onnxruntime',
    describe: 'onnxruntime[:cpu|cuda|webgpu] or tfjs[:node-gpu|node|wasm|cpu]',
  },
  threads: { value: threads, describe: 'Threads of one operator; all cores by default' },
  'batch-size': {
    value: whole({ least: 1, most: 1e6 }),
    describe: 'Examples that go through a model at a time',
  },
  seed: { value: whole({ least: 0 }), default: 0, describe: 'Root of every random decision' },
});

/** Seeds that stand for the root seed in a part of training. */
export const seedOptions = grouped(GROUP.computation, {
  'init-seed': { value: whole({ least: 0 }), describe: 'Of the initial weights; --seed by default' },
  'order-seed': {
    value: whole({ least: 0 }),
    describe: 'Of the order, the augmentation, dropout and the mixing; --seed by default',
  },
  'label-seed': { value: whole({ least: 0 }), describe: 'Of the corrupted labels; --seed by default' },
});

/** What to compute on. */
export const dataOptions = grouped(GROUP.data, {
  data: {
    value: path,
    describe:
      'cifar10:DIR, cifar100:DIR, idx:DIR, npz:FILE, npy:IMAGES,LABELS, imagefolder:DIR, imagetar:FILE or parquet:DIR',
  },
  layout: {
    choices: ['channels-first', 'channels-last'],
    describe: 'Axis order of the images of an .npy or .npz file, where it cannot be told',
    requiresArg: true,
  },
  'data-range': {
    value: range,
    describe: 'The range that stored values come from, where it cannot be told: 0,1 or 0,255 or -1,1',
  },
  'image-size': {
    value: whole({ least: 1, most: 8192 }),
    describe:
      'Height and width that image files are brought to; the model’s, 224, or their own where all alike',
  },
  'image-channels': {
    value: whole({ least: 1, most: 3 }),
    describe:
      '1 brings colours to grey, 3 makes grey three equal channels; by the model and the files by default',
  },
  'class-order': {
    choices: ['number', 'text'],
    describe: 'How class folders are numbered; by number where all names are whole numbers, by default',
    requiresArg: true,
  },
  'first-label': {
    value: whole({ least: -1e9, most: 1e9 }),
    describe: 'The label of the first class, where labels do not begin at 0: 1',
  },
  'label-column': {
    value: text(),
    describe: 'The column of labels of Parquet files that have several',
  },
  'image-column': {
    value: text(),
    describe: 'The column of images of Parquet files that have several',
  },
  'decoding-threads': {
    value: threads,
    describe: 'Threads that decode image files; as many as cores, at most 4, by default',
  },
});

/** What a model file does not tell. */
export const modelOptions = grouped(GROUP.models, {
  bounds: { value: range, describe: 'The range of the model’s inputs: 0,1 or 0,255' },
  mean: {
    value: decimals({ such: '0.5,0.5,0.5' }),
    describe: 'Normalisation mean per channel, in input units',
  },
  std: {
    value: decimals({ such: '0.25,0.25,0.25' }),
    describe: 'Normalisation deviation per channel, in input units',
  },
  'model-layout': {
    choices: ['channels-first', 'channels-last'],
    describe: 'Axis order of an .onnx model’s input, where the file does not tell',
    requiresArg: true,
  },
  'input-shape': {
    value: decimals({ such: '3,32,32' }),
    describe: 'Channels, height and width, where the file leaves them open: 3,32,32',
  },
  outputs: {
    choices: ['logits', 'probabilities'],
    describe: 'What the model’s output holds, where the file does not tell',
    requiresArg: true,
  },
  output: {
    value: text(),
    describe: 'The output that holds the scores, where the file has several',
  },
  'approximate-gradient': {
    choices: ['straight-through'],
    describe: 'A gradient past rounding (quantised values, inputs of whole numbers); the result says so',
    requiresArg: true,
  },
});

/** What to print. */
export const printOptions = grouped(GROUP.output, {
  json: { type: 'boolean', default: false, describe: 'Print the result as JSON instead of a table' },
  quiet: { type: 'boolean', default: false, describe: 'Print no progress' },
});
