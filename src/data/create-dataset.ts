/** Makes a data set of stored inputs and labels: the reading of examples and the hash, the same for every format. */
import { createHash } from 'node:crypto';
import type { Dataset, Examples } from './dataset.ts';
import { printable } from '../core/printable.ts';
import { littleEndianBytes } from './numeric-array.ts';
import type { ExampleStorage } from './storage.ts';

/** How many bytes of inputs are read at a time for the hash. */
const hashChunkBytes = 1 << 22;

/** The labels are already checked against the class count. */
export interface DatasetContent extends Omit<Dataset, 'size' | 'hash' | 'read'> {
  readonly storage: ExampleStorage;
}

/** A data set over the given storage; the labels are held, not copied. */
export function createDataset({ storage, labels, notes = [], ...description }: DatasetContent): Dataset {
  const exampleSize = description.shape.reduce((product, dim) => product * dim, 1);
  const read = (indices: ArrayLike<number>): Examples => {
    const chosen = new Int32Array(indices.length);
    for (let position = 0; position < indices.length; position++) {
      const index = indices[position];
      const label = index === undefined ? undefined : labels[index];
      if (label === undefined) {
        throw new RangeError(`there is no example ${String(index)} among ${String(labels.length)}`);
      }
      chosen[position] = label;
    }
    return { inputs: storage.read(indices), labels: chosen };
  };
  let hash: Promise<string> | undefined;
  return {
    ...description,
    ...(notes.length === 0 ? {} : { notes: notes.map(printable) }),
    size: labels.length,
    labels,
    read: async (indices) => Promise.resolve(read(indices)),
    hash: () => (hash ??= hashOf(read, description.shape, labels, hashChunkBytes / exampleSize)),
  };
}

/**
 * SHA-256 over a line of JSON (shape, element type, number of examples), the labels as little-endian 32-bit integers
 * and the inputs, channels first, as little-endian elements.
 */
async function hashOf(
  read: (indices: ArrayLike<number>) => Examples,
  shape: readonly number[],
  labels: Int32Array,
  chunk: number,
): Promise<string> {
  const step = Math.max(1, Math.floor(chunk));
  const type = read([]).inputs instanceof Uint8Array ? 'uint8' : 'float32';
  const digest = createHash('sha256');
  digest.update(`${JSON.stringify({ shape, type, size: labels.length })}\n`);
  digest.update(littleEndianBytes(labels));
  for (let start = 0; start < labels.length; start += step) {
    const count = Math.min(step, labels.length - start);
    digest.update(littleEndianBytes(read(Int32Array.from({ length: count }, (_, k) => start + k)).inputs));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return digest.digest('hex');
}
