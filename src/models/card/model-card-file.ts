/** Reads and writes model card files, checked against model-card.schema.json both ways. */
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { weightsBeside } from '../../core/confined.ts';
import {
  type DocumentFormat,
  readDocument,
  schemaFile,
  validateDocument,
} from '../../core/document-format.ts';
import { writeFileAtomically } from '../../core/files.ts';
import type { ModelCard } from './model-card.ts';

export const MODEL_CARD_KIND = 'robust-bench-model-card';

/** What `robust-bench train` writes beside each model. */
export const modelCardFormat: DocumentFormat<ModelCard> = {
  title: 'model card',
  mark: { field: 'kind', id: `${MODEL_CARD_KIND}/1`, versionField: 'version' },
  remedy: 'write it again',
  schema: schemaFile(new URL('./model-card.schema.json', import.meta.url)),
  check: inconsistencies,
};

/** What the schema cannot say. */
function* inconsistencies({ classCount, classNames, input }: ModelCard): Iterable<string> {
  const [lower = 0, upper = 0] = input.bounds;
  if (lower >= upper) {
    yield `/input/bounds are [${String(lower)}, ${String(upper)}], expected lower < upper`;
  }
  if (classNames !== undefined && classNames.length !== classCount) {
    yield `/classNames holds ${String(classNames.length)} names where classCount is ${String(classCount)}`;
  }
}

/** Whether parsed JSON says that it is a model card; it need not be a valid one. */
export function isModelCard(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'kind' in json && json.kind === MODEL_CARD_KIND;
}

/**
 * Reads a model card.
 *
 * @throws InputError when the file is missing, is no JSON, or breaks the schema
 */
export function readModelCard(path: string): Promise<ModelCard> {
  return readDocument(modelCardFormat, path);
}

/**
 * Checks parsed JSON against the schema and what the schema cannot say.
 *
 * @param path names the card in messages
 * @throws InputError naming the first few things that are wrong
 */
export function checkModelCard(path: string, json: unknown): Promise<ModelCard> {
  return validateDocument(modelCardFormat, json, path);
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
