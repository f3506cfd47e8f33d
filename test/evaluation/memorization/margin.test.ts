import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createMarginTracker,
  marginSeparation,
  summarizeMargins,
} from '../../../src/evaluation/memorization/margin.ts';

test('the area is the mean over the evaluations', () => {
  const tracker = createMarginTracker(3);
  tracker.record(Float64Array.of(1, -2, 0.5));
  tracker.record(Float64Array.of(3, -4, 0));
  tracker.record(Float64Array.of(2, 0, -2));
  assert.deepEqual(tracker.means(), Float64Array.of(2, -2, -0.5));
});

test('summaries by hand', () => {
  assert.deepEqual(summarizeMargins([9, 1, 9, 3, -1, 5], Int32Array.of(1, 3, 4, 5)), {
    count: 4,
    mean: 2,
    quartiles: { minimum: -1, lowerQuartile: 0.5, median: 2, upperQuartile: 3.5, maximum: 5 },
  });
});

test('separation is the share of pairs where the right label has the greater area', () => {
  // Right labels 4, 2, 1; changed ones 3, 1: greater in 2 + 1 + 0 pairs, equal in 1.
  const separation = marginSeparation(Float64Array.of(4, 3, 2, 1, 1), Int32Array.of(1, 4));
  assert.equal(separation?.auc, 3.5 / 6);
  assert.deepEqual([separation.positives, separation.negatives], [3, 2]);
  assert.equal(marginSeparation(Float64Array.of(4, 3), Int32Array.of()), null);
  assert.equal(marginSeparation(Float64Array.of(4, 3), Int32Array.of(0, 1)), null);
});
