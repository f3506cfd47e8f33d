/** `robust-bench merge`: its options are in ../arguments/merge.ts, the work is in ../run/merge.ts, loaded when asked for. */
import type { Argv } from 'yargs';
import { mergeOptions } from '../arguments/merge.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../examples.ts';
import { reading } from '../options.ts';
import { path } from '../values.ts';

export function addMergeCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'merge <parts..>',
    'Put results of parts of one plan together',
    (command) =>
      command
        .positional(
          'parts',
          reading('the parts', {
            value: path,
            array: true,
            demandOption: true,
            describe: 'Results of attack on parts of the same examples',
          }),
        )
        .options(mergeOptions)
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
