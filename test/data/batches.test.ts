import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Batch, batches } from '../../src/data/batches.ts';

async function collect(walk: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of walk) all.push(batch);
  return all;
}

test('batches cover the subset in order, whatever their size', async () => {
  const dataset = {
    read: (indices: ArrayLike<number>) =>
      Promise.resolve({
        inputs: Uint8Array.from(Array.from(indices).flatMap((index) => [index, 2 * index])),
        labels: Int32Array.from(indices, (index) => index % 3),
      }),
  };
  const chosen = Int32Array.of(4, 9, 2, 7, 1);
  for (const [size, sizes] of [
    [1, [1, 1, 1, 1, 1]],
    [2, [2, 2, 1]],
    [5, [5]],
    [8, [5]],
  ] as const) {
    const seen = await collect(batches(dataset, chosen, size));
    assert.deepEqual(
      seen.map(({ labels }) => labels.length),
      sizes,
    );
    assert.deepEqual(
      seen.flatMap(({ indices }) => [...indices]),
      [...chosen],
    );
    assert.deepEqual(
      seen.flatMap(({ inputs }) => [...inputs]),
      [4, 8, 9, 18, 2, 4, 7, 14, 1, 2],
    );
    assert.deepEqual(
      seen.flatMap(({ labels }) => [...labels]),
      [1, 0, 2, 1, 1],
    );
  }
  assert.deepEqual(await collect(batches(dataset, new Int32Array(0), 3)), []);
  await assert.rejects(collect(batches(dataset, chosen, 0)), RangeError);
});
