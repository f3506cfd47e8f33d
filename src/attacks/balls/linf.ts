/** The L∞ ball: every element within the radius of its clean value. */
import type { Ball, Center } from './ball.ts';
import { exampleSizeOf } from './ball.ts';

/** Its edges x ± ε are rounded to float32, as PyTorch does, so a point lies within ε + {@link roundingTolerance}. */
export function createLinfBall({ inputs, inputShape, bounds }: Center, epsilon: number): Ball {
  const radius = Math.fround(epsilon);
  const lower = Math.fround(bounds.lower);
  const upper = Math.fround(bounds.upper);
  const size = exampleSizeOf(inputShape);
  // Plain loops: these run over every pixel in every step.
  const project = (points: Float32Array): void => {
    for (let index = 0; index < points.length; index++) {
      const clean = inputs[index] ?? NaN;
      const least = Math.max(Math.fround(clean - radius), lower);
      const greatest = Math.min(Math.fround(clean + radius), upper);
      const value = points[index] ?? NaN;
      // NaN fails both comparisons and stays, for the caller to see.
      points[index] = value < least ? least : value > greatest ? greatest : value;
    }
  };
  return {
    norm: 'linf',
    radius,
    project,
    stepDirection(gradients) {
      const direction = new Float32Array(gradients.length);
      for (let index = 0; index < gradients.length; index++) {
        const slope = gradients[index] ?? NaN;
        // sign(0) = 0, as in PyTorch.
        direction[index] = slope > 0 ? 1 : slope < 0 ? -1 : slope;
      }
      return direction;
    },
    randomPoints(streams) {
      const points = inputs.map(
        (value, index) => value + radius * (2 * (streams[Math.floor(index / size)]?.uniform() ?? NaN) - 1),
      );
      project(points);
      return points;
    },
  };
}
