/** The options of `robust-bench recipes`. */
import type { InferredOptionTypes, Options } from 'yargs';
import { printOptions } from '../options.ts';

export const recipesOptions = {
  json: { ...printOptions.json, describe: 'List all recipes, merged, as JSON' },
} as const satisfies Record<string, Options>;

export type RecipesArguments = InferredOptionTypes<typeof recipesOptions> & {
  readonly name?: string | undefined;
};
