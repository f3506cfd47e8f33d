import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scoreRows, summarize } from '../../src/evaluation/score.ts';
import { randomLinearModel } from '../attacks/linear-classifier.ts';

const score = (classCount: number, logits: readonly (readonly number[])[], labels: readonly number[]) => {
  const model = randomLinearModel(1, classCount, [1]);
  return summarize(
    scoreRows(model, Float32Array.from(logits.flat()), Int32Array.from(labels), [...labels.keys()]),
  );
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

test('a class of logit −∞ is never predicted, and as a label comes last with an infinite loss', () => {
  const never = -Infinity;
  const logits = [
    [never, 1, 3, never, never, 0],
    [never, 1, 3, never, never, 0],
    [never, 1, 3, never, never, 0],
    [never, never, -1e30, never, never, never],
  ];
  const { predictions, ranks, losses, meanLoss, top1Errors, top5Errors, saturated } = score(
    6,
    logits,
    [2, 1, 0, 2],
  );
  assert.deepEqual([...predictions], [2, 2, 2, 2]);
  // Only two classes of the third example have a chance beside the greatest, and yet its label is not among five.
  assert.deepEqual([...ranks], [0, 1, 5, 0]);
  assert.deepEqual([top1Errors, top5Errors, saturated], [2, 1, 1]);
  const sum = Math.exp(1) + Math.exp(3) + 1;
  assert.ok(Math.abs(losses[0]! - (Math.log(sum) - 3)) < 1e-12);
  assert.ok(Math.abs(losses[1]! - (Math.log(sum) - 1)) < 1e-12);
  assert.deepEqual([losses[2], losses[3], meanLoss], [Infinity, 0, Infinity]);
});

test('logits that are no numbers, too great, or all −∞ are refused with the cause', () => {
  const never = -Infinity;
  assert.throws(
    () =>
      score(
        2,
        [
          [0, 1],
          [NaN, 1],
        ],
        [0, 0],
      ),
    /logit NaN for example 1 .*NaN in its weights/,
  );
  assert.throws(() => score(2, [[0, Infinity]], [0]), /logit Infinity for example 0 .*beyond float32/);
  assert.throws(
    () =>
      score(
        2,
        [
          [0, 1],
          [never, never],
        ],
        [0, 0],
      ),
    /-Infinity for every class of example 1 /,
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
