/** `robust-bench merge`: its options; the work is in ../run/merge.ts, loaded when asked for. */
import type { Argv, InferredOptionTypes, Options } from 'yargs';
import { examples } from '../examples.ts';
import type { CommandContext } from '../main.ts';
import { GROUP, grouped, printOptions } from '../options.ts';

const options = {
  ...grouped(GROUP.output, {
    out: {
      type: 'string',
      demandOption: true,
      describe: 'Write the whole here as JSON',
      requiresArg: true,
    },
  }),
  ...printOptions,
  quiet: { ...printOptions.quiet, describe: 'Print the table alone' },
} as const satisfies Record<string, Options>;

export type MergeArguments = InferredOptionTypes<typeof options> & { readonly parts: readonly string[] };

export function addMergeCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'merge <parts..>',
    'Put results of parts of one plan together',
    (command) =>
      command
        .positional('parts', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'Results of attack on parts of the same examples',
        })
        .options(options)
        .epilogue(
          examples([
            ['Shards, wherever they ran', 'merge part-1.json part-2.json part-3.json --out whole.json'],
          ]),
        ),
    async (argv) => {
      const { runMerge } = await import('../run/merge.ts');
      await runMerge(argv, context);
    },
  );
}
