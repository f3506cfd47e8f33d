/** The options of `robust-bench corrupt`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { computeOptions, dataOptions, GROUP, grouped, printOptions } from '../options.ts';

export const corruptOptions = {
  ...dataOptions,
  data: { ...dataOptions.data, demandOption: true },
  ...grouped(GROUP.data, {
    split: {
      type: 'string',
      default: 'train',
      describe: 'Part of the data; all its labels',
      requiresArg: true,
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
      type: 'number',
      describe: 'Probability that an example is masked, e.g. 0.5; the matrix says it for class-conditional',
      requiresArg: true,
    },
    exact: {
      type: 'boolean',
      default: false,
      describe: 'Mask exactly round(rate · examples), not each with that probability',
    },
    matrix: {
      type: 'string',
      describe: 'class-conditional: JSON or CSV, row i holds the probabilities of the labels of class i',
      requiresArg: true,
    },
  }),
  seed: computeOptions.seed,
  ...grouped(GROUP.output, {
    out: { type: 'string', demandOption: true, describe: 'Write the label file here', requiresArg: true },
  }),
  json: { ...printOptions.json, describe: 'Print the summary as JSON' },
  quiet: printOptions.quiet,
} as const satisfies Record<string, Options>;

export type CorruptArguments = InferredOptionTypes<typeof corruptOptions>;
