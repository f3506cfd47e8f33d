import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { randomStream } from '../../src/core/random.ts';
import { smoothTargets } from '../../src/training/label-smoothing.ts';
import { drawMixing, mixRows, oneHot } from '../../src/training/mixup.ts';

function near(actual: Float32Array, expected: ArrayLike<number>): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, index) => {
    assert.ok(Math.abs(value - expected[index]!) < 1e-6, `${String(index)}: ${String(value)}`);
  });
}

test('the formula, on one-hot and on soft rows', () => {
  const targets = Float32Array.of(0, 1, 0, 0, 0.25, 0, 0, 0.75);
  smoothTargets(targets, 4, 0.1);
  near(targets, [0.025, 0.925, 0.025, 0.025, 0.25, 0.025, 0.025, 0.7]);
});

test('0 changes no bit, 1 is uniform', () => {
  const targets = Float32Array.of(0.1, 0.9);
  const copy = targets.slice();
  smoothTargets(targets, 2, 0);
  assert.deepEqual(targets, copy);
  smoothTargets(targets, 2, 1);
  assert.deepEqual(targets, Float32Array.of(0.5, 0.5));
});

test('smoothing and mixing may be done in either order, and rows stay distributions', () => {
  const labels = Int32Array.of(0, 2, 1, 2, 4, 0);
  const mixing = drawMixing(randomStream(5, 'mixup'), { alpha: 1, lambdaPer: 'example' }, labels.length);
  const mixedFirst = mixRows(oneHot(labels, 5), 5, mixing);
  smoothTargets(mixedFirst, 5, 0.2);
  const smoothedFirst = oneHot(labels, 5);
  smoothTargets(smoothedFirst, 5, 0.2);
  near(mixRows(smoothedFirst, 5, mixing), mixedFirst);
  for (let row = 0; row < labels.length; row++) {
    const sum = mixedFirst.subarray(row * 5, row * 5 + 5).reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(sum - 1) < 1e-6);
  }
});

test('an ε that is no share is refused', () => {
  for (const epsilon of [-0.1, 1.1, NaN]) {
    assert.throws(() => {
      smoothTargets(new Float32Array(2), 2, epsilon);
    }, InputError);
  }
});
