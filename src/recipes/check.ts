/** Whether a value is a recipe: first its schema, then what its fields say of each other. */
import { readFile } from 'node:fs/promises';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { InputError } from '../core/errors.ts';
import { describeProblems, describeViolations } from '../core/violations.ts';
import { contradictions } from './consistency.ts';
import type { Recipe } from './recipe.ts';

/**
 * Checks a whole recipe: one with all that it extends merged in.
 *
 * @param source names the recipe in messages
 * @returns the same value
 * @throws InputError that names the first few things that are wrong, on one line
 */
export async function checkRecipe(value: unknown, source: string): Promise<Recipe> {
  const validate = await compiled();
  if (!validate(value)) {
    const errors = (validate.errors ?? []).map(readable);
    throw new InputError(`${source} is not a valid recipe: ${describeViolations(errors)}`);
  }
  const problems = contradictions(value.settings);
  if (problems.length > 0) {
    throw new InputError(`${source} contradicts itself: ${describeProblems(problems)}`);
  }
  return value;
}

let pending: Promise<ValidateFunction<Recipe>> | undefined;

/** The compiled schema; ajv is loaded when first needed. */
function compiled(): Promise<ValidateFunction<Recipe>> {
  pending ??= compile();
  return pending;
}

async function compile(): Promise<ValidateFunction<Recipe>> {
  const [{ Ajv2020 }, schema] = await Promise.all([
    import('ajv/dist/2020.js'),
    readFile(new URL('./recipe.schema.json', import.meta.url), 'utf8'),
  ]);
  const options = { allErrors: true, verbose: true, allowUnionTypes: true, discriminator: true };
  return new Ajv2020(options).compile<Recipe>(JSON.parse(schema) as object);
}

/** An object whose `kind` is none: ajv says it in terms of the schema. */
function readable(error: ErrorObject): ErrorObject {
  if (error.keyword !== 'discriminator') return error;
  const schema = error.parentSchema as { readonly description?: string } | undefined;
  const what = schema?.description?.replace(/\.$/, '') ?? 'it';
  return { ...error, message: `an object whose "kind" recipe.schema.json lists (${what})` };
}
