/**
 * Perturbations in units of the range upper − lower, so that the constants of an attack mean the same on [0, 1], [0, 255]
 * and [−1, 1]. An element that is not perturbed stays what it was to the bit, which L0 counts on.
 */
import type { LossGradient } from '../../classifier/classifier.ts';
import type { Objective } from '../../classifier/objective.ts';
import { InputError } from '../../core/errors.ts';
import type { AttackTask } from '../attack.ts';
import { clampToBounds, exampleSizeOf } from '../balls/ball.ts';
import { climbed, type LabelLoss } from './objective.ts';

export interface Perturbations {
  readonly count: number;
  /** Elements of one example. */
  readonly size: number;
  /** The least perturbation of each element that the bounds allow, at most 0, [n, size]. */
  readonly least: Float32Array;
  /** The greatest, at least 0. */
  readonly greatest: Float32Array;
  /** The perturbed inputs, [n, ...inputShape], in the bounds. */
  points(perturbations: Float32Array): Float32Array;
  /** Brings perturbations to what the bounds allow, in place. */
  clamp(perturbations: Float32Array): void;
  /** Loss and gradient of what is to grow at the points: away from the label, or towards the target. */
  climb(points: Float32Array, loss: LabelLoss): Promise<LossGradient>;
  /** Loss and gradient at the points; the gradient is by the perturbation. */
  gradient(points: Float32Array, objective: Objective): Promise<LossGradient>;
}

/**
 * @param title names the attack in messages
 * @param losses those that the attack will ask for
 * @throws InputError when the classifier has not the losses
 */
export function perturbationsOf(
  task: AttackTask<unknown>,
  title: string,
  losses: readonly Objective['loss'][],
): Perturbations {
  const { oracle, inputs, bounds, inputShape } = task;
  const missing = losses.find((loss) => !oracle.losses.has(loss));
  if (missing !== undefined) {
    throw new InputError(
      `${title} follows the gradient of ${missing} and the model ${oracle.name} gives only that of ` +
        `${[...oracle.losses].join(', ')}: attack it with pgd, or give the model the gradient of its logits`,
    );
  }
  const lower = Math.fround(bounds.lower);
  const width = Math.fround(bounds.upper) - lower;
  const least = inputs.map((value) => (lower - value) / width);
  const greatest = least.map((value) => 1 + value);
  const scaled = (result: LossGradient): LossGradient => ({
    ...result,
    gradients: result.gradients.map((slope) => slope * width),
  });
  return {
    count: task.labels.length,
    size: exampleSizeOf(inputShape),
    least,
    greatest,
    points(perturbations) {
      const points = inputs.slice();
      for (let index = 0; index < points.length; index++) {
        const move = perturbations[index] ?? NaN;
        if (move !== 0) points[index] = (points[index] ?? NaN) + width * move;
      }
      clampToBounds(points, bounds);
      return points;
    },
    clamp(perturbations) {
      for (let index = 0; index < perturbations.length; index++) {
        const value = perturbations[index] ?? NaN;
        const low = least[index] ?? NaN;
        const high = greatest[index] ?? NaN;
        // NaN fails both comparisons and stays, for the caller to see.
        perturbations[index] = value < low ? low : value > high ? high : value;
      }
    },
    climb: async (points, loss) => scaled(await climbed(task, loss, points)),
    gradient: async (points, objective) => scaled(await oracle.gradient(points, objective)),
  };
}

/** The rows of an array of rows, in the order given. */
export function rowsOf(values: Float32Array, size: number, rows: readonly number[]): Float32Array {
  const chosen = new Float32Array(rows.length * size);
  rows.forEach((row, place) => {
    chosen.set(values.subarray(row * size, (row + 1) * size), place * size);
  });
  return chosen;
}

/** What the bounds' width is, which distances in units of the range are multiplied by. */
export function widthOf({ bounds }: Pick<AttackTask, 'bounds'>): number {
  return Math.fround(bounds.upper) - Math.fround(bounds.lower);
}
