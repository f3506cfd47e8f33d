/** `robust-bench validate`: checks a result file. */
import type { Argv } from 'yargs';
import { examples } from '../examples.ts';
import type { CommandContext } from '../main.ts';

export function addValidateCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'validate <file>',
    'Check a result file against the schema and itself',
    (command) =>
      command
        .positional('file', { type: 'string', demandOption: true, describe: 'A result file' })
        .epilogue(examples([['Exit code 0 where it is valid, else 2', 'validate result.json']])),
    async ({ file }) => {
      const { readResult } = await import('../../index.ts');
      const result = await readResult(file);
      const { examples, evaluations } = result;
      context.terminal.out(
        `${file}: a valid ${result.schema} with ${String(evaluations.length)} evaluations of ${String(examples.count)} examples`,
      );
    },
  );
}
