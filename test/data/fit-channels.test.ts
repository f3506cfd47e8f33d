import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createArrayDataset } from '../../src/data/array-dataset.ts';
import type { DataOptions, Dataset } from '../../src/data/dataset.ts';
import type { NumericArray } from '../../src/data/numeric-array.ts';
import { assertRefused } from './synthetic.ts';

function dataset(images: NumericArray, options: Partial<DataOptions>): Dataset {
  const labels = { dims: [2], dataType: 'uint8', data: Uint8Array.of(0, 1) } as const;
  const sources = { images: 'x', labels: 'y' };
  return createArrayDataset({ name: 'npz', images, labels, sources }, { split: 'test', ...options });
}

const bytes = (dims: readonly number[], ...data: readonly number[]): NumericArray => ({
  dims,
  dataType: 'uint8',
  data: Uint8Array.from(data),
});

test('grey arrays become three equal channels for a model of three, colours grey only where asked', async () => {
  const grey = bytes([2, 1, 2], 200, 7, 8, 9);
  for (const options of [{ inputShape: [3, 1, 2] }, { channels: 3 }]) {
    const threefold = dataset(grey, options);
    assert.deepEqual(threefold.shape, [3, 1, 2]);
    assert.deepEqual(
      (await threefold.read([1, 0])).inputs,
      Uint8Array.of(8, 9, 8, 9, 8, 9, 200, 7, 200, 7, 200, 7),
    );
    assert.match(threefold.notes?.join() ?? '', /become three equal channels/);
    assert.equal(threefold.settings?.['channels'], 3);
    assert.notEqual(await threefold.hash(), await dataset(grey, {}).hash());
  }
  assert.deepEqual(dataset(grey, { inputShape: [3, 9, 9] }).shape, [1, 1, 2]);
  const colour = bytes([2, 3, 1, 1], 255, 0, 0, 12, 200, 31);
  await assertRefused(
    () => dataset(colour, { inputShape: [1, 1, 1], layout: 'NCHW' }),
    /in colour and the model takes one channel: write --image-channels 1/,
  );
  const luma = dataset(colour, { inputShape: [1, 1, 1], layout: 'NCHW', channels: 1 });
  assert.deepEqual((await luma.read([0, 1])).inputs, Uint8Array.of(76, 125));
  assert.match(luma.notes?.join() ?? '', /0\.299 R \+ 0\.587 G \+ 0\.114 B/);
  const floats = { ...colour, dataType: 'float32', data: Float32Array.of(1, 0, 0, 1, 1, 1) } as const;
  assert.deepEqual(
    (await dataset(floats, { channels: 1, layout: 'NCHW' }).read([0, 1])).inputs,
    Float32Array.of(0.299, 1),
  );
  await assertRefused(() => dataset(grey, { channels: 2 }), /--image-channels 2/);
  await assertRefused(
    () => dataset(bytes([2, 2, 1, 1], 9, 99, 7, 8), { channels: 3, layout: 'NCHW' }),
    /2 channels/,
  );
});

test('the model’s shape tells the layout, and rows of values from images', async () => {
  const open = bytes([2, 3, 1, 3], ...Array.from({ length: 18 }, (_, k) => 100 + k));
  await assertRefused(() => dataset(open, {}), /does not tell where the channels are/);
  // Both orders of axes would give [3, 3, 1] or [3, 1, 3].
  assert.deepEqual((await dataset(open, { inputShape: [3, 1, 3] }).read([0])).inputs[1], 101);
  const last = dataset(open, { inputShape: [3, 3, 1] });
  assert.deepEqual([last.shape, (await last.read([0])).inputs[1]], [[3, 3, 1], 103]);
  const rows = dataset(bytes([2, 4], 100, 2, 3, 4, 5, 6, 7, 8), { inputShape: [1, 2, 2] });
  assert.deepEqual([rows.shape, (await rows.read([1])).inputs], [[1, 2, 2], Uint8Array.of(5, 6, 7, 8)]);
  assert.match(rows.notes?.join() ?? '', /rows of 4 values were taken for images \[1, 2, 2\]/);
  const flat = bytes([2, 6], 100, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  await assertRefused(
    () => dataset(flat, { inputShape: [3, 1, 2] }),
    /--layout channels-first or --layout channels-last/,
  );
  const interleaved = dataset(flat, { inputShape: [3, 1, 2], layout: 'NHWC' });
  assert.deepEqual((await interleaved.read([0])).inputs, Uint8Array.of(100, 3, 1, 4, 2, 5));
  const planar = dataset(flat, { inputShape: [3, 1, 2], layout: 'NCHW' });
  assert.deepEqual((await planar.read([0])).inputs, Uint8Array.of(100, 1, 2, 3, 4, 5));
  assert.deepEqual(dataset(flat, { inputShape: [6] }).shape, [6]);
});
