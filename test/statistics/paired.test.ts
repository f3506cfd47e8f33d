import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/core/errors.ts';
import { pairedDifference } from '../../src/statistics/difference.ts';
import { mcnemarExact } from '../../src/statistics/mcnemar.ts';
import { normalDeviate } from '../../src/statistics/normal.ts';
import { pairRanks, type PairedCounts } from '../../src/statistics/paired.ts';
import { pairedAccuracyRatio } from '../../src/statistics/ratio.ts';
import { assertClose, reference } from './reference.ts';

function cells(row: readonly number[]): PairedCounts {
  const [bothRight = 0, onlyFirstRight = 0, onlySecondRight = 0, bothWrong = 0] = row;
  return { bothRight, onlyFirstRight, onlySecondRight, bothWrong };
}

const anyCells = fc
  .array(fc.nat(40), { minLength: 4, maxLength: 4 })
  .filter((row) => row.some((cell) => cell > 0))
  .map(cells);

test('the paired table is counted from ranks', () => {
  const first = [0, 0, 1, 5, 4, 9];
  const second = [0, 3, 0, 5, 6, 2];
  assert.deepEqual(pairRanks(first, second, 1), cells([1, 1, 1, 3]));
  assert.deepEqual(pairRanks(first, second, 5), cells([3, 1, 1, 1]));
  assert.throws(() => pairRanks([0], [0, 1], 1), InputError);
});

test('McNemar p-values equal sums of exact fractions', () => {
  for (const [first, second, exact, midP] of reference.mcnemar) {
    const what = `${String(first)} and ${String(second)}`;
    assertClose(mcnemarExact(first!, second!), exact!, what);
    assertClose(mcnemarExact(first!, second!, { midP: true }), midP!, `mid-p of ${what}`);
    assert.equal(mcnemarExact(first!, second!), mcnemarExact(second!, first!));
  }
  assert.throws(() => mcnemarExact(-1, 2), InputError);
  assert.throws(() => mcnemarExact(1.5, 1.5), InputError);
});

test('paired differences and their Tango intervals equal the reference', () => {
  for (const row of reference.difference) {
    const [, , , , level, difference, lower, upper] = row;
    const actual = pairedDifference(cells(row), level);
    const what = row.slice(0, 5).join(' ');
    assertClose(actual.difference, difference!, what);
    assertClose(actual.interval.lower, lower!, `lower of ${what}`);
    assertClose(actual.interval.upper, upper!, `upper of ${what}`);
    assert.equal(actual.interval.method, 'Tango');
  }
});

test('ratios of accuracies and their intervals equal the reference', () => {
  for (const row of reference.ratio) {
    const [, , , , level, ratio, lower, upper] = row;
    const actual = pairedAccuracyRatio(cells(row), level);
    const what = row.slice(0, 5).join(' ');
    assertClose(actual.ratio!, ratio!, what);
    assertClose(actual.interval!.lower, lower!, `lower of ${what}`);
    assertClose(actual.interval!.upper, upper!, `upper of ${what}`);
    assert.equal(actual.interval!.method, 'Nam-Blackwelder');
  }
});

test('a baseline that is never right has no ratio', () => {
  assert.deepEqual(pairedAccuracyRatio(cells([0, 0, 5, 5])), { ratio: null, interval: null });
});

test('intervals hold their estimate, and mirror when the two change places', () => {
  fc.assert(
    fc.property(anyCells, (counts) => {
      const swapped = {
        ...counts,
        onlyFirstRight: counts.onlySecondRight,
        onlySecondRight: counts.onlyFirstRight,
      };
      const { difference, interval } = pairedDifference(counts);
      assert.ok(-1 <= interval.lower && interval.lower <= difference);
      assert.ok(difference <= interval.upper && interval.upper <= 1);
      assert.ok(Math.abs(pairedDifference(swapped).interval.lower + interval.upper) < 1e-9);
      const ratio = pairedAccuracyRatio(counts);
      const inverse = pairedAccuracyRatio(swapped);
      if (ratio.ratio === null || ratio.interval === null) return;
      assert.ok(ratio.interval.lower <= ratio.ratio && ratio.ratio <= ratio.interval.upper);
      if (inverse.interval === null || inverse.interval.lower === 0) return;
      assert.ok(Math.abs(inverse.interval.lower * ratio.interval.upper - 1) < 1e-9);
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('difference, ratio and the score test of McNemar agree on whether the two differ', () => {
  const z = normalDeviate(0.95);
  fc.assert(
    fc.property(anyCells, (counts) => {
      const { onlyFirstRight: worse, onlySecondRight: better } = counts;
      const differs = worse + better > 0 && Math.abs(worse - better) / Math.sqrt(worse + better) > z;
      const { interval } = pairedDifference(counts);
      assert.equal(interval.lower > 0 || interval.upper < 0, differs);
      const ratio = pairedAccuracyRatio(counts).interval;
      if (ratio !== null) assert.equal(ratio.lower > 1 || ratio.upper < 1, differs);
    }),
    { seed: 6, numRuns: 300 },
  );
});

test('impossible tables and levels are refused', () => {
  for (const row of [
    [0, 0, 0, 0],
    [-1, 2, 3, 4],
    [1.5, 2, 3, 4],
    [NaN, 1, 1, 1],
  ]) {
    assert.throws(() => pairedDifference(cells(row)), InputError);
    assert.throws(() => pairedAccuracyRatio(cells(row)), InputError);
  }
  assert.throws(() => pairedDifference(cells([1, 2, 3, 4]), 0), InputError);
  assert.throws(() => pairedAccuracyRatio(cells([1, 2, 3, 4]), 1), InputError);
});
