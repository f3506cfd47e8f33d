/**
 * PDPGD, primal-dual proximal gradient descent (Matyasko and Chau 2021): descends softplus of the margin by which the
 * label leads by Adam, shortens the perturbation after each step by the proximal operator of the norm in Adam's metric,
 * and moves the weights of the two against each other by whether the point is adversarial. Not in L0, where the authors
 * have an operator of another norm stand in.
 */
import type { AttackTask } from '../attack.ts';
import { createAttack } from '../create-attack.ts';
import { createAdam } from '../loops/adam.ts';
import { lengthOf } from '../loops/lengths.ts';
import { searchNearest, type Nearest } from '../loops/nearest.ts';
import { perturbationsOf, type Perturbations } from '../loops/perturbations.ts';
import { numberBetween, wholeNumber } from '../parameters.ts';
import { proximal } from './proximal.ts';

/** The least ratio of the two weights, and of their inverse. */
const LEAST_RATIO = 1e-6;
/** The weights' moving average. */
const AVERAGE = 0.9;

const parameters = {
  steps: wholeNumber('number of gradient steps', 500, 2),
  stepSize: numberBetween('the first learning rate, the last is a hundredth', 0.1, 0, Infinity),
  weightRatio: numberBetween(
    'first weight of the norm in that of the margin',
    0.01,
    LEAST_RATIO,
    1 / LEAST_RATIO,
  ),
  weightStep: numberBetween('learning rate of the weights, the last is a tenth', 0.1, 0, Infinity),
  proximalSteps: wholeNumber('greatest number of proximal steps after each step', 5),
  proximalTolerance: numberBetween('the part by which proximal steps have to move, to go on', 0.01, 0, 1),
} as const;

type Parameters = Readonly<Record<keyof typeof parameters, number>>;

export const pdpgd = createAttack({
  id: 'pdpgd',
  title: 'PDPGD',
  citation: 'Matyasko and Chau 2021, PDPGD: Primal-Dual Proximal Gradient Descent Adversarial Attack',
  access: 'gradient',
  norms: ['l2', 'linf', 'l1'],
  aim: 'minimum-norm',
  parameters,
  run: (task) => searchNearest(task, minimize),
});

async function minimize(task: AttackTask<Parameters>, nearest: Nearest): Promise<void> {
  const { steps, stepSize, weightRatio, weightStep } = task.parameters;
  const space = perturbationsOf(task, 'PDPGD', ['margin']);
  const { count, size } = space;
  const moves = new Float32Array(count * size);
  const adam = createAdam(count * size);
  /** The logarithm of the margin's weight over the norm's. */
  const ratios = new Float64Array(count).fill(-Math.log(weightRatio));
  /** The norm's share of the weights, averaged. */
  const shares = ratios.map((ratio) => 1 / (1 + Math.exp(ratio)));
  for (let step = 0; step < steps; step++) {
    const points = space.points(moves);
    const { losses, gradients, logits } = await space.climb(points, 'margin');
    nearest.offer(points, logits);
    const slopes = gradients.map((slope, index) => {
      // d softplus(m) = σ(m), of m = −the margin that is climbed.
      const margin = losses[Math.floor(index / size)] ?? NaN;
      return -slope / (1 + Math.exp(margin));
    });
    const rate = stepSize * 0.01 ** (step / steps);
    const denominators = adam.descend(moves, slopes, rate);
    space.clamp(moves);
    const weightRate = weightStep * (((steps - 1 - step) / (steps - 1)) * 0.9 + 0.1);
    for (let example = 0; example < count; example++) {
      const share = shares[example] ?? NaN;
      shorten({ task, space, moves, denominators, example, rate, weight: share / (1 - share) });
      const limit = -Math.log(LEAST_RATIO);
      const moved = (ratios[example] ?? NaN) - weightRate * Math.sign(losses[example] ?? NaN);
      const ratio = Math.min(Math.max(moved, -limit), limit);
      ratios[example] = ratio;
      shares[example] = AVERAGE * share + (1 - AVERAGE) / (1 + Math.exp(ratio));
    }
  }
  const points = space.points(moves);
  nearest.offer(points, await task.oracle.logits(points));
}

interface Shortening {
  readonly task: AttackTask<Parameters>;
  readonly space: Perturbations;
  /** Changed, for the example. */
  readonly moves: Float32Array;
  /** What Adam divided by. */
  readonly denominators: Float32Array;
  readonly example: number;
  readonly rate: number;
  /** The norm's weight over the margin's. */
  readonly weight: number;
}

/** The proximal step in Adam's metric, by plain proximal steps from where Adam has led (Melchior et al. 2019). */
function shorten({ task, space, moves, denominators, example, rate, weight }: Shortening): void {
  const { size } = space;
  const { proximalSteps, proximalTolerance } = task.parameters;
  const [from, to] = [example * size, (example + 1) * size];
  const move = moves.subarray(from, to);
  const goal = move.slice();
  const metric = denominators.subarray(from, to);
  const greatest = lengthOf('linf', metric);
  const threshold = (weight * rate) / greatest;
  for (let step = 0; step < proximalSteps; step++) {
    const before = move.slice();
    for (let index = 0; index < size; index++) {
      const here = move[index] ?? NaN;
      move[index] = here - ((metric[index] ?? NaN) / greatest) * (here - (goal[index] ?? NaN));
    }
    proximal(task.norm, move, threshold);
    for (let index = 0; index < size; index++) {
      const low = space.least[from + index] ?? NaN;
      const high = space.greatest[from + index] ?? NaN;
      const value = move[index] ?? NaN;
      move[index] = value < low ? low : value > high ? high : value;
    }
    const length = lengthOf('l2', move);
    const moved = lengthOf(
      'l2',
      move.map((value, index) => value - (before[index] ?? NaN)),
    );
    if (!(moved > proximalTolerance * length)) return;
  }
}
