/**
 * ALMA, the augmented Lagrangian method (Rony et al. 2021): descends the distance plus a penalty P2 of the difference of
 * logits ratio by RMSProp with momentum; the multiplier μ follows the penalty's slope, and ρ grows where the constraint
 * does not improve. The difference of two logits takes the ratio's place where there are fewer than three classes.
 *
 * The settings are those of the authors' code, with a learning rate of 0.1 and no search for it. Led towards a class, the
 * ratio is that of the class against the greatest of all others, over the same denominator.
 */
import type { AttackTask } from '../attack.ts';
import { createAttack } from '../create-attack.ts';
import { lengthOf } from '../loops/lengths.ts';
import { searchNearest, type Nearest } from '../loops/nearest.ts';
import { lossFor } from '../loops/objective.ts';
import { perturbationsOf } from '../loops/perturbations.ts';
import { numberBetween, wholeNumber } from '../parameters.ts';

const LEAST_MULTIPLIER = 1e-6;
const GREATEST_MULTIPLIER = 1e12;
/** By what part the constraint has to fall between two checks, lest ρ grows. */
const IMPROVEMENT = 0.95;
const PENALTY_GROWTH = 1.2;
const CHECK_STEPS = 10;
/** Added to the constraint, so that it is not met by a tie of logits. */
const TOLERANCE = 1e-4;
/** The last learning rate, in the first. */
const LAST_RATE = 0.01;

const parameters = {
  steps: wholeNumber('number of gradient steps', 1000),
  stepSize: numberBetween('the first learning rate, the last is a hundredth', 0.1, 0, Infinity),
  smoothing: numberBetween('α: weight of the past in μ, the mean squares and the momentum', 0.9, 0, 1),
} as const;

type Parameters = Readonly<Record<keyof typeof parameters, number>>;

export const alma = createAttack({
  id: 'alma',
  title: 'ALMA',
  citation: 'Rony et al. 2021, Augmented Lagrangian Adversarial Attacks',
  access: 'gradient',
  norms: ['l2', 'l1'],
  aim: 'minimum-norm',
  parameters,
  run: (task) => searchNearest(task, minimize),
});

async function minimize(task: AttackTask<Parameters>, nearest: Nearest): Promise<void> {
  const { norm } = task;
  const { steps, stepSize, smoothing } = task.parameters;
  const loss = lossFor('dlr', task);
  const space = perturbationsOf(task, 'ALMA', [loss]);
  const { count, size } = space;
  const moves = new Float32Array(count * size);
  const squares = new Float32Array(count * size).fill(1);
  const momenta = new Float32Array(count * size);
  const multipliers = new Float64Array(count).fill(1);
  const penalties = new Float64Array(count).fill(1);
  const before = new Float64Array(count);
  const firstFound = new Float64Array(count).fill(steps + 1);
  for (let step = 0; step < steps; step++) {
    const points = space.points(moves);
    const { losses, gradients, logits } = await space.climb(points, loss);
    nearest.offer(points, logits);
    for (let example = 0; example < count; example++) {
      const [from, to] = [example * size, (example + 1) * size];
      const own = logits.subarray(example * task.oracle.classCount, (example + 1) * task.oracle.classCount);
      // At most 0 where the example is adversarial, by more than a tie.
      const constraint = -(losses[example] ?? NaN) + TOLERANCE / (loss === 'dlr' ? spreadOf(own) : 1);
      const isFound = (firstFound[example] ?? NaN) <= steps;
      if (step === 0) before[example] = constraint;
      else if ((step + 1) % CHECK_STEPS === 0) {
        const improved = constraint < IMPROVEMENT * (before[example] ?? NaN);
        if (!isFound && !improved) penalties[example] = PENALTY_GROWTH * (penalties[example] ?? NaN);
        before[example] = constraint;
      }
      const penalty = penalties[example] ?? NaN;
      if (step > 0) {
        const slope = penaltySlope(constraint, penalty, multipliers[example] ?? NaN);
        const next = smoothing * (multipliers[example] ?? NaN) + (1 - smoothing) * slope;
        multipliers[example] = Math.min(Math.max(next, LEAST_MULTIPLIER), GREATEST_MULTIPLIER);
      }
      if (constraint < 0 && !isFound) firstFound[example] = step;
      const slope = penaltySlope(constraint, penalty, multipliers[example] ?? NaN);
      const since = Math.max(step - (firstFound[example] ?? NaN), 0) / (steps - (firstFound[example] ?? NaN));
      const rate = stepSize * LAST_RATE ** since;
      const length = lengthOf('l2', moves.subarray(from, to));
      for (let index = from; index < to; index++) {
        const move = moves[index] ?? NaN;
        const byDistance =
          step === 0 ? 0 : norm === 'l1' ? Math.sign(move) : length === 0 ? 0 : move / length;
        const gradient = byDistance - slope * (gradients[index] ?? NaN);
        const square = smoothing * (squares[index] ?? NaN) + (1 - smoothing) * gradient * gradient;
        squares[index] = square;
        const momentum = smoothing * (momenta[index] ?? NaN) + gradient / (Math.sqrt(square) + 1e-8);
        momenta[index] = momentum;
        moves[index] = move - rate * momentum;
      }
    }
    space.clamp(moves);
  }
  const points = space.points(moves);
  nearest.offer(points, await task.oracle.logits(points));
}

/** z_(1) − z_(3), as the difference of logits ratio has it. */
function spreadOf(logits: Float32Array): number {
  const sorted = logits.slice().sort();
  return (sorted[sorted.length - 1] ?? NaN) - (sorted[sorted.length - 3] ?? NaN) + 1e-8;
}

/**
 * The slope of P2(y, ρ, μ) by y: of μy + μρy² + ρ²y³/6 where y ≥ 0, of μy / (1 − ρy) where y < 0.
 */
function penaltySlope(y: number, rho: number, mu: number): number {
  if (y >= 0) return mu + 2 * mu * rho * y + 0.5 * rho * rho * y * y;
  return mu / (1 - rho * y) ** 2;
}
