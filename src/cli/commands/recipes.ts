/** `robust-bench recipes`: its options; the work is in ../run/recipes.ts, loaded when asked for. */
import type { Argv, InferredOptionTypes, Options } from 'yargs';
import { examples } from '../examples.ts';
import type { CommandContext } from '../main.ts';
import { printOptions } from '../options.ts';

const options = {
  json: { ...printOptions.json, describe: 'List all recipes, merged, as JSON' },
} as const satisfies Record<string, Options>;

export type RecipesArguments = InferredOptionTypes<typeof options> & { readonly name?: string | undefined };

export function addRecipesCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'recipes [name]',
    'List the recipes to train by, or print one with all that it extends merged in',
    (command) =>
      command
        .positional('name', { type: 'string', describe: 'A recipe: its name, or the path of a .json file' })
        .options(options)
        .epilogue(examples([['A recipe of one’s own, with what it extends', 'recipes my-recipe.json']])),
    async (argv) => {
      const { runRecipes } = await import('../run/recipes.ts');
      await runRecipes(argv, context);
    },
  );
}
