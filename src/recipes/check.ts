/** Whether a value is a recipe: first its schema, then what its fields say of each other. */
import { type DocumentFormat, schemaFile, validateDocument } from '../core/document-format.ts';
import { contradictions } from './consistency.ts';
import type { Recipe } from './recipe.ts';

/** A recipe with all that it extends merged in. Nothing in one says its version: it is read with its fields. */
export const recipeFormat: DocumentFormat<Recipe> = {
  title: 'recipe',
  mark: null,
  remedy: 'write it again',
  schema: schemaFile(new URL('./recipe.schema.json', import.meta.url)),
  check: ({ settings }) => contradictions(settings),
};

/**
 * Checks a whole recipe: one with all that it extends merged in.
 *
 * @param source names the recipe in messages
 * @returns the same value
 * @throws InputError that names the first few things that are wrong, on one line
 */
export function checkRecipe(value: unknown, source: string): Promise<Recipe> {
  return validateDocument(recipeFormat, value, source);
}
