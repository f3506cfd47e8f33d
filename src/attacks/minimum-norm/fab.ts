/**
 * FAB, the fast adaptive boundary attack (Croce and Hein 2020): projects the current point and the clean input onto the
 * linearised nearest boundary within the bounds, goes to a mixture of both a little beyond, and from every adversarial
 * example that it finds a tenth of the way back. As in AutoAttack's version, without the search along the last segment.
 *
 * Without a radius, restarts begin anywhere near and the nearest of all rounds counts; with one, they go on with what no
 * earlier round has made adversarial within it. Boundary points are found exactly by Newton's method, not by sorting.
 */
import type { AttackTask } from '../attack.ts';
import type { Norm } from '../balls/ball.ts';
import { createAttack } from '../create-attack.ts';
import { lengthOf } from '../loops/lengths.ts';
import { searchNearest, type Nearest } from '../loops/nearest.ts';
import { perturbationsOf, widthOf, type Perturbations } from '../loops/perturbations.ts';
import { numberBetween, wholeNumber } from '../parameters.ts';
import { boundariesAt, boundaryLosses, nearestBoundary, otherClasses } from './boundaries.ts';
import { stepToHyperplane } from './hyperplane.ts';

export const CITATION =
  'Croce and Hein 2020, Minimally Distorted Adversarial Examples with a Fast Adaptive Boundary Attack';

/** AutoAttack's sizes of random starts where no radius is given, in units of the range. */
const START_SIZES: Readonly<Record<Exclude<Norm, 'l0'>, number>> = { linf: 0.3, l2: 1, l1: 5 };

/** Distances below it count as it, in units of the range. */
const LEAST_DISTANCE = 1e-8;

export const fabParameters = {
  iterations: wholeNumber('number of iterations', 100),
  restarts: wholeNumber('number of starts, all but the first random', 1),
  alphaMax: numberBetween('greatest weight of the clean input’s projection', 0.1, 0, 1),
  eta: numberBetween('how far to go for the boundary, in distances to it', 1.05, 1, Infinity),
  beta: numberBetween('what of its perturbation an adversarial example keeps', 0.9, 0, 1),
} as const;

export interface FabParameters {
  readonly iterations: number;
  readonly restarts: number;
  readonly alphaMax: number;
  readonly eta: number;
  readonly beta: number;
}

export const fab = createAttack({
  id: 'fab',
  title: 'FAB',
  citation: CITATION,
  access: 'gradient',
  norms: ['linf', 'l2', 'l1'],
  aim: 'minimum-norm',
  parameters: fabParameters,
  run: (task) =>
    searchNearest(task, async (active, nearest) => {
      await fabRounds({ task: active, nearest, title: 'FAB', classes: await otherClasses(active) });
    }),
});

export interface FabRounds {
  readonly task: AttackTask<FabParameters>;
  readonly nearest: Nearest;
  readonly title: string;
  /** The classes whose boundaries are looked at in every round, [places][n]. */
  readonly classes: readonly Int32Array[];
  /** Names the rounds’ random streams. */
  readonly stream?: string | number;
}

/** Runs all restarts, each on those examples that nothing within the radius was found for. */
export async function fabRounds({ task, nearest, title, classes, stream = 'all' }: FabRounds): Promise<void> {
  for (let restart = 0; restart < task.parameters.restarts; restart++) {
    const rows = Array.from(task.labels.keys()).filter(
      (row) => task.radius === Infinity || nearest.distances[row] === Infinity,
    );
    if (rows.length === 0) return;
    const part = task.select(rows);
    const space = perturbationsOf(part, title, boundaryLosses(part));
    const start =
      restart === 0 ? new Float32Array(rows.length * space.size) : randomStart(part, space, restart, stream);
    const chosen = classes.map((places) => Int32Array.from(rows, (row) => places[row] ?? 0));
    await iterate({ task: part, space, start, classes: chosen, rows, nearest });
  }
}

interface Iteration {
  readonly task: AttackTask<FabParameters>;
  readonly space: Perturbations;
  /** Perturbations, [n, size]; changed. */
  readonly start: Float32Array;
  readonly classes: readonly Int32Array[];
  readonly rows: readonly number[];
  readonly nearest: Nearest;
}

async function iterate({ task, space, start: moves, classes, rows, nearest }: Iteration): Promise<void> {
  const { size } = space;
  const { iterations, beta } = task.parameters;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const found = await boundariesAt(task, space, space.points(moves), classes);
    for (let example = 0; example < space.count; example++) {
      const boundary = nearestBoundary(found, example, size, task.norm);
      if (boundary === undefined) continue;
      const [from, to] = [example * size, (example + 1) * size];
      stepExample(task, {
        move: moves.subarray(from, to),
        normal: boundary.gradients.subarray(from, to),
        value: boundary.values[example] ?? NaN,
        least: space.least.subarray(from, to),
        greatest: space.greatest.subarray(from, to),
      });
    }
    const points = space.points(moves);
    const won = nearest.offer(points, await task.oracle.logits(points), rows);
    for (let index = 0; index < moves.length; index++) {
      if (won[Math.floor(index / size)] === 1) moves[index] = (moves[index] ?? NaN) * beta;
    }
  }
}

interface Example {
  /** Its perturbation; changed. */
  readonly move: Float32Array;
  readonly normal: Float32Array;
  /** z_k − z_y at the perturbation. */
  readonly value: number;
  readonly least: Float32Array;
  readonly greatest: Float32Array;
}

/** x ← clamp((1 − α)(x + η·d) + α(clean + η·d₀)), where d and d₀ lead from x and from the clean input to the boundary. */
function stepExample(
  { norm, parameters: { alphaMax, eta } }: AttackTask<FabParameters>,
  { move, normal, value, least, greatest }: Example,
): void {
  // L0 is not among the norms.
  const plane = { norm: norm === 'l0' ? 'l1' : norm, normal, least, greatest } as const;
  let along = 0;
  for (let index = 0; index < move.length; index++) along += (normal[index] ?? NaN) * (move[index] ?? NaN);
  const fromHere = stepToHyperplane({ ...plane, change: -value, at: move });
  const fromClean = stepToHyperplane({ ...plane, change: -value + along, at: new Float32Array(move.length) });
  const here = Math.max(lengthOf(norm, fromHere), LEAST_DISTANCE);
  const clean = Math.max(lengthOf(norm, fromClean), LEAST_DISTANCE);
  const alpha = Math.min(here / (here + clean), alphaMax);
  for (let index = 0; index < move.length; index++) {
    const next =
      (1 - alpha) * ((move[index] ?? NaN) + eta * (fromHere[index] ?? NaN)) +
      alpha * eta * (fromClean[index] ?? NaN);
    const low = least[index] ?? NaN;
    const high = greatest[index] ?? NaN;
    move[index] = next < low ? low : next > high ? high : next;
  }
}

/** Random perturbations of half the radius: uniform over their greatest in L∞, Gaussian directions in the others. */
function randomStart(
  task: AttackTask<FabParameters>,
  space: Perturbations,
  restart: number,
  stream: string | number,
): Float32Array {
  const { norm } = task;
  const reach =
    task.radius === Infinity ? START_SIZES[norm === 'l0' ? 'l1' : norm] : task.radius / widthOf(task);
  const moves = new Float32Array(space.count * space.size);
  for (let example = 0; example < space.count; example++) {
    const draws = task.stream(example, 'start', stream, restart);
    const away = Float64Array.from({ length: space.size }, () =>
      norm === 'linf' ? 2 * draws.uniform() - 1 : draws.normal(),
    );
    const length = lengthOf(norm, away);
    moves.set(
      away.map((value) => (0.5 * reach * value) / length),
      example * space.size,
    );
  }
  space.clamp(moves);
  return moves;
}
