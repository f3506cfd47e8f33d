/** The options of `robust-bench models`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { modelOptions, printOptions } from '../options.ts';

export const modelsOptions = {
  ...modelOptions,
  json: { ...printOptions.json, describe: 'Print JSON instead of text' },
} as const satisfies Record<string, Options>;

export type ModelsArguments = InferredOptionTypes<typeof modelsOptions> & {
  readonly files: readonly string[];
};
