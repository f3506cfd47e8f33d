/**
 * The one loop of attacks that are made to transfer: gradients at points near the current one, brought to a mean magnitude
 * of 1, gathered with momentum, and followed by their sign. What varies is where gradients are taken.
 */
import type { AttackTask } from '../attack.ts';
import { eachExample, exampleSizeOf } from '../balls/ball.ts';
import { numberBetween, stepSize, wholeNumber } from '../parameters.ts';
import { absoluteSize } from '../size.ts';
import { ascend } from './ascent.ts';
import { climbed } from './objective.ts';

export interface TransferParameters {
  readonly steps: number;
  readonly stepSize: number;
  readonly decay: number;
}

/** Parameters of all of them. @param decay what momentum keeps of what it was */
export function transferParameters(decay: number) {
  return {
    steps: wholeNumber('number of gradient steps', 10),
    stepSize: stepSize('size α of a step (ε/10)', ({ radius }) => (radius?.value ?? 0) / 10),
    decay: numberBetween('what momentum keeps of what it was in each step', decay, 0, Infinity),
  };
}

export type GradientAt = (points: Float32Array, step: number) => Promise<Float32Array>;

export interface Transfer {
  /** Where the gradient is taken, instead of the cross-entropy's at the points. */
  readonly gradientAt?: GradientAt;
  /** Whether it is taken where momentum leads next (Nesterov). */
  readonly looksAhead?: boolean;
}

/** Climbs by the signs of momentum; every example takes all steps. */
export function climbToTransfer(
  task: AttackTask<TransferParameters>,
  { gradientAt = crossEntropyGradient(task), looksAhead = false }: Transfer = {},
): Promise<Float32Array> {
  const { steps, decay, stepSize: part } = task.parameters;
  const length = absoluteSize({ value: part, unit: 'fraction of range' }, task.bounds);
  const size = exampleSizeOf(task.inputShape);
  const momentum = new Float32Array(task.inputs.length);
  return ascend({
    ball: task.ball,
    start: task.inputs,
    steps,
    stepSize: length,
    async gradientAt(points, step) {
      const from = looksAhead
        ? points.map((value, index) => value + decay * length * (momentum[index] ?? NaN))
        : points;
      const gradients = scaledToMean1(await gradientAt(from, step), size);
      gradients.forEach((slope, index) => {
        momentum[index] = decay * (momentum[index] ?? NaN) + slope;
      });
      return momentum;
    },
  });
}

/** The gradient of what is to grow, at the very points. */
export function crossEntropyGradient(task: Pick<AttackTask, 'oracle' | 'labels' | 'targets'>): GradientAt {
  return async (points) => (await climbed(task, 'cross-entropy', points)).gradients;
}

/** Each example's gradient over the mean of its magnitudes; 0 stays 0. */
function scaledToMean1(gradients: Float32Array, size: number): Float32Array {
  const scaled = gradients.slice();
  eachExample(gradients.length, size, (start, end) => {
    let sum = 0;
    for (let index = start; index < end; index++) sum += Math.abs(gradients[index] ?? NaN);
    if (sum === 0) return;
    for (let index = start; index < end; index++) {
      scaled[index] = ((gradients[index] ?? NaN) * size) / sum;
    }
  });
  return scaled;
}
