/**
 * What Carlini–Wagner and EAD share: the search for the weight c of the margin against the distance. It grows tenfold
 * until an adversarial example is found with it, and is then bisected.
 */
import type { AttackTask } from '../attack.ts';

export interface PenaltySearch {
  readonly task: AttackTask<unknown>;
  readonly searches: number;
  readonly initialWeight: number;
  /**
   * Minimises with the weights.
   *
   * @param weights of each example, [n]
   * @returns where any adversarial example was found, [n]
   */
  readonly minimize: (weights: Float64Array) => Promise<Uint8Array>;
}

const GROWTH = 10;
/** With so many searches the last is made with a weight that has worked. */
const MANY_SEARCHES = 10;
const GREATEST_WEIGHT = 1e10;

export async function searchPenalty({
  task,
  searches,
  initialWeight,
  minimize,
}: PenaltySearch): Promise<void> {
  const count = task.labels.length;
  let weights = new Float64Array(count).fill(initialWeight);
  const failing = new Float64Array(count);
  const working = new Float64Array(count).fill(Infinity);
  for (let search = 0; search < searches; search++) {
    if (search === searches - 1 && searches >= MANY_SEARCHES) {
      weights = working.map((weight) => Math.min(weight, GREATEST_WEIGHT));
    }
    const found = await minimize(weights);
    weights = weights.map((weight, example) => {
      (found[example] === 1 ? working : failing)[example] = weight;
      const known = working[example] ?? NaN;
      return known === Infinity ? weight * GROWTH : ((failing[example] ?? NaN) + known) / 2;
    });
  }
}

/** Says of each example whether its loss has not fallen by a part of 10⁻⁴ since the last look, every tenth of the steps. */
export function createStall(count: number, steps: number): (losses: Float64Array, step: number) => number[] {
  const every = Math.ceil(steps / 10);
  const before = new Float64Array(count).fill(Infinity);
  return (losses, step) => {
    if (step % every !== 0) return [];
    return Array.from(losses.keys()).filter((example) => {
      const loss = losses[example] ?? NaN;
      const isStalled = !(loss <= 0.9999 * (before[example] ?? NaN));
      before[example] = loss;
      return isStalled;
    });
  };
}
