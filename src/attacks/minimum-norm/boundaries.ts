/** The boundaries to other classes as they look from a point: how far the logits are apart, and along which gradient. */
import type { Objective } from '../../classifier/objective.ts';
import type { AttackTask } from '../attack.ts';
import type { Norm } from '../balls/ball.ts';
import { dualOf, lengthOf } from '../loops/lengths.ts';
import type { Perturbations } from '../loops/perturbations.ts';

/**
 * The classes other than the label by falling clean logit, [places][n]: the first of every example, the second, and so
 * on. One of logit −∞ can never be predicted; the first stands in for it.
 */
export async function otherClasses(task: AttackTask<unknown>, most = Infinity): Promise<Int32Array[]> {
  const { classCount } = task.oracle;
  const logits = await task.oracle.logits(task.inputs);
  const order = Array.from(task.labels, (label, example) => {
    const row = logits.subarray(example * classCount, (example + 1) * classCount);
    const others = Array.from(row.keys()).filter((index) => index !== label);
    others.sort((a, b) => (row[b] ?? NaN) - (row[a] ?? NaN) || a - b);
    return others.map((index) => (row[index] === -Infinity ? (others[0] ?? 0) : index));
  });
  return Array.from({ length: Math.min(most, classCount - 1) }, (_, place) =>
    Int32Array.from(order, (classes) => classes[place] ?? 0),
  );
}

/** What {@link boundariesAt} asks of a classifier. */
export function boundaryLosses({ targets }: Pick<AttackTask, 'targets'>): readonly Objective['loss'][] {
  return [targets === null ? 'weighted-logits' : 'margin'];
}

export interface Boundary {
  /** z_k − z_y of each example, [n]: negative on the label's side. */
  readonly values: Float32Array;
  /** Its gradient, [n, size]. */
  readonly gradients: Float32Array;
}

export interface Boundaries {
  /** One for each place of the classes. */
  readonly boundaries: readonly Boundary[];
  /** [n, classCount]. */
  readonly logits: Float32Array;
}

/**
 * Linearises the boundaries between label and other classes; of a targeted task the one that counts, between the target
 * and the greatest of all others.
 *
 * @param classes the classes to look at, one list for each place, [places][n]
 */
export async function boundariesAt(
  task: AttackTask<unknown>,
  space: Perturbations,
  points: Float32Array,
  classes: readonly Int32Array[],
): Promise<Boundaries> {
  if (task.targets !== null) {
    const { losses, gradients, logits } = await space.climb(points, 'margin');
    return { boundaries: [{ values: losses, gradients }], logits };
  }
  const { classCount } = task.oracle;
  const boundaries: Boundary[] = [];
  let found = new Float32Array(0);
  for (const others of classes) {
    const weights = new Float32Array(task.labels.length * classCount);
    task.labels.forEach((label, example) => {
      weights[example * classCount + (others[example] ?? 0)] = 1;
      weights[example * classCount + label] = -1;
    });
    const { losses, gradients, logits } = await space.gradient(points, { loss: 'weighted-logits', weights });
    boundaries.push({ values: losses.slice(), gradients });
    found = new Float32Array(logits);
  }
  return { boundaries, logits: found };
}

/** The place of the boundary that an example is nearest to, by the linearisation. */
export function nearestBoundary(
  { boundaries }: Boundaries,
  example: number,
  size: number,
  norm: Norm,
): Boundary | undefined {
  let least = Infinity;
  let [chosen] = boundaries;
  for (const boundary of boundaries) {
    const gradient = boundary.gradients.subarray(example * size, (example + 1) * size);
    const distance = Math.abs(boundary.values[example] ?? NaN) / (1e-12 + lengthOf(dualOf(norm), gradient));
    // One that is no number is chosen, for the caller to see.
    if (Number.isNaN(distance)) return boundary;
    if (distance < least) {
      least = distance;
      chosen = boundary;
    }
  }
  return chosen;
}
