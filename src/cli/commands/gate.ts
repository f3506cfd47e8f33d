/** `robust-bench gate`: its options; the work is in ../run/gate.ts, loaded when asked for. */
import type { Argv, InferredOptionTypes, Options } from 'yargs';
import { examples } from '../examples.ts';
import type { CommandContext } from '../main.ts';
import { GROUP, grouped, printOptions } from '../options.ts';

const options = {
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
    strict: {
      type: 'boolean',
      default: false,
      describe: 'Fail on the increase as measured, also where chance explains it',
    },
  }),
  ...grouped(GROUP.output, {
    junit: { type: 'string', describe: 'Write a JUnit XML report here', requiresArg: true },
    markdown: { type: 'string', describe: 'Write a Markdown summary here', requiresArg: true },
  }),
  json: { ...printOptions.json, describe: 'Print the comparison as JSON instead of a table' },
} as const satisfies Record<string, Options>;

export type GateArguments = InferredOptionTypes<typeof options>;

export function addGateCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'gate',
    'Compare a result with a baseline; exit 1 where robustness fell',
    (command) =>
      command
        .options(options)
        .epilogue(
          examples([
            [
              'In continuous integration',
              'gate --baseline base.json --current new.json --max-increase 1pp --junit gate.xml',
            ],
          ]),
        ),
    async (argv) => {
      const { runGate } = await import('../run/gate.ts');
      await runGate(argv, context);
    },
  );
}
