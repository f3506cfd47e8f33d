/** Gives a data set the labels of a label file, after a check that the file was made for it. */
import { createHash } from 'node:crypto';
import { InputError } from '../core/errors.ts';
import type { Dataset, Examples } from '../data/dataset.ts';
import { littleEndianBytes } from '../data/numeric-array.ts';
import { countChanged } from './corrupt-labels.ts';
import type { LabelFile } from './label-file.ts';

/**
 * A view of a data set whose examples carry the given labels. The true labels stay in the data set that was passed
 * in, the mask in the file. `hash()` is SHA-256 over a line of JSON with the data set's own hash and the given labels
 * as little-endian 32-bit integers; where no label differs it is the data set's own.
 *
 * @param source names the file in messages, e.g. its path
 * @throws InputError when the file was made for other data, or changes a label that it does not mark as masked
 */
export async function applyLabels(dataset: Dataset, file: LabelFile, source: string): Promise<Dataset> {
  await assertSameData(dataset, file, source);
  assertTrueElsewhere(dataset, file, source);
  const { labels } = file;
  const relabelled = ({ inputs }: Examples, indices: ArrayLike<number>): Examples => ({
    inputs,
    labels: Int32Array.from(indices, (index) => labels[index] ?? 0),
  });
  const readAugmented = dataset.readAugmented?.bind(dataset);
  let hash: Promise<string> | undefined;
  return {
    ...dataset,
    labels,
    read: async (indices) => relabelled(await dataset.read(indices), indices),
    ...(readAugmented === undefined
      ? {}
      : {
          readAugmented: async (indices, augmentation, draw) =>
            relabelled(await readAugmented(indices, augmentation, draw), indices),
        }),
    hash: () => (hash ??= hashOf(dataset, file)),
  };
}

async function hashOf(dataset: Dataset, { labels, changedCount }: LabelFile): Promise<string> {
  const own = await dataset.hash();
  if (changedCount === 0) return own;
  const digest = createHash('sha256');
  digest.update(`${JSON.stringify({ data: own, labels: 'given' })}\n`);
  digest.update(littleEndianBytes(labels));
  return digest.digest('hex');
}

async function assertSameData(dataset: Dataset, { data }: LabelFile, source: string): Promise<void> {
  const made = `${source} was made for ${String(data.size)} examples of ${data.specification} ${data.split}`;
  const advice = 'give the data that it was made for, or make another with robust-bench corrupt';
  if (data.size !== dataset.size) {
    throw new InputError(
      `${made}, and ${dataset.name} ${dataset.split} has ${String(dataset.size)}: ${advice}`,
    );
  }
  const sha256 = await dataset.hash();
  if (data.sha256 !== sha256) {
    throw new InputError(
      `${made} with the hash ${data.sha256.slice(0, 12)}…, and that of ${dataset.name} ${dataset.split} is ${sha256.slice(0, 12)}…: ${advice}`,
    );
  }
  if (data.classes !== dataset.classCount) {
    throw new InputError(
      `${made} with ${String(data.classes)} classes, and ${dataset.name} ${dataset.split} has ${String(dataset.classCount)}: ${advice}`,
    );
  }
}

/** The data are the right ones: what is not masked must have its true label, or the file was altered. */
function assertTrueElsewhere(dataset: Dataset, file: LabelFile, source: string): void {
  const { labels, masked, changedCount } = file;
  const altered = dataset.labels.findIndex((label, index) => masked[index] !== 1 && labels[index] !== label);
  if (altered >= 0) {
    throw new InputError(
      `${source} contradicts the data: it gives example ${String(altered)}, which it does not mark as masked, the label ${String(labels[altered])} in place of ${String(dataset.labels[altered])}`,
    );
  }
  const changed = countChanged(dataset.labels, labels);
  if (changed !== changedCount) {
    throw new InputError(
      `${source} contradicts the data: it counts ${String(changedCount)} changed labels, and ${String(changed)} differ from the true ones`,
    );
  }
}
