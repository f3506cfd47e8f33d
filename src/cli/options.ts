/** The options that several commands share, and the headings that help texts list options under. */
import type { Options } from 'yargs';

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

/** Options by name, all listed under one heading. */
export function grouped<const T extends Readonly<Record<string, Options>>>(
  group: string,
  options: T,
): { readonly [Name in keyof T]: T[Name] & { readonly group: string } } {
  const entries = Object.entries(options).map(([name, option]) => [name, { ...option, group }] as const);
  return Object.fromEntries(entries) as { readonly [Name in keyof T]: T[Name] & { readonly group: string } };
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
    type: 'string',
    default: 'onnxruntime',
    describe: 'onnxruntime[:cpu|cuda|webgpu] or tfjs[:node-gpu|node|wasm|cpu]',
    requiresArg: true,
  },
  threads: { type: 'number', describe: 'Threads of one operator; all cores by default', requiresArg: true },
  'batch-size': { type: 'number', describe: 'Examples that go through a model at a time', requiresArg: true },
  seed: { type: 'number', default: 0, describe: 'Root of every random decision', requiresArg: true },
});

/** What to compute on. */
export const dataOptions = grouped(GROUP.data, {
  data: {
    type: 'string',
    describe:
      'cifar10:DIR, cifar100:DIR, idx:DIR, npz:FILE, npy:IMAGES,LABELS, imagefolder:DIR, imagetar:FILE or parquet:DIR',
    requiresArg: true,
  },
  layout: {
    choices: ['channels-first', 'channels-last'],
    describe: 'Axis order of the images of an .npy or .npz file, where it cannot be told',
    requiresArg: true,
  },
  'data-range': {
    type: 'string',
    describe: 'The range that stored values come from, where it cannot be told: 0,1 or 0,255 or -1,1',
    requiresArg: true,
  },
  'image-size': {
    type: 'number',
    describe:
      'Height and width that image files are brought to; the model’s, 224, or their own where all alike',
    requiresArg: true,
  },
  'image-channels': {
    type: 'number',
    describe:
      '1 brings colours to grey, 3 makes grey three equal channels; by the model and the files by default',
    requiresArg: true,
  },
  'class-order': {
    choices: ['number', 'text'],
    describe: 'How class folders are numbered; by number where all names are whole numbers, by default',
    requiresArg: true,
  },
  'first-label': {
    type: 'number',
    describe: 'The label of the first class, where labels do not begin at 0: 1',
    requiresArg: true,
  },
  'label-column': {
    type: 'string',
    describe: 'The column of labels of Parquet files that have several',
    requiresArg: true,
  },
  'image-column': {
    type: 'string',
    describe: 'The column of images of Parquet files that have several',
    requiresArg: true,
  },
  'decoding-threads': {
    type: 'number',
    describe: 'Threads that decode image files; as many as cores, at most 4, by default',
    requiresArg: true,
  },
});

/** What a model file does not tell. */
export const modelOptions = grouped(GROUP.models, {
  bounds: { type: 'string', describe: 'The range of the model’s inputs: 0,1 or 0,255', requiresArg: true },
  mean: { type: 'string', describe: 'Normalisation mean per channel, in input units', requiresArg: true },
  std: { type: 'string', describe: 'Normalisation deviation per channel, in input units', requiresArg: true },
  'model-layout': {
    choices: ['channels-first', 'channels-last'],
    describe: 'Axis order of an .onnx model’s input, where the file does not tell',
    requiresArg: true,
  },
  'input-shape': {
    type: 'string',
    describe: 'Channels, height and width, where the file leaves them open: 3,32,32',
    requiresArg: true,
  },
  outputs: {
    choices: ['logits', 'probabilities'],
    describe: 'What the model’s output holds, where the file does not tell',
    requiresArg: true,
  },
  output: {
    type: 'string',
    describe: 'The output that holds the scores, where the file has several',
    requiresArg: true,
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
