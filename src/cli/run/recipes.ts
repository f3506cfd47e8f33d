/** What `robust-bench recipes` does. */
import { canonicalJson, InputError, readRecipe, type Recipe, recipeNames } from '../../index.ts';
import type { RecipesArguments } from '../arguments/recipes.ts';
import type { CommandContext } from '../command-context.ts';

export async function runRecipes(argv: RecipesArguments, { terminal }: CommandContext): Promise<void> {
  if (argv.name !== undefined) {
    if (argv.json) throw new InputError('--json is for the list: a recipe is printed as JSON without it');
    terminal.out(JSON.stringify(await readRecipe(argv.name), undefined, 2));
    return;
  }
  const names = await recipeNames();
  const recipes = await Promise.all(names.map(async (name) => ({ name, recipe: await readRecipe(name) })));
  terminal.out(argv.json ? canonicalJson(recipes).trimEnd() : listing(recipes));
}

interface NamedRecipe {
  readonly name: string;
  readonly recipe: Recipe;
}

/** A line for each recipe, those of the same source under a heading. */
function listing(recipes: readonly NamedRecipe[]): string {
  const width = Math.max(...recipes.map(({ name }) => name.length));
  const lines: string[] = [];
  let heading: string | undefined;
  for (const { name, recipe } of recipes) {
    const about = aboutOf(recipe);
    if (about !== heading) lines.push(...(heading === undefined ? [] : ['']), about);
    heading = about;
    const percents = (recipe.paper ?? []).map(({ percent }) => (percent === null ? '?' : String(percent)));
    lines.push(`  ${name.padEnd(width)}  ${percents.join(' / ')}`.trimEnd());
  }
  return lines.join('\n');
}

/** Where the numbers are from and, on a line of its own, what they measure. */
function aboutOf({ source = 'No source', paper = [] }: Recipe): string {
  const measures = paper.map(({ measure }) => measure).join(' / ');
  return measures === '' ? source : `${source}\n  ${measures}, in %; ? where not known`;
}
