/** The options of `robust-bench merge`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { GROUP, grouped, printOptions } from '../options.ts';
import { path } from '../values.ts';

export const mergeOptions = {
  ...grouped(GROUP.output, {
    out: { value: path, demandOption: true, describe: 'Write the whole here as JSON' },
  }),
  ...printOptions,
  quiet: { ...printOptions.quiet, describe: 'Print the table alone' },
} as const satisfies Record<string, Options>;

export type MergeArguments = InferredOptionTypes<typeof mergeOptions> & { readonly parts: readonly string[] };
