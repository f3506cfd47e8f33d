/**
 * The L2 attack of Carlini and Wagner (2017): descends ‖δ‖² + c·max(0, margin by which the label leads) by Adam, over
 * tanh⁻¹ of the input so that the bounds cannot be left, and searches for the c that serves best, nine times.
 *
 * 1 000 steps a search, where the paper has 10 000: fewer than its authors' and as ART and cleverhans have it. An example
 * whose loss no longer falls ends its search by itself, not with its whole batch.
 */
import type { AttackTask } from '../attack.ts';
import { createAttack } from '../create-attack.ts';
import { createAdam } from '../loops/adam.ts';
import { searchNearest, type Nearest } from '../loops/nearest.ts';
import { perturbationsOf, rowsOf } from '../loops/perturbations.ts';
import { numberBetween, wholeNumber } from '../parameters.ts';
import { createStall, searchPenalty } from './penalty-search.ts';

/** Inputs at the very bounds are brought inside by so much, for tanh⁻¹ to be finite. */
const INSIDE = 0.999999;

const parameters = {
  searches: wholeNumber('number of weights c tried', 9),
  steps: wholeNumber('greatest number of steps with each', 1000),
  stepSize: numberBetween('Adam’s learning rate', 0.01, 0, Infinity),
  initialWeight: numberBetween('the first c', 0.001, 0, Infinity),
} as const;

type Parameters = Readonly<Record<keyof typeof parameters, number>>;

export const carliniWagner = createAttack({
  id: 'cw',
  title: 'Carlini–Wagner',
  citation: 'Carlini and Wagner 2017, Towards Evaluating the Robustness of Neural Networks',
  access: 'gradient',
  norms: ['l2'],
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
  const { steps, stepSize } = task.parameters;
  const found = new Uint8Array(weights.length);
  let rows = Array.from(weights.keys());
  let part = task;
  let space = perturbationsOf(part, 'Carlini–Wagner', ['margin']);
  const { size } = space;
  let anchors: Float32Array = space.least.map((least) => Math.atanh(INSIDE * (-2 * least - 1)));
  let moves: Float32Array = new Float32Array(anchors.length);
  let adam = createAdam(moves.length);
  const stalled = createStall(weights.length, steps);
  for (let step = 0; step < steps; step++) {
    // In units of the range: u = (tanh(anchor + move) + 1) / 2, and the perturbation is u less where the input is.
    const positions = moves.map((move, index) => Math.tanh((anchors[index] ?? NaN) + move));
    const starts = anchors.map(Math.tanh);
    const perturbations = positions.map(
      (position, index) => (position + 1) / 2 + (space.least[index] ?? NaN),
    );
    const points = space.points(perturbations);
    const { losses: margins, gradients, logits } = await space.climb(points, 'margin');
    const slopes = new Float32Array(moves.length);
    const losses = new Float64Array(weights.length);
    rows.forEach((row, place) => {
      const weight = weights[row] ?? NaN;
      const lead = -(margins[place] ?? NaN);
      let squares = 0;
      for (let index = place * size; index < (place + 1) * size; index++) {
        const position = positions[index] ?? NaN;
        const away = (position - (starts[index] ?? NaN)) / 2;
        squares += away * away;
        const byInput = 2 * away - (lead <= 0 ? 0 : weight * (gradients[index] ?? NaN));
        slopes[index] = (byInput * (1 - position * position)) / 2;
      }
      losses[row] = squares + weight * Math.max(lead, 0);
    });
    nearest.offer(points, logits, rows).forEach((won, place) => {
      if (won === 1) found[rows[place] ?? 0] = 1;
    });
    adam.descend(moves, slopes, stepSize);
    const ended = new Set(stalled(losses, step));
    const places = Array.from(rows.keys()).filter((place) => !ended.has(rows[place] ?? -1));
    if (places.length === rows.length) continue;
    if (places.length === 0) break;
    rows = places.map((place) => rows[place] ?? 0);
    part = task.select(rows);
    space = perturbationsOf(part, 'Carlini–Wagner', ['margin']);
    anchors = rowsOf(anchors, size, places);
    moves = rowsOf(moves, size, places);
    adam = adam.select(places, size);
  }
  return found;
}
