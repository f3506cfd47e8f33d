/** Walks over chosen examples a batch at a time. */
import type { Dataset, Examples } from './dataset.ts';

export interface Batch extends Examples {
  /** [n]: where the examples stand in the data set. */
  readonly indices: Int32Array;
}

/**
 * The chosen examples in the given order, `batchSize` at a time, the last batch possibly smaller. Only one batch is
 * in memory at a time.
 */
export async function* batches(
  dataset: Pick<Dataset, 'read'>,
  indices: Int32Array,
  batchSize: number,
): AsyncGenerator<Batch, void, undefined> {
  if (!(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new RangeError(`${String(batchSize)} is not a batch size`);
  }
  for (let start = 0; start < indices.length; start += batchSize) {
    const part = indices.slice(start, start + batchSize);
    yield { indices: part, ...(await dataset.read(part)) };
  }
}
