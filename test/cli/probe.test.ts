import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probeOf } from '../../src/cli/run/probe.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import type { ModelDescription } from '../../src/models/open.ts';

const read: number[][] = [];
const dataset: Dataset = {
  name: 'bytes',
  split: 'test',
  shape: [1, 1, 2],
  classCount: 2,
  size: 3,
  labels: Int32Array.of(0, 1, 0),
  range: { lower: 0, upper: 255 },
  hash: () => Promise.resolve(''),
  read(indices) {
    read.push(Array.from(indices));
    return Promise.resolve({ inputs: Uint8Array.of(0, 51), labels: Int32Array.of(0) });
  },
};
const model = { inputShape: [1, 2, 1], bounds: { lower: 0, upper: 1 } } as unknown as ModelDescription;

test('a model is checked on the first image of the data, in its own units', async () => {
  assert.deepEqual(await probeOf(dataset, model), { probe: Float32Array.of(0, 0.2) });
  assert.deepEqual(read, [[0]]);
});

test('a model without bounds, or of other images, has none; nor have data without examples', async () => {
  const { bounds, ...unbounded } = model;
  assert.ok(bounds);
  assert.deepEqual(await probeOf(dataset, unbounded), {});
  assert.deepEqual(await probeOf(dataset, { ...model, inputShape: [3] }), {});
  assert.deepEqual(await probeOf({ ...dataset, size: 0 }, model), {});
});
