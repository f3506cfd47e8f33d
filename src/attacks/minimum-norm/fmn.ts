/**
 * FMN, the fast minimum-norm attack (Pintor et al. 2021): steps up the margin, each projected onto a ball around the
 * clean input that shrinks by γ while the point is adversarial and grows by γ while it is not. Until a first adversarial
 * example is found, the ball reaches to where the boundary seems to be, and here grows by a thousandth at least, lest a
 * flat boundary is neared for ever. As in foolbox, 100 steps, and in L2 a projection that never lengthens. In L0 it counts
 * elements, whatever the result counts.
 */
import type { Norm } from '../balls/ball.ts';
import { createAttack } from '../create-attack.ts';
import { dualOf, lengthOf } from '../loops/lengths.ts';
import { searchNearest } from '../loops/nearest.ts';
import { perturbationsOf } from '../loops/perturbations.ts';
import { numberBetween, wholeNumber } from '../parameters.ts';
import { cosineFrom, greatestLengths, keepGreatest, shrinkToL1 } from './steps.ts';

/** The least that the ball grows by while it reaches for the boundary, in its radius. */
const LEAST_GROWTH = 0.001;
/** The last γ. */
const LAST_GAMMA = 0.001;

export const fmn = createAttack({
  id: 'fmn',
  title: 'FMN',
  citation: 'Pintor et al. 2021, Fast Minimum-norm Adversarial Attacks through Adaptive Norm Constraints',
  access: 'gradient',
  norms: ['l2', 'linf', 'l1', 'l0'],
  aim: 'minimum-norm',
  parameters: {
    steps: wholeNumber('number of gradient steps', 100),
    stepSize: numberBetween(
      'L2 length of the first step, of the last a hundredth, in ranges',
      1,
      0,
      Infinity,
    ),
    gamma: numberBetween('by what part the ball first grows or shrinks in a step', 0.05, 0, 1),
  },
  run: (task) =>
    searchNearest(task, async (active, nearest) => {
      const { steps, stepSize, gamma } = task.parameters;
      const { norm } = task;
      const space = perturbationsOf(active, 'FMN', ['margin']);
      const { count, size } = space;
      const moves = new Float32Array(count * size);
      const greatest = greatestLengths(norm, space);
      const radii = new Float64Array(count).fill(norm === 'l0' ? 1 : Infinity);
      const least = new Float64Array(count).fill(Infinity);
      for (let step = 0; step < steps; step++) {
        const points = space.points(moves);
        const { losses, gradients, logits } = await space.climb(points, 'margin');
        const won = nearest.offer(points, logits);
        const rate = cosineFrom(stepSize, stepSize / 100, step, steps);
        const change = cosineFrom(gamma, LAST_GAMMA, step, steps);
        for (let example = 0; example < count; example++) {
          const [from, to] = [example * size, (example + 1) * size];
          const move = moves.subarray(from, to);
          const gradient = gradients.subarray(from, to);
          const length = lengthOf(norm, move);
          const isWon = won[example] === 1;
          if (isWon) least[example] = Math.min(least[example] ?? NaN, length);
          const state = { norm, radius: radii[example] ?? NaN, change, isWon, least: least[example] ?? NaN };
          const boundary =
            Math.abs(losses[example] ?? NaN) / Math.max(lengthOf(dualOf(norm), gradient), 1e-12);
          const radius = Math.min(
            nextRadius(state, length + Math.max(boundary, LEAST_GROWTH * length)),
            greatest[example] ?? NaN,
          );
          radii[example] = radius;
          const slope = Math.max(lengthOf('l2', gradient), 1e-12);
          for (let index = 0; index < size; index++) {
            move[index] = (move[index] ?? NaN) + (rate * (gradient[index] ?? NaN)) / slope;
          }
          projectTo(norm, move, radius);
        }
        space.clamp(moves);
      }
      const points = space.points(moves);
      nearest.offer(points, await active.oracle.logits(points));
    }),
});

interface State {
  readonly norm: Norm;
  readonly radius: number;
  readonly change: number;
  readonly isWon: boolean;
  /** The length of the shortest adversarial perturbation so far; Infinity where none is. */
  readonly least: number;
}

function nextRadius({ norm, radius, change, isWon, least }: State, boundary: number): number {
  if (norm === 'l0') {
    return isWon
      ? Math.max(Math.min(radius - 1, Math.floor(radius * (1 - change)), least), 0)
      : Math.max(radius + 1, Math.floor(radius * (1 + change)));
  }
  if (isWon) return Math.min(radius * (1 - change), least);
  return least === Infinity ? boundary : radius * (1 + change);
}

/** Shortens a perturbation, in place, to a length at most. */
function projectTo(norm: Norm, move: Float32Array, radius: number): void {
  if (norm === 'l1') shrinkToL1(move, radius);
  else if (norm === 'l0') keepGreatest(move, radius);
  else if (norm === 'l2') {
    const scale = radius / lengthOf('l2', move);
    if (scale >= 1) return;
    for (let index = 0; index < move.length; index++) move[index] = (move[index] ?? NaN) * scale;
  } else {
    for (let index = 0; index < move.length; index++) {
      const value = move[index] ?? NaN;
      move[index] = value < -radius ? -radius : value > radius ? radius : value;
    }
  }
}
