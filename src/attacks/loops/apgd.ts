/**
 * Auto-PGD (Croce and Hein 2020): projected gradient ascent with momentum that halves its step, and goes back to the
 * best point, where progress since the last checkpoint says so.
 */
import type { LossGradient } from '../../classifier/classifier.ts';
import { predictions, type Oracle } from '../../classifier/oracle.ts';
import { exampleSizeOf, type Ball } from '../balls/ball.ts';

export interface Apgd {
  readonly oracle: Oracle;
  readonly ball: Ball;
  /** Where to begin, [n, ...inputShape], in the ball. */
  readonly start: Float32Array;
  readonly iterations: number;
  /** ρ: the share of steps since the last checkpoint that have to raise the loss. */
  readonly rho: number;
  /** Loss that is to grow, with its gradient, of all examples. */
  readonly climb: (points: Float32Array) => Promise<LossGradient>;
  /** Whether predictions are what the attack wants. */
  readonly succeeded: (predictions: Int32Array) => Uint8Array;
}

/** The momentum, from the second step on. */
const MOMENTUM = 0.75;
/** The first step, in radii. */
const FIRST_STEP = 2;
/** The first checkpoint, by how much the next come sooner, and the least distance, as shares of the iterations. */
const CHECKPOINTS = { first: 0.22, shrink: 0.03, least: 0.06 };

/**
 * @returns for each example the last adversarial point that was seen, else the point of the greatest loss
 */
export async function apgd(attack: Apgd): Promise<Float32Array> {
  const { ball, iterations, climb } = attack;
  const size = exampleSizeOf(attack.oracle.inputShape);
  const count = attack.start.length / size;
  const share = (part: number): number => Math.max(1, Math.floor(part * iterations));
  const state = createState(attack.start, count, FIRST_STEP * ball.radius);
  let points: Float32Array = attack.start.slice();
  let before: Float32Array = points.slice();
  let found = await climb(points);
  let gradients = found.gradients.slice();
  state.keepStart(points, found);
  state.keepAdversarial(points, attack.succeeded(predictions(found.logits, attack.oracle.classCount)));
  let interval = share(CHECKPOINTS.first);
  let sinceCheckpoint = 0;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const next = stepped({
      ball,
      points,
      before,
      gradients,
      state,
      size,
      momentum: iteration > 0 ? MOMENTUM : 1,
    });
    before = points;
    points = next;
    found = await climb(points);
    gradients = found.gradients.slice();
    state.keepAdversarial(points, attack.succeeded(predictions(found.logits, attack.oracle.classCount)));
    state.keepBest(points, found, iteration);
    sinceCheckpoint += 1;
    if (sinceCheckpoint < interval) continue;
    state.checkpoint({ points, gradients, iteration, interval, rho: attack.rho });
    interval = Math.max(interval - share(CHECKPOINTS.shrink), share(CHECKPOINTS.least));
    sinceCheckpoint = 0;
  }
  return state.outcome();
}

interface Step {
  readonly ball: Ball;
  readonly points: Float32Array;
  readonly before: Float32Array;
  readonly gradients: Float32Array;
  readonly state: State;
  readonly size: number;
  /** The weight of the new step against the last one. */
  readonly momentum: number;
}

/** z = P(x + η·direction), then P(x + a(z − x) + (1 − a)(x − x before)). */
function stepped({ ball, points, before, gradients, state, size, momentum }: Step): Float32Array {
  const direction = ball.stepDirection(gradients);
  const next = points.slice();
  for (let index = 0; index < next.length; index++) {
    const step = state.steps[Math.floor(index / size)] ?? NaN;
    next[index] = (points[index] ?? NaN) + Math.fround(step) * (direction[index] ?? NaN);
  }
  ball.project(next);
  for (let index = 0; index < next.length; index++) {
    const here = points[index] ?? NaN;
    const moved = (next[index] ?? NaN) - here;
    const last = here - (before[index] ?? NaN);
    next[index] = here + moved * momentum + last * (1 - momentum);
  }
  ball.project(next);
  return next;
}

interface Checkpoint {
  /** Changed where an example goes back. */
  readonly points: Float32Array;
  readonly gradients: Float32Array;
  readonly iteration: number;
  readonly interval: number;
  readonly rho: number;
}

interface State {
  /** Each example's step, [n]. */
  readonly steps: Float64Array;
  keepStart(points: Float32Array, found: LossGradient): void;
  keepAdversarial(points: Float32Array, won: Uint8Array): void;
  keepBest(points: Float32Array, found: LossGradient, iteration: number): void;
  checkpoint(checkpoint: Checkpoint): void;
  outcome(): Float32Array;
}

function createState(start: Float32Array, count: number, firstStep: number): State {
  const size = start.length / count;
  const steps = new Float64Array(count).fill(firstStep);
  const best = start.slice();
  const bestGradients = new Float32Array(start.length);
  const bestLosses = new Float64Array(count);
  const lossesBefore = new Float64Array(count);
  const reducedBefore = new Uint8Array(count).fill(1);
  const adversarial = start.slice();
  const isAdversarial = new Uint8Array(count);
  /** Each iteration's losses; those before the first count as 0, as in the authors' code. */
  const history: Float32Array[] = [];
  const copy = (from: Float32Array, to: Float32Array, example: number): void => {
    to.set(from.subarray(example * size, (example + 1) * size), example * size);
  };
  const rises = (example: number, iteration: number, interval: number): number => {
    let count = 0;
    for (let back = 0; back < interval; back++) {
      const later = history[iteration - back]?.[example] ?? 0;
      const earlier = history[iteration - back - 1]?.[example] ?? 0;
      if (later > earlier) count += 1;
    }
    return count;
  };
  return {
    steps,
    keepStart(points, { losses, gradients }) {
      best.set(points);
      bestGradients.set(gradients);
      losses.forEach((loss, example) => {
        bestLosses[example] = loss;
        lossesBefore[example] = loss;
      });
    },
    keepAdversarial(points, won) {
      won.forEach((flag, example) => {
        if (flag === 0) return;
        isAdversarial[example] = 1;
        copy(points, adversarial, example);
      });
    },
    keepBest(points, { losses, gradients }, iteration) {
      history[iteration] = losses.slice();
      losses.forEach((loss, example) => {
        if (!(loss > (bestLosses[example] ?? NaN))) return;
        bestLosses[example] = loss;
        copy(points, best, example);
        copy(gradients, bestGradients, example);
      });
    },
    checkpoint({ points, gradients, iteration, interval, rho }) {
      steps.forEach((step, example) => {
        const oscillates = rises(example, iteration, interval) <= rho * interval;
        const isStuck =
          reducedBefore[example] === 0 && (lossesBefore[example] ?? NaN) >= (bestLosses[example] ?? NaN);
        reducedBefore[example] = oscillates || isStuck ? 1 : 0;
        lossesBefore[example] = bestLosses[example] ?? NaN;
        if (!oscillates && !isStuck) return;
        steps[example] = step / 2;
        copy(best, points, example);
        copy(bestGradients, gradients, example);
      });
    },
    outcome() {
      isAdversarial.forEach((flag, example) => {
        if (flag === 1) copy(adversarial, best, example);
      });
      return best;
    },
  };
}
