/**
 * EAD, the elastic-net attack (Chen et al. 2018): descends ‖δ‖₂² + β‖δ‖₁ + c·max(0, margin by which the label leads) by
 * fast iterative shrinkage-thresholding, and searches for the c that serves best, nine times. Of the examples found the
 * nearest in L1 is kept, the authors' L1 rule.
 *
 * 1 000 steps a search, as in the authors' experiments; β 0.01 as in foolbox. An example whose loss no longer falls ends
 * its search by itself, not with its whole batch.
 */
import type { AttackTask } from '../attack.ts';
import { createAttack } from '../create-attack.ts';
import { searchNearest, type Nearest } from '../loops/nearest.ts';
import { perturbationsOf, rowsOf } from '../loops/perturbations.ts';
import { numberBetween, wholeNumber } from '../parameters.ts';
import { createStall, searchPenalty } from './penalty-search.ts';

const parameters = {
  searches: wholeNumber('number of weights c tried', 9),
  steps: wholeNumber('greatest number of steps with each', 1000),
  stepSize: numberBetween('the first step size, which falls to 0', 0.01, 0, Infinity),
  beta: numberBetween('β: the weight of the L1 norm', 0.01, 0, Infinity),
  initialWeight: numberBetween('the first c', 0.001, 0, Infinity),
} as const;

type Parameters = Readonly<Record<keyof typeof parameters, number>>;

export const ead = createAttack({
  id: 'ead',
  title: 'EAD',
  citation: 'Chen et al. 2018, EAD: Elastic-Net Attacks to Deep Neural Networks via Adversarial Examples',
  access: 'gradient',
  norms: ['l1'],
  aim: 'minimum-norm',
  parameters,
  run: (task) =>
    searchNearest(task, (active, nearest) =>
      searchPenalty({
        task: active,
        searches: task.parameters.searches,
        initialWeight: task.parameters.initialWeight,
        minimize: (weights) => minimize(active, nearest, weights),
      }),
    ),
});

async function minimize(
  task: AttackTask<Parameters>,
  nearest: Nearest,
  weights: Float64Array,
): Promise<Uint8Array> {
  const { steps, stepSize, beta } = task.parameters;
  const found = new Uint8Array(weights.length);
  let rows = Array.from(weights.keys());
  let part = task;
  let space = perturbationsOf(part, 'EAD', ['margin']);
  const { size } = space;
  let moves: Float32Array = new Float32Array(rows.length * size);
  /** Where the gradient is taken: ahead of the moves by momentum. */
  let ahead: Float32Array = moves;
  const stalled = createStall(weights.length, steps);
  for (let step = 0; step < steps; step++) {
    const rate = stepSize * Math.sqrt(1 - step / steps);
    // The perturbations ahead may leave the bounds, where a model is not asked.
    const { losses: margins, gradients } = await space.climb(space.points(ahead), 'margin');
    const before = moves;
    const next = new Float32Array(moves.length);
    const losses = new Float64Array(weights.length);
    rows.forEach((row, place) => {
      const weight = weights[row] ?? NaN;
      const lead = -(margins[place] ?? NaN);
      let squares = 0;
      for (let index = place * size; index < (place + 1) * size; index++) {
        const here = ahead[index] ?? NaN;
        squares += here * here;
        const slope = 2 * here - (lead <= 0 ? 0 : weight * (gradients[index] ?? NaN));
        next[index] = shrunk(here - rate * slope, beta);
      }
      losses[row] = squares + weight * Math.max(lead, 0);
    });
    space.clamp(next);
    moves = next;
    ahead = next.map((move, index) => move + (step / (step + 3)) * (move - (before[index] ?? NaN)));
    const points = space.points(moves);
    const logits = await part.oracle.logits(points);
    nearest.offer(points, logits, rows).forEach((won, place) => {
      if (won === 1) found[rows[place] ?? 0] = 1;
    });
    const ended = new Set(stalled(losses, step));
    const places = Array.from(rows.keys()).filter((place) => !ended.has(rows[place] ?? -1));
    if (places.length === rows.length) continue;
    if (places.length === 0) break;
    rows = places.map((place) => rows[place] ?? 0);
    part = task.select(rows);
    space = perturbationsOf(part, 'EAD', ['margin']);
    moves = rowsOf(moves, size, places);
    ahead = rowsOf(ahead, size, places);
  }
  return found;
}

/** Nearer to 0 by the threshold, and 0 within it; NaN stays. */
function shrunk(value: number, threshold: number): number {
  return Math.abs(value) <= threshold ? 0 : value - Math.sign(value) * threshold;
}
