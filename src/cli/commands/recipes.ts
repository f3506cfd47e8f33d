/** `robust-bench recipes`: its options are in ../arguments/recipes.ts, the work is in ../run/recipes.ts, loaded when asked for. */
import type { Argv } from 'yargs';
import { recipesOptions } from '../arguments/recipes.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../examples.ts';
import { reading } from '../options.ts';
import { path } from '../values.ts';

export function addRecipesCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'recipes [name]',
    'List the recipes to train by, or print one with all that it extends merged in',
    (command) =>
      command
        .positional(
          'name',
          reading('the name', { value: path, describe: 'A recipe: its name, or the path of a .json file' }),
        )
        .options(recipesOptions)
        .epilogue(examples([['A recipe of one’s own, with what it extends', 'recipes my-recipe.json']])),
    async (argv) => {
      const { runRecipes } = await import('../run/recipes.ts');
      await runRecipes(argv, context);
    },
  );
}
