import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countErrors, createPredictor } from '../../src/training/predictor.ts';
import { createMemoryDataset, randomBytes } from '../evaluation/memory-dataset.ts';
import { createStubEngine } from './stub-engine.ts';

describe('countErrors', () => {
  const logits = Float32Array.of(3, 2, 1, 0, /**/ 1, 1, 1, 1, /**/ 0, 5, 4, 5);

  test('a label is right when no other logit is ahead of its own; of equal ones the first is', () => {
    assert.equal(countErrors(logits, [0, 0, 1], 1), 0);
    assert.equal(countErrors(logits, [1, 1, 3], 1), 3);
  });

  test('counts the labels that are not among the k best', () => {
    assert.equal(countErrors(logits, [1, 1, 3], 2), 0);
    assert.equal(countErrors(logits, [3, 3, 0], 3), 3);
    assert.equal(countErrors(logits, [3, 3, 0], 4), 0);
  });
});

describe('a predictor', () => {
  const count = 600;
  const dataset = createMemoryDataset({
    shape: [1, 8, 8],
    classCount: 4,
    inputs: randomBytes(2, count * 64),
    labels: Array.from({ length: count }, () => 0),
  });
  const network = { architecture: 'preact-resnet18', width: 2, inputShape: [1, 8, 8], classCount: 4 };
  const all = Int32Array.from({ length: count }, (_, index) => index);

  test('gives the logits of every example, chunk by chunk', async () => {
    const engine = createStubEngine({ losses: [], wrong: [7, 0, 20], classCount: 4 });
    const predictor = await createPredictor(engine, network);
    const logits = await predictor.logits(new Map(), dataset, all);
    assert.equal(logits.length, count * 4);
    assert.equal(countErrors(logits, dataset.labels, 1), 27);
    await predictor.dispose();
    assert.deepEqual([...engine.open], []);
  });

  test('stops between two chunks', async () => {
    const engine = createStubEngine({ losses: [], wrong: [], classCount: 4 });
    const predictor = await createPredictor(engine, network);
    const stopped = predictor.logits(new Map(), dataset, all, AbortSignal.abort(new Error('enough')));
    await assert.rejects(stopped, /enough/);
  });

  test('an error while reading ahead is met as an error', async () => {
    const engine = createStubEngine({ losses: [], wrong: [], classCount: 4 });
    const predictor = await createPredictor(engine, network);
    const failing = {
      ...dataset,
      read: (indices: ArrayLike<number>) =>
        (indices[0] ?? 0) > 0 ? Promise.reject(new Error('torn')) : dataset.read(indices),
    };
    await assert.rejects(predictor.logits(new Map(), failing, all), /torn/);
  });
});
