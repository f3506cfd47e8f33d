/** `robust-bench models`: its options are in ../arguments/models.ts, the work is in ../run/models.ts, loaded when asked for. */
import type { Argv } from 'yargs';
import { modelsOptions } from '../arguments/models.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../examples.ts';
import { reading } from '../options.ts';
import { path } from '../values.ts';

export function addModelsCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'models <files..>',
    'Show what is known about model files: inputs, classes, operators, which have gradients',
    (command) =>
      command
        .positional(
          'files',
          reading('a file', { value: path, array: true, demandOption: true, describe: 'Model files' }),
        )
        .options(modelsOptions)
        .epilogue(examples([['A file and a model card', 'models m.onnx card.json']])),
    async (argv) => {
      const { runModels } = await import('../run/models.ts');
      await runModels(argv, context);
    },
  );
}
