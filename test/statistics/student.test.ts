import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalDeviate } from '../../src/statistics/normal.ts';
import { spreadOf, studentDeviate } from '../../src/statistics/student.ts';

/** Of printed tables of t, and of closed forms for one and two degrees of freedom. */
test('deviates are those of tables and closed forms', () => {
  for (const [level, degrees, expected] of [
    [0.95, 1, 12.706204736432095],
    [0.95, 2, 4.302652729696142],
    [0.95, 4, 2.7764451051977987],
    [0.99, 9, 3.2498355415921263],
    [0.95, 30, 2.0422724563012373],
  ] as const) {
    const found = studentDeviate(level, degrees);
    assert.ok(Math.abs(found - expected) < 1e-10 * expected, `${String(degrees)}: ${String(found)}`);
  }
  for (const level of [0.1, 0.5, 0.9, 0.99, 0.9999]) {
    // Cauchy's distribution, and t of two degrees: P(|T| ≤ t) = t / √(2 + t²).
    assert.ok(Math.abs(studentDeviate(level, 1) / Math.tan((Math.PI * level) / 2) - 1) < 1e-9);
    const two = Math.sqrt((2 * level ** 2) / (1 - level ** 2));
    assert.ok(Math.abs(studentDeviate(level, 2) / two - 1) < 1e-9);
  }
  assert.ok(Math.abs(studentDeviate(0.95, 1e7) - normalDeviate(0.95)) < 1e-6);
});

test('the spread of a sample by hand', () => {
  const { interval, ...rest } = spreadOf([2, 4, 9]);
  const deviation = Math.sqrt((9 + 1 + 16) / 2);
  assert.deepEqual(rest, { count: 3, mean: 5, deviation, least: 2, greatest: 9 });
  const half = (4.302652729696142 * deviation) / Math.sqrt(3);
  assert.ok(Math.abs((interval?.lower ?? NaN) - (5 - half)) < 1e-9);
  assert.ok(Math.abs((interval?.upper ?? NaN) - (5 + half)) < 1e-9);
  assert.deepEqual(spreadOf([7]), {
    count: 1,
    mean: 7,
    deviation: null,
    least: 7,
    greatest: 7,
    interval: null,
  });
});

test('what has no spread is refused', () => {
  assert.throws(() => spreadOf([]), { name: 'InputError' });
  assert.throws(() => studentDeviate(1, 3), { name: 'InputError' });
  assert.throws(() => studentDeviate(0.95, 0), { name: 'InputError' });
});
