/** Recipes on disk: those of this package by name, others by path, each with the recipe that it extends merged in. */
import { readdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { holdsMoreThan, isObject, type JsonObject, parseJson } from '../core/json.ts';
import { checkRecipe } from './check.ts';
import { mergeSettings } from './merge.ts';
import { nearNames } from './near-names.ts';
import type { Recipe } from './recipe.ts';

/** What holds where neither a recipe nor an option is given: the paper's CIFAR experiment. */
export const DEFAULT_RECIPE = 'cifar10/preact18-erm';

const FOLDER = fileURLToPath(new URL('../../recipes/', import.meta.url));

/** The names of the recipes that this package has: `cifar10/preact18-mixup`. */
export async function recipeNames(): Promise<string[]> {
  const entries = await readdir(FOLDER, { recursive: true });
  return entries
    .filter((entry) => entry.endsWith('.json'))
    .map((entry) => entry.slice(0, -'.json'.length).replaceAll('\\', '/'))
    .sort();
}

/**
 * Reads a recipe with all that it extends merged in.
 *
 * @param reference the name of a recipe of this package, or the path of a file that ends in .json
 * @throws InputError when there is none, when it is not valid, or when recipes extend each other in a circle
 */
export async function readRecipe(reference: string): Promise<Recipe> {
  return readExtending(reference, process.cwd(), []);
}

/**
 * @param folder what a path is relative to
 * @param extending the files that led here
 */
async function readExtending(
  reference: string,
  folder: string,
  extending: readonly string[],
): Promise<Recipe> {
  const isPath = reference.endsWith('.json');
  const path = isPath ? resolve(folder, reference) : resolve(FOLDER, `${await knownName(reference)}.json`);
  if (extending.includes(path)) {
    throw new InputError(`the recipe ${reference} extends itself: take one "extends" out of the circle`);
  }
  const source = `the recipe ${reference}`;
  const { extends: base, ...stated } = parse(path, await readInputFile(path, 'recipe'));
  if (base === undefined) return checkRecipe(stated, source);
  if (typeof base !== 'string') {
    throw new InputError(`${source}: "extends" is no text: write the name or the path of a recipe`);
  }
  const { settings } = await readExtending(base, dirname(path), [...extending, path]);
  return checkRecipe({ ...stated, settings: mergeSettings(settings, stated['settings']) }, source);
}

/** @throws InputError that offers names where there is no such recipe */
async function knownName(name: string): Promise<string> {
  const names = await recipeNames();
  if (names.includes(name)) return name;
  throw new InputError(
    `there is no recipe ${name}; near it are ${nearNames(name, names).join(', ')}: robust-bench recipes lists all, and the path of a file of your own ends in .json`,
  );
}

/** More than any recipe holds. */
const mostValues = 10_000;

function parse(path: string, bytes: Buffer): JsonObject {
  const value = parseJson(path, bytes);
  if (!isObject(value))
    throw new InputError(`${path} is no recipe: it is not an object with "title" and "settings"`);
  // The cost of naming what is wrong grows with the square of how much is.
  if (holdsMoreThan(mostValues, value)) {
    throw new InputError(`${path} holds more than ${String(mostValues)} values, which no recipe does`);
  }
  return value;
}
