import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/core/errors.ts';
import {
  binomialProbability,
  inverseRegularizedIncompleteBeta,
  regularizedIncompleteBeta,
} from '../../src/statistics/beta.ts';
import { normalDeviate } from '../../src/statistics/normal.ts';
import { assertClose, reference } from './reference.ts';

test('the regularised incomplete beta function equals the reference', () => {
  for (const [a, b, x, expected] of reference.incompleteBeta) {
    assertClose(
      regularizedIncompleteBeta(a!, b!, x!),
      expected!,
      `I_${String(x)}(${String(a)}, ${String(b)})`,
    );
  }
});

test('the inverse undoes the function', () => {
  const shape = fc.double({ min: 0.2, max: 5000, noNaN: true });
  fc.assert(
    fc.property(shape, shape, fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (a, b, probability) => {
      const x = inverseRegularizedIncompleteBeta(a, b, probability);
      const at = (factor: number): number => regularizedIncompleteBeta(a, b, Math.min(1, x * factor));
      assert.ok(at(1 - 1e-12) <= probability + 1e-11 && at(1 + 1e-12) >= probability - 1e-11);
    }),
    { seed: 11, numRuns: 300 },
  );
});

test('the ends of the range are exact', () => {
  assert.equal(regularizedIncompleteBeta(3, 4, 0), 0);
  assert.equal(regularizedIncompleteBeta(3, 4, 1), 1);
  assert.equal(inverseRegularizedIncompleteBeta(3, 4, 0), 0);
  assert.equal(inverseRegularizedIncompleteBeta(3, 4, 1), 1);
});

test('binomial probabilities sum to one and match small cases', () => {
  assertClose(binomialProbability(2, 4, 0.5), 6 / 16, 'P(2 of 4)');
  assertClose(binomialProbability(0, 3, 0.2), 0.512, 'P(0 of 3)');
  assertClose(binomialProbability(3, 3, 0.2), 0.008, 'P(3 of 3)');
  let sum = 0;
  for (let k = 0; k <= 500; k++) sum += binomialProbability(k, 500, 0.37);
  assertClose(sum, 1, 'the sum');
});

test('normal deviates equal the reference', () => {
  for (const [level, expected] of reference.normalDeviate) {
    assertClose(normalDeviate(level!), expected!, `z at ${String(level)}`);
  }
  assert.ok(Math.abs(normalDeviate(1 - 1e-9) - 6.10941) < 1e-5);
});

test('arguments out of range are refused', () => {
  for (const call of [
    () => regularizedIncompleteBeta(0, 1, 0.5),
    () => regularizedIncompleteBeta(1, Infinity, 0.5),
    () => regularizedIncompleteBeta(1, 1, 1.5),
    () => regularizedIncompleteBeta(1, 1, NaN),
    () => inverseRegularizedIncompleteBeta(1, 1, -0.1),
    () => normalDeviate(0),
    () => normalDeviate(1),
    () => normalDeviate(NaN),
  ]) {
    assert.throws(call, InputError);
  }
});
