/** `robust-bench validate`: checks a result or label file. */
import type { Argv } from 'yargs';
import { examples } from '../examples.ts';
import { reading } from '../options.ts';
import { path } from '../values.ts';
import type { CommandContext } from '../command-context.ts';

export function addValidateCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'validate <file>',
    'Check a result or label file against its schema and itself',
    (command) =>
      command
        .positional(
          'file',
          reading('the file', { value: path, demandOption: true, describe: 'A result or label file' }),
        )
        .epilogue(examples([['Exit code 0 where it is valid, else 2', 'validate result.json']])),
    async ({ file }) => {
      const { validateFile } = await import('../run/validate.ts');
      context.terminal.out(await validateFile(file));
    },
  );
}
