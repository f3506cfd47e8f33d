import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/core/errors.ts';
import { quartiles } from '../../src/statistics/quantiles.ts';

test('quartiles equal those of NumPy', () => {
  for (const [values, expected] of [
    [
      [3, 1, 4, 1, 5, 9, 2, 6],
      [1, 1.75, 3.5, 5.25, 9],
    ],
    [[2.5], [2.5, 2.5, 2.5, 2.5, 2.5]],
    [
      [1, 2],
      [1, 1.25, 1.5, 1.75, 2],
    ],
    [
      [10, -3, 7.25, 0.5, 100],
      [-3, 0.5, 7.25, 10, 100],
    ],
  ] as const) {
    const { minimum, lowerQuartile, median, upperQuartile, maximum } = quartiles(values);
    assert.deepEqual([minimum, lowerQuartile, median, upperQuartile, maximum], expected);
  }
});

test('quartiles ascend, whatever rounding does', () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(values, (sample) => {
      const { minimum, lowerQuartile, median, upperQuartile, maximum } = quartiles(sample);
      assert.equal(minimum, Math.min(...sample));
      assert.equal(maximum, Math.max(...sample));
      assert.ok(
        minimum <= lowerQuartile &&
          lowerQuartile <= median &&
          median <= upperQuartile &&
          upperQuartile <= maximum,
      );
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('an empty sample is refused', () => {
  assert.throws(() => quartiles([]), InputError);
});
