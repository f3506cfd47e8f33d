/** The options of `robust-bench gate`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { GROUP, grouped, printOptions } from '../options.ts';
import { path, text } from '../values.ts';

export const gateOptions = {
  ...grouped(GROUP.comparison, {
    baseline: {
      value: path,
      demandOption: true,
      describe: 'The result to compare with',
    },
    current: { value: path, demandOption: true, describe: 'The result to judge' },
    'max-increase': {
      value: text(),
      default: '0pp',
      describe: 'Largest increase of an error that passes, in percentage points: 1pp',
    },
    strict: {
      type: 'boolean',
      default: false,
      describe: 'Fail on the increase as measured, also where chance explains it',
    },
  }),
  ...grouped(GROUP.output, {
    junit: { value: path, describe: 'Write a JUnit XML report here' },
    markdown: { value: path, describe: 'Write a Markdown summary here' },
  }),
  json: { ...printOptions.json, describe: 'Print the comparison as JSON instead of a table' },
} as const satisfies Record<string, Options>;

export type GateArguments = InferredOptionTypes<typeof gateOptions>;
