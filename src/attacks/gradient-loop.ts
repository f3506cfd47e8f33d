/**
 * The one loop of gradient attacks: gradient → step → projection to ball and bounds. What varies between attacks is
 * passed in: the ball (norm), the gradient (loss, direction, momentum), the start, the size and number of steps.
 */
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import type { AttackBatch, AttackOutput, AttackTask } from './attack.ts';
import { type Ball, createLinfBall } from './ball.ts';
import { createObjective } from './objective.ts';

export interface Ascent {
  readonly ball: Ball;
  /** Where to begin, [n, ...inputShape]; not changed. */
  readonly start: Float32Array;
  readonly steps: number;
  /** Length of a step in the ball's norm, in the units of the bounds. */
  readonly stepSize: number;
  /** Gradient of what is to grow, at the points. */
  readonly gradientAt: (points: Float32Array) => Promise<Float32Array>;
}

/**
 * Climbs within the ball, in float32: x ← project(x + stepSize · direction(gradient)). The operations and their
 * rounding are those of `torch.min(torch.max(x + step * grad.sign(), clean - eps), clean + eps).clamp(lower, upper)`.
 */
export async function ascend({ ball, start, steps, stepSize, gradientAt }: Ascent): Promise<Float32Array> {
  const length = Math.fround(stepSize);
  const points = start.slice();
  for (let step = 0; step < steps; step++) {
    const direction = ball.stepDirection(await gradientAt(points));
    for (let index = 0; index < points.length; index++) {
      points[index] = (points[index] ?? NaN) + length * (direction[index] ?? NaN);
    }
    ball.project(points);
  }
  return points;
}

/** Climbs the task's objective from the clean inputs within the L∞ ball; the body of FGSM and of I-FGSM. */
export async function signAscent(
  { classifier, batch, settings, epsilon }: AttackTask<string>,
  { steps, stepSize }: Pick<Ascent, 'steps' | 'stepSize'>,
): Promise<AttackOutput> {
  const objective = await createObjective(classifier, batch, settings);
  const inputs = await ascend({
    ball: createLinfBall(batch.inputs, epsilon, classifier.bounds),
    start: batch.inputs,
    steps,
    stepSize,
    gradientAt: objective.gradientAt,
  });
  assertNumbers(inputs, classifier, batch);
  return {
    inputs,
    targets: objective.targets,
    led: objective.led,
    gradientCounts: new Int32Array(batch.labels.length).fill(steps),
    zeroGradients: objective.zeroGradients,
  };
}

/** A gradient that is not a number leaves its trace in the points, whatever step it came in. */
function assertNumbers(points: Float32Array, classifier: Classifier, { indices }: AttackBatch): void {
  const position = points.findIndex((value) => Number.isNaN(value));
  if (position < 0) return;
  const example = indices[Math.floor((position * indices.length) / points.length)] ?? 0;
  throw new InputError(
    `the input gradient of the model ${classifier.name} is not a number at example ${String(example)}: ` +
      'look for a logarithm, square root or division by zero in the model, or NaN in its weights',
  );
}
