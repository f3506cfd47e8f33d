/** The options of `robust-bench corrupt`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { computeOptions, dataOptions, GROUP, grouped, printOptions } from '../options.ts';
import { decimal, path, text } from '../values.ts';

export const corruptOptions = {
  ...dataOptions,
  data: { ...dataOptions.data, demandOption: true },
  ...grouped(GROUP.data, {
    split: {
      value: text(),
      default: 'train',
      describe: 'Part of the data; all its labels',
    },
  }),
  ...grouped(GROUP.corruption, {
    mode: {
      choices: ['uniform', 'symmetric', 'pair-flip', 'class-conditional'],
      default: 'uniform',
      describe:
        'The label of a masked example: any class, any other class, the next class, or one by the matrix',
      requiresArg: true,
    },
    rate: {
      value: decimal({ least: 0, most: 1, such: '0.5 for 50 %' }),
      describe: 'Probability that an example is masked, e.g. 0.5; the matrix says it for class-conditional',
    },
    exact: {
      type: 'boolean',
      default: false,
      describe: 'Mask exactly round(rate · examples), not each with that probability',
    },
    matrix: {
      value: path,
      describe: 'class-conditional: JSON or CSV, row i holds the probabilities of the labels of class i',
    },
  }),
  seed: computeOptions.seed,
  ...grouped(GROUP.output, {
    out: { value: path, demandOption: true, describe: 'Write the label file here' },
  }),
  json: { ...printOptions.json, describe: 'Print the summary as JSON' },
  quiet: printOptions.quiet,
} as const satisfies Record<string, Options>;

export type CorruptArguments = InferredOptionTypes<typeof corruptOptions>;
