/** The options of `robust-bench train`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { computeOptions, dataOptions, GROUP, grouped, printOptions, seedOptions } from '../options.ts';
import { recipeOptions } from '../training-options.ts';
import { name, path, whole } from '../values.ts';

export const trainOptions = {
  ...dataOptions,
  data: { ...dataOptions.data, demandOption: true },
  ...grouped(GROUP.data, {
    'train-limit': { value: whole({ least: 2 }), describe: 'Train on this many examples' },
    'test-limit': { value: whole({ least: 1 }), describe: 'Measure the test error on this many' },
    labels: {
      value: path,
      describe: 'Train on the labels of a file that robust-bench corrupt wrote',
    },
  }),
  ...recipeOptions,
  engine: computeOptions.engine,
  threads: computeOptions.threads,
  seed: computeOptions.seed,
  ...seedOptions,
  ...grouped(GROUP.output, {
    name: {
      value: name,
      describe: 'The model’s name in tables; that of the folder by default',
    },
    out: {
      value: path,
      demandOption: true,
      describe: 'Folder for the model cards, weights and metrics',
    },
    resume: {
      type: 'boolean',
      default: false,
      describe: 'Go on from the last epoch that was finished in --out',
    },
    tensorboard: {
      type: 'boolean',
      default: true,
      describe: 'Write the metrics as TensorBoard events too; --no-tensorboard for none',
    },
    tfjs: { type: 'boolean', default: false, describe: 'Export the models as tfjs layers-models too' },
  }),
  quiet: printOptions.quiet,
} as const satisfies Record<string, Options>;

export type TrainArguments = InferredOptionTypes<typeof trainOptions>;
