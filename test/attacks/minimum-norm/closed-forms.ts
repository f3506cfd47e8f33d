/** The nearest adversarial example of a linear model within the bounds, by bisection and by sorting, for tests. */
import type { Norm } from '../../../src/attacks/balls/ball.ts';
import type { LinearModel } from '../linear-classifier.ts';

/**
 * The distance of an example to each class: to the hyperplane where its logit equals the label's. In L0 the number of
 * elements; 0 for the label itself, Infinity where the bounds cut the hyperplane off.
 */
export function classDistances(norm: Norm, model: LinearModel, input: Float32Array, label: number): number[] {
  const logit = (k: number) => model.weights[k]!.reduce((sum, w, j) => sum + w * input[j]!, model.biases[k]!);
  return model.weights.map((row, k) => {
    const normal = row.map((w, j) => w - model.weights[label]![j]!);
    return k === label ? 0 : distanceTo(norm, normal, logit(label) - logit(k), input, model.bounds);
  });
}

function distanceTo(
  norm: Norm,
  normal: readonly number[],
  change: number,
  input: Float32Array,
  { lower, upper }: LinearModel['bounds'],
): number {
  const rooms = normal.map((w, j) => (w > 0 ? upper - input[j]! : input[j]! - lower));
  const gains = normal.map((w, j) => Math.abs(w) * rooms[j]!);
  if (gains.reduce((a, b) => a + b, 0) < change) return Infinity;
  if (norm === 'l0') {
    let left = change;
    const sorted = gains.toSorted((a, b) => b - a);
    return sorted.findIndex((gain) => (left -= gain) <= 0) + 1;
  }
  if (norm === 'l1') {
    let left = change;
    let sum = 0;
    for (const [j] of [...normal.entries()].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))) {
      const step = Math.min(rooms[j]!, left / Math.abs(normal[j]!));
      sum += step;
      left -= step * Math.abs(normal[j]!);
      if (left <= 1e-12) break;
    }
    return sum;
  }
  const steps = (lambda: number) =>
    normal.map((w, j) => Math.min(lambda * (norm === 'l2' ? Math.abs(w) : 1), rooms[j]!));
  let [low, high] = [0, 1e6];
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    const gained = steps(middle).reduce((sum, d, j) => sum + d * Math.abs(normal[j]!), 0);
    if (gained < change) low = middle;
    else high = middle;
  }
  return norm === 'l2' ? Math.hypot(...steps(high)) : Math.max(...steps(high));
}
