import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawKey, fillBernoulli, type RandomKey } from '../../src/core/fast-random.ts';
import { randomStream } from '../../src/core/random.ts';

const key = drawKey(randomStream(1, 'test'));

function drawn(
  count: number,
  member: readonly [number, number],
  probability: number,
  from: RandomKey = key,
): Float32Array {
  const output = new Float32Array(count);
  fillBernoulli(output, from, member, probability, 1);
  return output;
}

const meanOf = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('fillBernoulli', () => {
  test('draws with the given probability, within five deviations', () => {
    const count = 200_000;
    for (const probability of [0.1, 0.3, 0.5, 0.9]) {
      const deviation = Math.sqrt((probability * (1 - probability)) / count);
      const mean = meanOf(drawn(count, [0, 0], probability));
      assert.ok(Math.abs(mean - probability) < 5 * deviation, `${String(probability)}: ${String(mean)}`);
    }
    assert.equal(meanOf(drawn(1000, [0, 0], 0)), 0);
    assert.equal(meanOf(drawn(1000, [0, 0], 1)), 1);
  });

  test('draws the given value', () => {
    const output = new Float32Array(100);
    fillBernoulli(output, key, [3, 4], 0.5, 2);
    assert.deepEqual([...new Set(output)].sort(), [0, 2]);
  });

  test('gives each member of a family a sequence of its own, uncorrelated with its neighbours', () => {
    const count = 100_000;
    const base = drawn(count, [2, 5], 0.5);
    assert.deepEqual(drawn(count, [2, 5], 0.5), base);
    for (const member of [
      [2, 6],
      [3, 5],
      [5, 2],
    ] as const) {
      const other = drawn(count, member, 0.5);
      const agreement = meanOf(base.map((value, index) => (value === other[index] ? 1 : 0)));
      assert.ok(Math.abs(agreement - 0.5) < 5 * Math.sqrt(0.25 / count), String(agreement));
    }
    const shifted = meanOf(base.map((value, index) => (value === base[index + 1] ? 1 : 0)));
    assert.ok(Math.abs(shifted - 0.5) < 5 * Math.sqrt(0.25 / count), String(shifted));
  });

  test('has no state that it cannot leave', () => {
    assert.ok(meanOf(drawn(1000, [0, 0], 0.5, [0, 0, 0, 0])) > 0.3);
  });
});
