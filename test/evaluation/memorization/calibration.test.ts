import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { calibrationScores } from '../../../src/evaluation/memorization/calibration.ts';

test('bins and error by hand', () => {
  const confidences = Float64Array.of(1, 0.95, 0.5, 0.5, 0.25);
  const { error, bins } = calibrationScores(confidences, Uint8Array.of(1, 0, 1, 0, 1));
  assert.equal(bins.length, 15);
  assert.deepEqual(bins[14], { lower: 14 / 15, upper: 1, count: 2, confidence: 0.975, accuracy: 0.5 });
  assert.deepEqual(bins[7], { lower: 7 / 15, upper: 8 / 15, count: 2, confidence: 0.5, accuracy: 0.5 });
  assert.deepEqual(bins[3], { lower: 3 / 15, upper: 4 / 15, count: 1, confidence: 0.25, accuracy: 1 });
  assert.deepEqual(bins[0], { lower: 0, upper: 1 / 15, count: 0, confidence: null, accuracy: null });
  assert.ok(Math.abs(error - (2 * 0.475 + 0 + 0.75) / 5) < 1e-15);
});

test('a confidence at the border of two bins is in the lower one', () => {
  const { bins } = calibrationScores(Float64Array.of(0.2, 0.2 + 2 ** -50), Uint8Array.of(1, 1));
  assert.deepEqual([bins[2]?.count, bins[3]?.count], [1, 1]);
});

test('one confidence for all: the error is its distance from the accuracy', () => {
  const correct = Uint8Array.from({ length: 100 }, (_, index) => (index % 4 === 0 ? 1 : 0));
  assert.ok(Math.abs(calibrationScores(new Float64Array(100).fill(0.7), correct).error - 0.45) < 1e-12);
  assert.ok(calibrationScores(new Float64Array(100).fill(0.25), correct).error < 1e-12);
});

test('the error is between the overall gap and 1, and the bins hold every example', () => {
  const examples = fc.array(fc.tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.constantFrom(0, 1)), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(examples, (sample) => {
      const confidences = Float64Array.from(sample, ([confidence]) => confidence);
      const correct = Uint8Array.from(sample, ([, right]) => right);
      const { error, bins } = calibrationScores(confidences, correct);
      const overall =
        sample.reduce((sum, [confidence, right]) => sum + right - confidence, 0) / sample.length;
      assert.ok(error >= Math.abs(overall) - 1e-12 && error <= 1);
      assert.equal(
        bins.reduce((sum, { count }) => sum + count, 0),
        sample.length,
      );
      for (const { lower, upper, confidence } of bins) {
        if (confidence !== null) assert.ok(confidence > lower - 1e-12 && confidence < upper + 1e-12);
      }
    }),
    { seed: 9, numRuns: 200 },
  );
});
