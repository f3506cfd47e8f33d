import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanOf } from '../../src/statistics/mean.ts';

test('means, exact where all values are equal', () => {
  assert.equal(meanOf(Float64Array.of(1, 2, 6)), 3);
  assert.equal(meanOf(Float64Array.of(-0.5)), -0.5);
  for (const value of [0.1, 1 / 3, 1e-300, -7.7]) {
    assert.equal(meanOf(new Float64Array(10).fill(value)), value);
    assert.equal(meanOf(new Float64Array(25054).fill(value)), value);
  }
});
