/** Labels and small data sets for the tests of corruption. */
import { randomStream } from '../../src/core/random.ts';
import { createArrayDataset } from '../../src/data/array-dataset.ts';
import type { Dataset } from '../../src/data/dataset.ts';

/** Labels drawn uniformly. */
export function drawLabels(count: number, classCount: number): Int32Array {
  const stream = randomStream(11, 'labels');
  return Int32Array.from({ length: count }, () => stream.integer(classCount));
}

/** A data set of one byte an example, 0, 1, 2, …, with the given labels. */
export function dataOf(labels: Int32Array, classCount: number, split = 'train'): Dataset {
  const data = Uint8Array.from(labels, (_, index) => index & 255);
  return createArrayDataset(
    {
      name: 'memory',
      images: { dims: [labels.length, 1], dataType: 'uint8', data },
      labels: { dims: [labels.length], dataType: 'int32', data: labels },
      sources: { images: 'images', labels: 'labels' },
    },
    { split, classCount },
  );
}
