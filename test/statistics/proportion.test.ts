import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { binomialProbability } from '../../src/statistics/beta.ts';
import { clopperPearsonInterval, wilsonInterval } from '../../src/statistics/proportion.ts';
import { assertClose, reference } from './reference.ts';

for (const [name, interval, rows] of [
  ['Wilson', wilsonInterval, reference.wilson],
  ['Clopper-Pearson', clopperPearsonInterval, reference.clopperPearson],
] as const) {
  test(`${name} intervals equal the reference`, () => {
    for (const [part, whole, level, lower, upper] of rows) {
      const actual = interval(part!, whole!, level);
      const what = `${String(part)} of ${String(whole)} at ${String(level)}`;
      assertClose(actual.lower, lower!, `lower of ${what}`);
      assertClose(actual.upper, upper!, `upper of ${what}`);
      assert.equal(actual.level, level);
      assert.equal(actual.method, name);
    }
  });

  test(`${name} intervals hold the proportion, and mirror`, () => {
    for (const [part, whole] of [
      [0, 1],
      [1, 1],
      [3, 17],
      [999, 1000],
      [1000, 1000],
    ] as const) {
      const { lower, upper, level } = interval(part, whole);
      assert.equal(level, 0.95);
      assert.ok(0 <= lower && lower <= part / whole && part / whole <= upper && upper <= 1);
      const mirrored = interval(whole - part, whole);
      assertClose(1 - mirrored.lower, upper, 'the mirrored limit');
    }
  });

  test(`${name} refuses what is no proportion`, () => {
    for (const [part, whole, level] of [
      [2, 1, 0.95],
      [-1, 5, 0.95],
      [0, 0, 0.95],
      [0.5, 2, 0.95],
      [NaN, 2, 0.95],
      [1, 2, 1],
      [1, 2, 95],
    ] as const) {
      assert.throws(() => interval(part, whole, level), InputError);
    }
  });
}

test('Clopper-Pearson covers at least its level, for every true proportion tried', () => {
  const whole = 25;
  const intervals = Array.from({ length: whole + 1 }, (_, part) => clopperPearsonInterval(part, whole, 0.9));
  for (let truth = 0.02; truth < 1; truth += 0.02) {
    let coverage = 0;
    intervals.forEach(({ lower, upper }, part) => {
      if (lower <= truth && truth <= upper) coverage += binomialProbability(part, whole, truth);
    });
    assert.ok(coverage >= 0.9, `${String(coverage)} at ${String(truth)}`);
  }
});
