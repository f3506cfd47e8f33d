/** The options of `robust-bench gate`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { GROUP, grouped, printOptions } from '../options.ts';

export const gateOptions = {
  ...grouped(GROUP.comparison, {
    baseline: {
      type: 'string',
      demandOption: true,
      describe: 'The result to compare with',
      requiresArg: true,
    },
    current: { type: 'string', demandOption: true, describe: 'The result to judge', requiresArg: true },
    'max-increase': {
      type: 'string',
      default: '0pp',
      describe: 'Largest increase of an error that passes, in percentage points: 1pp',
      requiresArg: true,
    },
  }),
  ...grouped(GROUP.output, {
    junit: { type: 'string', describe: 'Write a JUnit XML report here', requiresArg: true },
    markdown: { type: 'string', describe: 'Write a Markdown summary here', requiresArg: true },
  }),
  json: { ...printOptions.json, describe: 'Print the comparison as JSON instead of a table' },
} as const satisfies Record<string, Options>;

export type GateArguments = InferredOptionTypes<typeof gateOptions>;
