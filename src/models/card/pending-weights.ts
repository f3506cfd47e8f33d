/**
 * How a card and the weights it names change together. The new weights are written under a name that holds their hash,
 * then the card, by one rename, comes to state that hash: from this moment the pair is the new one, for whoever reads
 * it finds the weights under that name; last they take the place of the old ones. A process that is killed between
 * any two of these leaves the old pair or the new one.
 */
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../../core/errors.ts';
import { reasonOf, writeFileAtomically } from '../../core/files.ts';
import { readModelCard, weightsPath, writeModelCard } from './model-card-file.ts';
import type { ModelCard } from './model-card.ts';

/** Where weights of this hash are until they have their place. */
function pendingPath(path: string, sha256: string): string {
  return join(dirname(path), `.${sha256.slice(0, 16)}-${basename(path)}`);
}

/** Where the weights that a card means are: in their place, or on the way there. */
export function presentWeights(path: string, { weights: { sha256 } }: ModelCard): string {
  if (sha256 === undefined) return path;
  const pending = pendingPath(path, sha256);
  return existsSync(pending) ? pending : path;
}

/**
 * Writes weights and the card that states their hash.
 *
 * @throws InputError when the folder cannot be written
 */
export async function writeWithWeights(path: string, card: ModelCard, bytes: Uint8Array): Promise<void> {
  const weights = weightsPath(path, card);
  const pending = pendingPath(weights, card.weights.sha256 ?? '');
  await writeFileAtomically(pending, bytes);
  await writeModelCard(path, card);
  await replace(pending, weights);
}

/**
 * Completes what a killed process left: weights that the card states take their place, others on the way are removed.
 * Only for the process that alone writes to the folder.
 */
export async function settleWeights(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const card = await readModelCard(path);
  const weights = weightsPath(path, card);
  const present = presentWeights(weights, card);
  if (present !== weights) await replace(present, weights);
  const folder = dirname(weights);
  for (const name of await readdir(folder)) {
    const left = /^\.[0-9a-f]{16}-(.+)$/s.exec(name)?.[1] === basename(weights);
    if (left) await rm(join(folder, name), { force: true });
  }
}

async function replace(pending: string, weights: string): Promise<void> {
  try {
    await rename(pending, weights);
  } catch (error) {
    throw new InputError(`cannot write ${weights}: ${reasonOf(error)}`);
  }
}
