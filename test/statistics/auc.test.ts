import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/core/errors.ts';
import { areaUnderCurve } from '../../src/statistics/auc.ts';
import { assertClose } from './reference.ts';

/**
 * Positives, negatives, level, area, limits: computed outside this project from the definition over all pairs, in
 * exact fractions, with the normal deviate to 30 digits.
 */
const reference = [
  [[3, 1, 4, 1, 5, 9, 2, 6], [2, 7, 1, 8, 2, 8], 0.95, 0.4375, 0.09288516367319838, 0.7821148363268016],
  [[5, 6, 7, 8, 9, 10], [1, 2, 3, 4, 5, 11], 0.95, 0.8194444444444444, 0.4959752381104018, 1],
  [[0.1, 0.4, 0.35, 0.8], [0.1, 0.4, 0.3, 0.2, 0.05], 0.9, 0.75, 0.4418184815137766, 1],
  [[0, 0, 1, 1, 2], [0, 1, 1, 2, 2, 2, 3], 0.99, 0.2714285714285714, 0, 0.6553125657606023],
] as const;

test('areas and DeLong intervals equal the reference', () => {
  for (const [positives, negatives, level, area, lower, upper] of reference) {
    const { auc, interval, ...counts } = areaUnderCurve(positives, negatives, level);
    assertClose(auc, area, 'area');
    assert.ok(interval !== null);
    assertClose(interval.lower, lower, 'lower');
    assertClose(interval.upper, upper, 'upper');
    assert.deepEqual([interval.level, interval.method], [level, 'DeLong']);
    assert.deepEqual(counts, { positives: positives.length, negatives: negatives.length });
  }
});

const scores = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })), {
  minLength: 1,
  maxLength: 30,
});

test('the area is the share of pairs in order, ties half; swapping the kinds mirrors area and interval', () => {
  fc.assert(
    fc.property(scores, scores, (positives, negatives) => {
      let won = 0;
      for (const p of positives) for (const n of negatives) won += p > n ? 1 : p === n ? 0.5 : 0;
      const direct = areaUnderCurve(positives, negatives);
      assert.ok(Math.abs(direct.auc - won / (positives.length * negatives.length)) < 1e-12);
      const mirrored = areaUnderCurve(negatives, positives);
      assert.ok(Math.abs(direct.auc + mirrored.auc - 1) < 1e-12);
      // At complete separation rounding may leave a variance of 1e-33 where there is none.
      if (direct.interval !== null && mirrored.interval !== null) {
        assert.ok(Math.abs(direct.interval.lower + mirrored.interval.upper - 1) < 1e-12);
        assert.ok(direct.interval.lower <= direct.auc && direct.auc <= direct.interval.upper);
      }
    }),
    { seed: 11, numRuns: 300 },
  );
});

test('where the variance cannot be estimated there is no interval', () => {
  for (const [positives, negatives, area] of [
    [[1], [0, 2], 0.5],
    [[5, 6, 7], [1, 2, 3], 1],
    [[1, 2, 3, 4, 5, 6, 7], [8, 9, 10], 0],
    [[4, 4, 4], [4, 4], 0.5],
  ] as const) {
    assert.deepEqual(areaUnderCurve(positives, negatives), {
      auc: area,
      positives: positives.length,
      negatives: negatives.length,
      interval: null,
    });
  }
});

test('the interval covers the true area about as often as it says', () => {
  // Uniform scores, positives shifted by 0.3: the area is 1 − 0.7² / 2.
  const truth = 1 - 0.7 ** 2 / 2;
  let state = 1;
  const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  let covered = 0;
  const repetitions = 400;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const positives = Array.from({ length: 60 }, () => uniform() + 0.3);
    const negatives = Array.from({ length: 40 }, uniform);
    const { interval } = areaUnderCurve(positives, negatives);
    if (interval !== null && interval.lower <= truth && truth <= interval.upper) covered++;
  }
  assert.ok(covered / repetitions > 0.91 && covered / repetitions < 0.98, String(covered / repetitions));
});

test('refuses what cannot be ranked', () => {
  assert.throws(() => areaUnderCurve([], [1]), InputError);
  assert.throws(() => areaUnderCurve([1], []), InputError);
  assert.throws(() => areaUnderCurve([1, NaN], [1]), InputError);
  assert.throws(() => areaUnderCurve([1, 2], [1, 2], 1), InputError);
});
