/** The L1 ball: Σ|δ| within the radius. */
import type { Bounds } from '../../classifier/classifier.ts';
import type { Ball, Center } from './ball.ts';
import { eachExample, exampleSizeOf } from './ball.ts';

/** The share of elements that a step changes: those of the greatest gradients (SLIDE, Tramèr and Boneh 2019). */
const STEP_SHARE = 0.01;

/**
 * The projection is onto the intersection of ball and bounds, which is not the one after the other (Croce and Hein
 * 2021): δ_i = sign(u_i)·min(max(|u_i| − λ, 0), room_i), with the least λ ≥ 0 that keeps Σ|δ_i| within the radius.
 */
export function createL1Ball({ inputs, inputShape, bounds }: Center, epsilon: number): Ball {
  const radius = Math.fround(epsilon);
  const size = exampleSizeOf(inputShape);
  const project = (points: Float32Array): void => {
    eachExample(points.length, size, (start, end) => {
      projectExample(points.subarray(start, end), inputs.subarray(start, end), radius, bounds);
    });
  };
  return {
    norm: 'l1',
    radius,
    project,
    stepDirection(gradients) {
      const direction = new Float32Array(gradients.length);
      const chosen = Math.max(1, Math.floor(size * STEP_SHARE));
      eachExample(gradients.length, size, (start, end) => {
        const magnitudes = gradients.subarray(start, end).map(Math.abs).sort();
        const least = magnitudes[size - chosen] ?? 0;
        if ((magnitudes[size - 1] ?? 0) === 0) return;
        const places: number[] = [];
        for (let index = start; index < end && places.length < chosen; index++) {
          const slope = Math.abs(gradients[index] ?? NaN);
          if (slope >= least && slope > 0) places.push(index);
        }
        for (const place of places) direction[place] = Math.sign(gradients[place] ?? NaN) / places.length;
      });
      return direction;
    },
    randomPoints(streams) {
      const points = inputs.slice();
      streams.forEach((stream, example) => {
        // Exponentials over their sum with one more are uniform on the ball.
        const parts = Float64Array.from({ length: size + 1 }, () => -Math.log(1 - stream.uniform()));
        const sum = parts.reduce((total, part) => total + part, 0);
        for (let index = 0; index < size; index++) {
          const sign = stream.uniform() < 0.5 ? -1 : 1;
          const place = example * size + index;
          points[place] = (points[place] ?? NaN) + (sign * radius * (parts[index] ?? NaN)) / sum;
        }
      });
      project(points);
      return points;
    },
  };
}

function projectExample(
  points: Float32Array,
  clean: Float32Array,
  radius: number,
  { lower, upper }: Bounds,
): void {
  const lowest = Math.fround(lower);
  const highest = Math.fround(upper);
  const away = Float64Array.from(points, (value, index) => value - (clean[index] ?? NaN));
  const room = away.map((step, index) =>
    step < 0 ? (clean[index] ?? NaN) - lowest : highest - (clean[index] ?? NaN),
  );
  const lambda = shrinkage(away, room, radius);
  away.forEach((step, index) => {
    if (Number.isNaN(step)) return;
    const moved = Math.min(Math.max(Math.abs(step) - lambda, 0), room[index] ?? NaN);
    const value = Math.fround((clean[index] ?? NaN) + Math.sign(step) * moved);
    points[index] = Math.min(Math.max(value, lowest), highest);
  });
}

/**
 * The least λ ≥ 0 with Σ min(max(|u_i| − λ, 0), room_i) ≤ radius. The sum falls piecewise linearly in λ: element i falls
 * with slope 1 from λ = |u_i| − room_i to λ = |u_i|.
 */
function shrinkage(away: Float64Array, room: Float64Array, radius: number): number {
  const sumAt0 = away.reduce((sum, step, index) => sum + Math.min(Math.abs(step), room[index] ?? NaN), 0);
  if (!(sumAt0 > radius)) return 0;
  const changes: (readonly [number, number])[] = [];
  away.forEach((step, index) => {
    const size = Math.abs(step);
    const own = room[index] ?? NaN;
    if (own <= 0 || size === 0) return;
    changes.push([Math.max(size - own, 0), 1], [size, -1]);
  });
  changes.sort(([a], [b]) => a - b);
  let lambda = 0;
  let sum = sumAt0;
  let slope = 0;
  for (const [at, change] of changes) {
    const next = sum - slope * (at - lambda);
    if (next <= radius && slope > 0) return lambda + (sum - radius) / slope;
    sum = next;
    lambda = at;
    slope += change;
  }
  return lambda;
}
