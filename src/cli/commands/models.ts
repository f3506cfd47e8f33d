/** `robust-bench models`: its options; the work is in ../run/models.ts, loaded when asked for. */
import type { Argv, InferredOptionTypes, Options } from 'yargs';
import { examples } from '../examples.ts';
import type { CommandContext } from '../main.ts';
import { modelOptions, printOptions } from '../options.ts';

const options = {
  ...modelOptions,
  json: { ...printOptions.json, describe: 'Print JSON instead of text' },
} as const satisfies Record<string, Options>;

export type ModelsArguments = InferredOptionTypes<typeof options> & { readonly files: readonly string[] };

export function addModelsCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'models <files..>',
    'Show what is known about model files: inputs, classes, operators, which have gradients',
    (command) =>
      command
        .positional('files', { type: 'string', array: true, demandOption: true, describe: 'Model files' })
        .options(options)
        .epilogue(examples([['A file and a model card', 'models m.onnx card.json']])),
    async (argv) => {
      const { runModels } = await import('../run/models.ts');
      await runModels(argv, context);
    },
  );
}
