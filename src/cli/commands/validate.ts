/** `robust-bench validate`: checks a result, label file, model card, recipe or folder of predictions. */
import type { Argv } from 'yargs';
import { examples } from '../examples.ts';
import { reading } from '../options.ts';
import { path } from '../values.ts';
import type { CommandContext } from '../command-context.ts';

export function addValidateCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'validate <file>',
    'Check a result, label file, model card, recipe or predictions against its schema and itself',
    (command) =>
      command
        .positional(
          'file',
          reading('the file', {
            value: path,
            demandOption: true,
            describe: 'A result, label file, model card, recipe, or folder of predictions',
          }),
        )
        .epilogue(examples([['Exit code 0 where it is valid, else 2', 'validate result.json']])),
    async ({ file }) => {
      const { validateFile } = await import('../run/validate.ts');
      context.terminal.out(await validateFile(file));
    },
  );
}
