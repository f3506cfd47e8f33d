/** The options of `robust-bench memorize`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { scopeOf, type Scope } from '../modes.ts';
import {
  computeOptions,
  dataOptions,
  GROUP,
  grouped,
  modelOptions,
  printOptions,
  seedOptions,
  without,
} from '../options.ts';
import { recipeOptions } from '../training-options.ts';
import { trainOptions } from './train.ts';
import { decimal, path, text } from '../values.ts';

/** What a variant says is not said a second time. */
const training = without(recipeOptions, ['method', 'alpha', 'dropout', 'corruption-rate']);

export const memorizeOptions = {
  ...grouped(GROUP.memorization, {
    rate: {
      value: decimal({ least: 0, most: 1, such: '0.5 for 50 %' }),
      array: true,
      defaultDescription: '0.2 0.5 0.8',
      describe: 'Shares of the training labels to corrupt',
    },
    variant: {
      value: text(),
      array: true,
      defaultDescription: 'erm dropout:0.5 mixup:8 mixup:8+dropout:0.3',
      describe: 'What to train: erm, dropout:P, mixup:ALPHA or mixup:ALPHA+dropout:P',
    },
    seeds: {
      value: text(),
      array: true,
      describe:
        'Train every variant with so many seeds, --seed and those after it (3), or with these (0,5,7)',
    },
    predictions: {
      value: path,
      describe: 'Train nothing: score the predictions of each epoch in this folder',
    },
    checkpoint: {
      value: path,
      array: true,
      describe: 'Train nothing: score these models, one an epoch, in this order',
    },
    labels: { ...trainOptions.labels, describe: 'The label file that what is scored was trained on' },
  }),
  ...dataOptions,
  data: trainOptions.data,
  'train-limit': trainOptions['train-limit'],
  'test-limit': trainOptions['test-limit'],
  ...training,
  bounds: modelOptions.bounds,
  engine: computeOptions.engine,
  threads: computeOptions.threads,
  seed: computeOptions.seed,
  ...seedOptions,
  ...grouped(GROUP.output, {
    out: {
      value: path,
      describe: 'Folder for label files, models, metrics and predictions of every run',
    },
    result: {
      value: path,
      describe: 'Write the result here as JSON; memorization.json in --out by default',
    },
    csv: { value: path, describe: 'Write the curves over epochs here' },
    resume: {
      type: 'boolean',
      default: false,
      describe: 'Keep the runs in --out that are finished, and go on with those that were stopped',
    },
    tensorboard: trainOptions.tensorboard,
    paper: { type: 'boolean', default: false, describe: 'Print the paper’s numbers beside' },
  }),
  ...printOptions,
} as const satisfies Record<string, Options>;

export type MemorizeArguments = InferredOptionTypes<typeof memorizeOptions>;

/** What the command does: trains, or scores what was trained elsewhere. */
export type MemorizeMode = 'training' | 'predictions' | 'checkpoint';

/** As they are written. */
export const MEMORIZE_MODES: Readonly<Record<MemorizeMode, string>> = {
  training: 'training',
  predictions: '--predictions, which trains nothing',
  checkpoint: '--checkpoint, which trains nothing',
};

const TRAINING = ['training'] as const;
const GIVEN = ['predictions', 'checkpoint'] as const;
const ANY = [...TRAINING, ...GIVEN] as const;

/** The modes that each option means something to. */
export const MEMORIZE_SCOPE: Scope<keyof typeof memorizeOptions, MemorizeMode> = {
  ...scopeOf(dataOptions, ANY),
  ...scopeOf(training, TRAINING),
  ...scopeOf(seedOptions, TRAINING),
  rate: TRAINING,
  variant: TRAINING,
  seeds: TRAINING,
  out: TRAINING,
  resume: TRAINING,
  tensorboard: TRAINING,
  predictions: ['predictions'],
  checkpoint: ['checkpoint'],
  labels: GIVEN,
  'train-limit': ANY,
  'test-limit': ANY,
  seed: ANY,
  bounds: ['checkpoint'],
  mean: ['training', 'checkpoint'],
  std: ['training', 'checkpoint'],
  engine: ['training', 'checkpoint'],
  threads: ['training', 'checkpoint'],
  result: ANY,
  csv: ANY,
  paper: ANY,
  json: ANY,
  quiet: ANY,
};
