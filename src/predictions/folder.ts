/**
 * A folder of predictions: one file an epoch, `epoch-0001.npz` and so on, counted from 1. Epochs may be left out, as
 * where a model was saved every fifth; other files in the folder are no concern.
 */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { readInputFile, writeFileAtomically } from '../core/files.ts';
import { listFolder } from '../data/folder.ts';
import { assertFinite, decodeEpoch, encodeEpoch } from './epoch-file.ts';
import type { EpochPredictions, Predictions } from './predictions.ts';

const EPOCH_FILE = /^epoch-(\d+)\.npz$/;

/** The name of an epoch's file: at least four digits. */
export function epochFileName(epoch: number): string {
  return `epoch-${String(epoch).padStart(4, '0')}.npz`;
}

/**
 * Writes the file of one epoch, wholly or not at all; replaces one that is there.
 *
 * @param epoch counted from 1
 * @param predictions.train logits of the training examples as stored, in evaluation mode, [n, classCount], n ≥ 1
 * @param predictions.test logits of the test examples, [m, classCount], m ≥ 1
 * @throws InputError when a logit is not finite or the file cannot be written
 */
export async function writeEpochPredictions(
  folder: string,
  epoch: number,
  {
    train,
    test,
    classCount,
  }: { readonly train: Float32Array; readonly test: Float32Array; readonly classCount: number },
): Promise<void> {
  if (!Number.isSafeInteger(epoch) || epoch < 1) {
    throw new RangeError(`epoch ${String(epoch)}: epochs are counted from 1`);
  }
  assertFinite(train, train, classCount, `the training logits of epoch ${String(epoch)}`);
  assertFinite(test, test, classCount, `the test logits of epoch ${String(epoch)}`);
  const bytes = await encodeEpoch({
    train,
    test,
    trainCount: train.length / classCount,
    testCount: test.length / classCount,
    classCount,
  });
  await writeFileAtomically(join(folder, epochFileName(epoch)), bytes);
}

/**
 * Opens a folder of predictions; only names are looked at until an epoch is read.
 *
 * @throws InputError when the folder cannot be read, holds no epoch, or holds one twice
 */
export async function openPredictions(folder: string): Promise<Predictions> {
  const files = await listEpochs(folder);
  let first: { readonly epoch: number; readonly predictions: EpochPredictions } | undefined;
  return {
    name: folder,
    epochs: [...files.keys()],
    async read(epoch) {
      const file = files.get(epoch);
      if (file === undefined) throw new RangeError(`${folder} has no epoch ${String(epoch)}`);
      const path = join(folder, file);
      const predictions = decodeEpoch(await readInputFile(path, 'predictions file'), path);
      first ??= { epoch, predictions: { ...predictions, train: NOTHING, test: NOTHING } };
      assertAlike(predictions, first.predictions, path, first.epoch);
      return predictions;
    },
  };
}

/** Keeps the sizes of an epoch without its logits. */
const NOTHING = new Float32Array(0);

/** File name of each epoch, ascending. */
async function listEpochs(folder: string): Promise<Map<number, string>> {
  const names = await listFolder(folder);
  if (names === undefined) {
    throw new InputError(
      `${folder} is a file: give the folder that holds ${epochFileName(1)} and the epochs after it`,
    );
  }
  const files = new Map<number, string>();
  for (const name of names) {
    const digits = EPOCH_FILE.exec(name)?.[1];
    if (digits === undefined) continue;
    const epoch = Number(digits);
    const twin = files.get(epoch);
    if (epoch < 1 || !Number.isSafeInteger(epoch)) {
      throw new InputError(
        `${join(folder, name)}: epochs are counted from 1; the first is ${epochFileName(1)}`,
      );
    }
    if (twin !== undefined) {
      throw new InputError(
        `${folder} holds epoch ${String(epoch)} twice, as ${twin} and ${name}: keep one of them`,
      );
    }
    files.set(epoch, name);
  }
  if (files.size === 0) {
    throw new InputError(
      `${folder} holds no predictions: save one file an epoch, ${epochFileName(1)}, ${epochFileName(2)}, … ` +
        'with arrays train_logits and test_logits',
    );
  }
  return new Map([...files].sort(([a], [b]) => a - b));
}

function assertAlike(
  predictions: EpochPredictions,
  first: EpochPredictions,
  path: string,
  firstEpoch: number,
): void {
  for (const [what, key] of [
    ['classes', 'classCount'],
    ['training examples', 'trainCount'],
    ['test examples', 'testCount'],
  ] as const) {
    if (predictions[key] === first[key]) continue;
    throw new InputError(
      `${path} has predictions of ${String(predictions[key])} ${what} and epoch ${String(firstEpoch)} of ` +
        `${String(first[key])}: all epochs must be of the same examples`,
    );
  }
}

/** Removes the epochs of a folder, if it is there; other files in it stay. */
export async function removePredictions(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    if (EPOCH_FILE.test(name)) await rm(join(folder, name), { force: true });
  }
}
