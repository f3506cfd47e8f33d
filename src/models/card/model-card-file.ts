/** Reads and writes model card files, checked against model-card.schema.json both ways. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { weightsBeside } from '../../core/confined.ts';
import { InputError } from '../../core/errors.ts';
import { readInputFile, writeFileAtomically } from '../../core/files.ts';
import { parseJson } from '../../core/json.ts';
import type { ModelCard } from './model-card.ts';

export const MODEL_CARD_KIND = 'robust-bench-model-card';

/** Whether parsed JSON says that it is a model card; it need not be a valid one. */
export function isModelCard(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'kind' in json && json.kind === MODEL_CARD_KIND;
}

/**
 * Reads a model card.
 *
 * @throws InputError when the file is missing, is no JSON, or breaks the schema
 */
export async function readModelCard(path: string): Promise<ModelCard> {
  const bytes = await readInputFile(path, 'model card');
  return checkModelCard(path, parseJson(path, bytes));
}

/**
 * Checks parsed JSON against the schema and what the schema cannot say.
 *
 * @param path names the card in messages
 * @throws InputError naming the first thing that is wrong
 */
export async function checkModelCard(path: string, json: unknown): Promise<ModelCard> {
  const validate = await cardValidator();
  if (!validate(json)) {
    throw new InputError(`${path} is no valid model card: ${complaint(validate.errors?.[0])}`);
  }
  const { classCount, classNames, input } = json;
  const [lower = 0, upper = 0] = input.bounds;
  if (lower >= upper) {
    throw new InputError(
      `${path}: input/bounds are [${String(lower)}, ${String(upper)}], expected lower < upper`,
    );
  }
  if (classNames !== undefined && classNames.length !== classCount) {
    throw new InputError(
      `${path}: classNames holds ${String(classNames.length)} names where classCount is ${String(classCount)}`,
    );
  }
  return json;
}

/**
 * Writes a model card, whole or not at all.
 *
 * @throws InputError when the card breaks the schema or the folder cannot be written
 */
export async function writeModelCard(path: string, card: ModelCard): Promise<void> {
  await checkModelCard(path, card);
  await writeFileAtomically(path, `${JSON.stringify(card, undefined, 2)}\n`);
}

/** Where the card's weights are. */
export function weightsPath(cardPath: string, card: ModelCard): string {
  return fromCard(cardPath, card.weights.file);
}

/**
 * Where the card's weights are, for reading them.
 *
 * @throws InputError when they are not there, or not in the card's folder or below it
 */
export function confinedWeightsPath(cardPath: string, card: ModelCard): string {
  weightsBeside(cardPath, card.weights.file);
  return weightsPath(cardPath, card);
}

/** The card's data specification with its path made relative to where the card is; undefined where it names none. */
export function cardData(
  cardPath: string,
  card: ModelCard,
): { readonly specification: string; readonly split: string } | undefined {
  if (card.data === undefined) return undefined;
  const { specification, split } = card.data;
  const colon = specification.indexOf(':');
  // A pair of files, images and labels, has a comma between.
  const whole = specification.slice(colon + 1);
  const parts = existsSync(fromCard(cardPath, whole)) ? [whole] : whole.split(',');
  const path = parts.map((part) => fromCard(cardPath, part)).join(',');
  return { specification: `${specification.slice(0, colon)}:${path}`, split };
}

/**
 * Where the card of a weights file may lie: beside it under the same base name, ending in .card.json, or in .json as
 * the trainer writes it.
 */
export function sidecarPaths(modelPath: string): readonly string[] {
  const base = join(dirname(modelPath), basename(modelPath).replace(/\.[^.]+$/, ''));
  return [`${base}.card.json`, `${base}.json`];
}

function fromCard(cardPath: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(cardPath), path);
}

let validator: Promise<ValidateFunction<ModelCard>> | undefined;

function cardValidator(): Promise<ValidateFunction<ModelCard>> {
  validator ??= compileSchema();
  return validator;
}

async function compileSchema(): Promise<ValidateFunction<ModelCard>> {
  const [{ Ajv2020 }, schema] = await Promise.all([
    import('ajv/dist/2020.js'),
    readFile(new URL('./model-card.schema.json', import.meta.url), 'utf8'),
  ]);
  return new Ajv2020({ strict: true, allowUnionTypes: true }).compile<ModelCard>(
    JSON.parse(schema) as object,
  );
}

function complaint(error: ErrorObject | undefined): string {
  if (error === undefined) return 'it breaks the schema';
  const where = error.instancePath === '' ? 'it' : error.instancePath.slice(1);
  const parameters = error.params as Readonly<Record<string, unknown>>;
  const detail =
    parameters['additionalProperty'] ?? parameters['allowedValues'] ?? parameters['allowedValue'];
  return `${where} ${error.message ?? 'is wrong'}${detail === undefined ? '' : ` (${JSON.stringify(detail)})`}`;
}
