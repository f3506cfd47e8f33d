import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { membershipScores } from '../../../src/evaluation/memorization/membership.ts';
import { independentDifference } from '../../../src/statistics/independent-difference.ts';

test('the attack by hand', () => {
  const members = Float64Array.of(0, 0.5, 0.5, 3); // mean 1
  const nonMembers = Float64Array.of(0.25, 1, 2, 4, 5);
  const { curve, ...scores } = membershipScores(members, nonMembers);
  assert.deepEqual(scores, {
    threshold: 1,
    truePositives: 3,
    members: 4,
    falsePositives: 2,
    nonMembers: 5,
    advantage: 3 / 4 - 2 / 5,
    interval: independentDifference({ part: 3, whole: 4 }, { part: 2, whole: 5 }).interval,
    // At a threshold of 0.5.
    bestAdvantage: 3 / 4 - 1 / 5,
  });
  // Pairs where the test example has the greater loss: 0.25 over 1, 1 and 2 over 3, 4 and 5 over 4.
  assert.equal(curve.auc, (1 + 3 + 3 + 4 + 4) / 20);
  assert.deepEqual([curve.positives, curve.negatives], [5, 4]);
});

test('losses that are all alike tell nothing, whatever rounding the mean goes through', () => {
  const scores = membershipScores(new Float64Array(10).fill(0.1), new Float64Array(3).fill(0.1));
  assert.equal(scores.threshold, 0.1);
  assert.deepEqual([scores.truePositives, scores.falsePositives], [10, 3]);
  assert.deepEqual([scores.advantage, scores.bestAdvantage, scores.curve.auc], [0, 0, 0.5]);
});

test('members memorized exactly are found: losses of 0 are at most their mean', () => {
  const scores = membershipScores(new Float64Array(4), Float64Array.of(0.5, 2));
  assert.deepEqual([scores.advantage, scores.bestAdvantage, scores.curve.auc], [1, 1, 1]);
});

test('a model that ignores its labels can have a negative advantage; the best is never below 0', () => {
  const scores = membershipScores(Float64Array.of(5, 9), Float64Array.of(1, 2));
  assert.deepEqual([scores.advantage, scores.bestAdvantage, scores.curve.auc], [0.5 - 1, 0, 0]);
});

test('the best advantage is that of the best of all thresholds', () => {
  const losses = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(losses, losses, (members, nonMembers) => {
      let best = 0;
      for (let threshold = -1; threshold <= 9; threshold++) {
        const rate = (values: readonly number[]): number =>
          values.filter((loss) => loss <= threshold).length / values.length;
        best = Math.max(best, rate(members) - rate(nonMembers));
      }
      const scores = membershipScores(Float64Array.from(members), Float64Array.from(nonMembers));
      assert.equal(scores.bestAdvantage, best);
      assert.ok(scores.advantage <= best);
      assert.ok(scores.interval.lower <= scores.advantage && scores.advantage <= scores.interval.upper);
    }),
    { seed: 6, numRuns: 200 },
  );
});
