import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLinfBall } from '../../../src/attacks/balls/linf.ts';
import { perturbationSizes, roundingTolerance } from '../../../src/attacks/balls/sizes.ts';

const float = fc.float({ noNaN: true, min: Math.fround(-1000), max: Math.fround(1000) });

test('projection lands in the ball and the bounds, leaves what is inside, and is idempotent', () => {
  fc.assert(
    fc.property(
      fc.constantFrom({ lower: 0, upper: 1 }, { lower: 0, upper: 255 }, { lower: -1, upper: 1 }),
      fc.double({ noNaN: true, min: 0, max: 1 }),
      fc.array(fc.tuple(fc.double({ noNaN: true, min: 0, max: 1 }), float), { minLength: 1 }),
      (bounds, fraction, elements) => {
        const range = bounds.upper - bounds.lower;
        const center = Float32Array.from(elements, ([place]) => bounds.lower + place * range);
        const start = Float32Array.from(elements, ([, value]) => value);
        const ball = createLinfBall(
          { inputs: center, inputShape: [center.length], bounds },
          fraction * range,
        );
        const points = start.slice();
        ball.project(points);
        const sizes = perturbationSizes('linf', center, points, [center.length]);
        assert.ok(sizes[0]! <= ball.radius + roundingTolerance('linf', bounds, center.length));
        points.forEach((point, index) => {
          assert.ok(point >= bounds.lower && point <= bounds.upper);
          const value = start[index]!;
          const inside =
            Math.abs(value - center[index]!) <= ball.radius - 1e-4 &&
            value >= bounds.lower &&
            value <= bounds.upper;
          if (inside) assert.equal(point, value);
        });
        const again = points.slice();
        ball.project(again);
        assert.deepEqual(again, points);
      },
    ),
    { seed: 3, numRuns: 300 },
  );
});

test('the edges of the ball are the float32 numbers nearest to x ± ε', () => {
  const center = Float32Array.of(0.3, 0.7);
  const ball = createLinfBall({ inputs: center, inputShape: [2], bounds: { lower: 0, upper: 1 } }, 0.1);
  const points = Float32Array.of(1, 0);
  ball.project(points);
  const radius = Math.fround(0.1);
  assert.deepEqual(points, Float32Array.of(center[0]! + radius, center[1]! - radius));
});

test('the steepest direction of L∞ is the sign, 0 at 0', () => {
  const ball = createLinfBall(
    { inputs: new Float32Array(4), inputShape: [4], bounds: { lower: 0, upper: 1 } },
    1,
  );
  assert.deepEqual([...ball.stepDirection(Float32Array.of(-3, 1e-40, 0, 7))], [-1, 1, 0, 1]);
});

test('sizes are measured per example', () => {
  const clean = Float32Array.of(0, 0, 0, 1, 1, 1);
  const moved = Float32Array.of(3, -4, 0, 1, 1, 0.5);
  const sizes = (norm: 'linf' | 'l2' | 'l1' | 'l0') => [...perturbationSizes(norm, clean, moved, [3])];
  assert.deepEqual(sizes('linf'), [4, 0.5]);
  assert.deepEqual(sizes('l2'), [5, 0.5]);
  assert.deepEqual(sizes('l1'), [7, 0.5]);
  assert.deepEqual(sizes('l0'), [2, 1]);
});
