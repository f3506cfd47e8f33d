import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { scaleToBounds } from '../../src/data/scale.ts';
import { checkpointPredictions, type CheckpointSeries } from '../../src/evaluation/checkpoint-predictions.ts';
import { randomLinearModel } from '../attacks/linear-classifier.ts';
import { createMemoryDataset, randomBytes } from './memory-dataset.ts';

const model = randomLinearModel(1, 3, [4], { name: 'model' });
const dataset = (seed: number, count: number) =>
  createMemoryDataset({
    shape: [4],
    classCount: 3,
    inputs: randomBytes(seed, 4 * count),
    labels: Array.from({ length: count }, (_, index) => index % 3),
  });
const [train, test_] = [dataset(1, 11), dataset(2, 5)];
const series = (classifier: Classifier, change: Partial<CheckpointSeries> = {}) =>
  checkpointPredictions({
    name: 'series',
    count: 2,
    open: () => Promise.resolve(classifier),
    train,
    trainIndices: Int32Array.of(0, 3, 7, 10, 2),
    test: test_,
    testIndices: Int32Array.of(4, 0),
    batchSize: 2,
    ...change,
  });
const changed = (change: (logits: Float32Array) => ArrayLike<number>): Classifier => ({
  ...model,
  logits: async (inputs) => Float32Array.from(change(await model.logits(inputs))),
});
const probabilities = (scale: number) =>
  changed((logits) =>
    Array.from(logits, (logit, index) => {
      const row = logits.subarray(index - (index % 3), index - (index % 3) + 3);
      return (scale * Math.exp(logit)) / row.reduce((sum, other) => sum + Math.exp(other), 0);
    }),
  );

describe('predictions of checkpoints', () => {
  test('are the logits of the chosen examples, in their order', async () => {
    const read = await series(model).read(1);
    assert.deepEqual([read.trainCount, read.testCount, read.classCount], [5, 2, 3]);
    const { inputs } = await train.read([0, 3, 7, 10, 2]);
    const scaled = scaleToBounds(inputs, train.range, model.bounds);
    assert.deepEqual(read.train, await model.logits(scaled));
  });

  test('are refused where they are not finite, masks of −∞ included', async () => {
    for (const value of [-Infinity, Infinity]) {
      const own = changed((logits) => logits.map((logit, index) => (index === 4 ? value : logit)));
      await assert.rejects(
        series(own).read(1),
        new RegExp(
          `^InputError: model returned the logit ${String(value)} for example 1 of a set: .*finite logits`,
        ),
      );
    }
  });

  test('are refused where they are probabilities, unless they were declared to be logits', async () => {
    await assert.rejects(
      series(probabilities(1)).read(1),
      /^InputError: the outputs of model look like probabilities .*--outputs probabilities; or --outputs logits/,
    );
    const warnings: string[] = [];
    const onWarning = (text: string) => void warnings.push(text);
    await series(probabilities(1), { declaredLogits: true, onWarning }).read(1);
    await series(probabilities(0.25), { onWarning }).read(2);
    await series(model, { onWarning }).read(2);
    assert.equal(warnings.length, 2);
    assert.match(warnings[0]!, /each row sums to 1\).*declared to be logits/);
    assert.match(warnings[1]!, /each row sums to 0\.25\)/);
  });
});
