/** A data set of drawn bytes or given values, held in memory, for tests. */
import type { Dataset } from '../../src/data/dataset.ts';
import { randomStream } from '../../src/core/random.ts';

export interface MemoryContent {
  readonly shape: readonly number[];
  readonly classCount: number;
  readonly inputs: Uint8Array | Float32Array;
  readonly labels: readonly number[];
  readonly range?: { readonly lower: number; readonly upper: number };
}

export function createMemoryDataset(content: MemoryContent): Dataset {
  const { shape, classCount, inputs, labels, range = { lower: 0, upper: 255 } } = content;
  const size = shape.reduce((product, dim) => product * dim, 1);
  return {
    name: 'memory',
    split: 'test',
    shape,
    classCount,
    size: labels.length,
    labels: Int32Array.from(labels),
    range,
    hash: () => Promise.resolve('0'),
    read: (indices) => {
      const chosen = inputs.slice(0, indices.length * size);
      Array.from(indices).forEach((index, place) => {
        chosen.set(inputs.subarray(index * size, (index + 1) * size), place * size);
      });
      return Promise.resolve({
        inputs: chosen,
        labels: Int32Array.from(Array.from(indices), (index) => labels[index]!),
      });
    },
  };
}

export function randomBytes(seed: number, count: number): Uint8Array {
  const stream = randomStream(seed, 'bytes');
  return Uint8Array.from({ length: count }, () => stream.integer(256));
}
