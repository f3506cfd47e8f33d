import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrast, type ContrastTerm } from '../../src/statistics/contrast.ts';
import { independentDifference } from '../../src/statistics/independent-difference.ts';
import { wilsonInterval } from '../../src/statistics/proportion.ts';

function term(sign: 1 | -1, part: number, whole: number): ContrastTerm {
  return { sign, estimate: part / whole, interval: wilsonInterval(part, whole) };
}

test("of two proportions it is Newcombe's interval", () => {
  // Newcombe 1998, table II, example (a): 56/70 less 48/80 is 0.2 with 0.0524 to 0.3339.
  const { value, interval } = contrast([term(1, 56, 70), term(-1, 48, 80)]);
  assert.ok(Math.abs(value - 0.2) < 1e-12);
  assert.equal(interval.lower.toFixed(4), '0.0524');
  assert.equal(interval.upper.toFixed(4), '0.3339');
  const other = independentDifference({ part: 56, whole: 70 }, { part: 48, whole: 80 }).interval;
  assert.ok(Math.abs(interval.lower - other.lower) < 1e-12 && Math.abs(interval.upper - other.upper) < 1e-12);
});

test('one term keeps its interval, turned over where it is taken away', () => {
  const { interval } = term(1, 3, 10);
  const kept = contrast([term(1, 3, 10)]).interval;
  const turned = contrast([term(-1, 3, 10)]).interval;
  assert.ok(Math.abs(kept.lower - interval.lower) < 1e-12 && Math.abs(kept.upper - interval.upper) < 1e-12);
  assert.ok(
    Math.abs(turned.lower + interval.upper) < 1e-12 && Math.abs(turned.upper + interval.lower) < 1e-12,
  );
});

test('distances of several terms add as squares', () => {
  const symmetric = (sign: 1 | -1, estimate: number, half: number): ContrastTerm => ({
    sign,
    estimate,
    interval: { lower: estimate - half, upper: estimate + half },
  });
  const { value, interval } = contrast([symmetric(1, 5, 3), symmetric(-1, 2, 4), symmetric(1, 1, 12)]);
  assert.equal(value, 4);
  assert.ok(Math.abs(interval.lower - (4 - 13)) < 1e-12 && Math.abs(interval.upper - (4 + 13)) < 1e-12);
});
