import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createScoreCollector } from '../../src/evaluation/score.ts';
import { randomLinearModel } from '../attacks/linear-classifier.ts';

const score = (classCount: number, logits: readonly (readonly number[])[], labels: readonly number[]) => {
  const collector = createScoreCollector(randomLinearModel(1, classCount, [1]), labels.length);
  collector.record(0, Float32Array.from(logits.flat()), Int32Array.from(labels));
  return collector.score();
};

test('ranks count greater logits, and equal ones of classes that come first', () => {
  const logits = [
    [3, 1, 2],
    [3, 1, 2],
    [3, 1, 2],
    [2, 2, 2],
    [2, 2, 2],
    [2, 2, 2],
  ];
  const { ranks, predictions, top1Errors, top5Errors } = score(3, logits, [0, 1, 2, 0, 1, 2]);
  assert.deepEqual([...ranks], [0, 2, 1, 0, 1, 2]);
  assert.deepEqual([...predictions], [0, 0, 0, 0, 0, 0]);
  assert.equal(top1Errors, 4);
  assert.equal(top5Errors, 0);
});

test('a prediction is right exactly when its rank is 0, and ranks are a permutation of the classes', () => {
  const row = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 7, maxLength: 7 });
  fc.assert(
    fc.property(row, (logits) => {
      const labels = logits.map((_, label) => label);
      const { ranks, predictions, top1Errors, top5Errors } = score(
        7,
        labels.map(() => logits),
        labels,
      );
      assert.deepEqual([...ranks].sort(), labels);
      for (const label of labels) assert.equal(ranks[label] === 0, predictions[label] === label);
      assert.equal(top1Errors, 6);
      assert.equal(top5Errors, 2);
    }),
    { seed: 5, numRuns: 200 },
  );
});

test('the loss is the cross-entropy, also where exponentials would overflow', () => {
  const { losses, meanLoss, saturated } = score(
    2,
    [
      [0, 0],
      [1000, 0],
      [1000, 0],
      [0, 3],
    ],
    [0, 0, 1, 1],
  );
  const expected = [Math.log(2), 0, 1000, Math.log1p(Math.exp(-3))];
  losses.forEach((loss, example) => {
    assert.ok(Math.abs(loss - expected[example]!) < 1e-12);
  });
  assert.ok(Math.abs(meanLoss - expected.reduce((a, b) => a + b) / 4) < 1e-12);
  assert.equal(saturated, 2);
});
