/**
 * The one loop of fixed steps: gradient → step → projection to ball and bounds. What varies between attacks is passed
 * in: the ball (norm), the gradient (loss, direction, momentum), the start, the size and number of steps.
 */
import type { Ball } from '../balls/ball.ts';

export interface Ascent {
  readonly ball: Ball;
  /** Where to begin, [n, ...inputShape]; not changed. */
  readonly start: Float32Array;
  readonly steps: number;
  /** Length of a step in the ball's norm, in the units of the bounds. */
  readonly stepSize: number;
  /** Gradient of what is to grow, at the points; may be told which step it is for, from 0. */
  readonly gradientAt: (points: Float32Array, step: number) => Promise<Float32Array>;
}

/**
 * Climbs within the ball, in float32: x ← project(x + stepSize · direction(gradient)). The operations and their
 * rounding are those of `torch.min(torch.max(x + step * grad.sign(), clean - eps), clean + eps).clamp(lower, upper)`.
 */
export async function ascend({ ball, start, steps, stepSize, gradientAt }: Ascent): Promise<Float32Array> {
  const length = Math.fround(stepSize);
  const points = start.slice();
  for (let step = 0; step < steps; step++) {
    const direction = ball.stepDirection(await gradientAt(points, step));
    for (let index = 0; index < points.length; index++) {
      points[index] = (points[index] ?? NaN) + length * (direction[index] ?? NaN);
    }
    ball.project(points);
  }
  return points;
}
