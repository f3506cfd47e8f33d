import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { independentDifference } from '../../src/statistics/independent-difference.ts';
import { assertClose } from './reference.ts';

/** Computed outside this project to 30 digits; the first row is 0.0524 to 0.3339 in Newcombe's table II. */
const reference = [
  [56, 70, 48, 80, 0.95, 0.052431472402364905, 0.33387265403690597],
  [9, 10, 3, 10, 0.95, 0.17052272393450296, 0.809017973535488],
  [5, 56, 0, 29, 0.95, -0.03813714790353687, 0.1925600138551116],
  [0, 10, 0, 20, 0.95, -0.16112515805281932, 0.2775327998628892],
  [10, 10, 0, 10, 0.95, 0.6075093504305242, 1],
  [600, 1000, 550, 900, 0.9, -0.04793756760446872, 0.02582497868395736],
] as const;

test('Newcombe intervals equal the reference, and mirror', () => {
  for (const [a, m, b, n, level, lower, upper] of reference) {
    const first = { part: a, whole: m };
    const second = { part: b, whole: n };
    const { difference, interval } = independentDifference(first, second, level);
    assertClose(difference, a / m - b / n, 'difference');
    assertClose(interval.lower, lower, 'lower');
    assertClose(interval.upper, upper, 'upper');
    assert.deepEqual([interval.level, interval.method], [level, 'Newcombe']);
    const mirrored = independentDifference(second, first, level);
    assertClose(-mirrored.interval.upper, interval.lower, 'mirrored');
  }
});

test('counts that are no proportion are refused', () => {
  assert.throws(() => independentDifference({ part: 2, whole: 1 }, { part: 0, whole: 1 }), InputError);
  assert.throws(() => independentDifference({ part: 0, whole: 0 }, { part: 0, whole: 1 }), InputError);
});
