/** What every ball promises, and the closed forms of L2, L1 and L0. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { norms, type Norm } from '../../../src/attacks/balls/ball.ts';
import { createBall } from '../../../src/attacks/balls/index.ts';
import { perturbationSizes, roundingTolerance } from '../../../src/attacks/balls/sizes.ts';
import { randomStream } from '../../../src/core/random.ts';

const inputShape = [2, 2, 3];
const size = 12;
const bounds = { lower: -1, upper: 2 };
const float = fc.float({ noNaN: true, min: -5, max: 5 });
const inside = fc.float({ noNaN: true, min: -1, max: 2 });
const vector = (of: fc.Arbitrary<number>) => fc.array(of, { minLength: size, maxLength: size });

for (const norm of norms) {
  const radii = norm === 'l0' ? fc.integer({ min: 0, max: 6 }) : fc.double({ noNaN: true, min: 0, max: 4 });
  const sizeOf = (clean: Float32Array, points: Float32Array) =>
    perturbationSizes(norm, clean, points, inputShape, 'pixels')[0]!;

  describe(`the ball of ${norm}`, () => {
    test('projects into radius and bounds, and leaves alone what is there', () => {
      fc.assert(
        fc.property(vector(inside), vector(float), radii, (center, start, radius) => {
          const inputs = Float32Array.from(center);
          const ball = createBall({ inputs, inputShape, bounds }, norm, radius);
          const points = Float32Array.from(start);
          ball.project(points);
          assert.ok(points.every((value) => value >= bounds.lower && value <= bounds.upper));
          assert.ok(sizeOf(inputs, points) <= ball.radius + roundingTolerance(norm, bounds, size));
          const again = points.slice();
          ball.project(again);
          again.forEach((value, index) => {
            assert.ok(Math.abs(value - points[index]!) < 1e-6);
          });
        }),
        { seed: 1, numRuns: 200 },
      );
    });

    test('draws random points in it, the same for the same stream', () => {
      const inputs = Float32Array.from({ length: size }, (_, index) => index / 12);
      const ball = createBall({ inputs, inputShape, bounds }, norm, norm === 'l0' ? 2 : 0.7);
      const draw = (seed: number) => ball.randomPoints([randomStream(seed, 'start')]);
      assert.deepEqual(draw(3), draw(3));
      assert.notDeepEqual(draw(3), draw(4));
      const found = sizeOf(inputs, draw(3));
      assert.ok(found > 0 && found <= ball.radius + roundingTolerance(norm, bounds, size));
    });

    test('steps along a direction that raises a linear function, and nowhere where it is flat', () => {
      const inputs = new Float32Array(2 * size);
      const ball = createBall({ inputs, inputShape, bounds }, norm, 1);
      const gradients = Float32Array.from({ length: 2 * size }, (_, index) =>
        index < size ? (index - 5) * 1e-30 : 0,
      );
      const direction = ball.stepDirection(gradients);
      const rise = direction.reduce((sum, value, index) => sum + value * gradients[index]!, 0);
      assert.ok(rise > 0);
      assert.ok(direction.subarray(size).every((value) => value === 0));
    });
  });
}

test('L1: no nearer point lies in ball and bounds than the projection', () => {
  fc.assert(
    fc.property(
      vector(inside),
      vector(float),
      fc.double({ noNaN: true, min: 0.1, max: 4 }),
      fc.integer({ min: 0, max: 1000 }),
      (center, start, radius, seed) => {
        const inputs = Float32Array.from(center);
        const ball = createBall({ inputs, inputShape, bounds }, 'l1', radius);
        const projected = Float32Array.from(start);
        ball.project(projected);
        const distance = (points: ArrayLike<number>) =>
          Array.from(points).reduce((sum, value, index) => sum + (value - start[index]!) ** 2, 0);
        const stream = randomStream(seed, 'other');
        for (let draw = 0; draw < 20; draw++) {
          // A point of the set, somewhere between the projection and another one.
          const other = ball.randomPoints([stream]);
          const part = stream.uniform();
          const mixed = projected.map((value, index) => value + part * (other[index]! - value));
          assert.ok(distance(mixed) >= distance(projected) - 1e-4);
        }
      },
    ),
    { seed: 5, numRuns: 100 },
  );
});

test('closed forms of directions and projections', () => {
  const inputs = new Float32Array(4);
  const make = (norm: Norm, radius: number) =>
    createBall({ inputs, inputShape: [4], bounds: { lower: -10, upper: 10 } }, norm, radius, 'elements');
  assert.deepEqual(
    [...make('l2', 1).stepDirection(Float32Array.of(3, 0, -4, 0))],
    [Math.fround(0.6), 0, Math.fround(-0.8), 0],
  );
  const l2 = Float32Array.of(3, 0, -4, 0);
  make('l2', 1).project(l2);
  assert.deepEqual([...l2], [Math.fround(0.6), 0, Math.fround(-0.8), 0]);
  // Soft thresholding by 2: |3| + |−4| − 2·λ = 3.
  const l1 = Float32Array.of(3, 1, -4, 0);
  make('l1', 3).project(l1);
  assert.deepEqual([...l1], [1, 0, -2, 0]);
  assert.deepEqual([...make('l1', 3).stepDirection(Float32Array.of(3, 1, -4, 0))], [0, 0, -1, 0]);
  const l0 = Float32Array.of(3, 1, -4, 0);
  make('l0', 1).project(l0);
  assert.deepEqual([...l0], [0, 0, -4, 0]);
});

test('L0 counts a pixel once, whichever of its channels change', () => {
  const inputs = new Float32Array(size);
  const ball = createBall({ inputs, inputShape, bounds }, 'l0', 2, 'pixels');
  // Channels of pixel 4 together outweigh the single channel of pixel 1.
  const points = new Float32Array(size);
  points[4] = 0.7;
  points[6 + 4] = 0.7;
  points[1] = 0.9;
  points[0] = 0.8;
  ball.project(points);
  assert.equal(perturbationSizes('l0', inputs, points, inputShape, 'pixels')[0], 2);
  assert.equal(perturbationSizes('l0', inputs, points, inputShape, 'elements')[0], 3);
  assert.equal(points[0], 0);
});
