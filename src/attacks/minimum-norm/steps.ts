/** What the attacks that adapt a length have in common. */
import type { RandomStream } from '../../core/random.ts';
import type { Norm } from '../balls/ball.ts';
import { lengthOf } from '../loops/lengths.ts';
import type { Perturbations } from '../loops/perturbations.ts';

/** Falls from the first value to the last along half a cosine. */
export function cosineFrom(first: number, last: number, step: number, steps: number): number {
  return last + ((first - last) * (1 + Math.cos((Math.PI * step) / steps))) / 2;
}

/** The length of the longest perturbation of each example that the bounds allow, [n]. */
export function greatestLengths(norm: Norm, { count, size, least, greatest }: Perturbations): Float64Array {
  const furthest = least.map((low, index) => Math.max(-low, greatest[index] ?? NaN));
  return Float64Array.from({ length: count }, (_, example) =>
    lengthOf(norm, furthest.subarray(example * size, (example + 1) * size)),
  );
}

/**
 * The gradient over its L2 length; where it is zero, a random direction of that length.
 *
 * @param stream opened only where it is needed
 */
export function unitGradient(gradient: Float32Array, stream: () => RandomStream): Float64Array {
  const direction = Float64Array.from(gradient);
  if (direction.every((slope) => slope === 0)) {
    const draws = stream();
    for (let index = 0; index < direction.length; index++) direction[index] = draws.normal();
  }
  const length = lengthOf('l2', direction);
  return direction.map((slope) => slope / length);
}

/** Shortens a vector, in place, to the nearest of an L1 length at most: |v_i| falls by the same for all, down to 0. */
export function shrinkToL1(vector: Float32Array, length: number): void {
  let threshold = 0;
  // Newton's method from 0 on a convex, piecewise linear function: from below, in a finite number of steps.
  for (let step = 0; step <= vector.length; step++) {
    let sum = 0;
    let above = 0;
    for (const value of vector) {
      const rest = Math.abs(value) - threshold;
      if (rest <= 0) continue;
      sum += rest;
      above += 1;
    }
    const next = above === 0 ? threshold : threshold + (sum - length) / above;
    if (!(next > threshold)) break;
    threshold = next;
  }
  if (threshold === 0) return;
  for (let index = 0; index < vector.length; index++) {
    const value = vector[index] ?? NaN;
    vector[index] = Math.sign(value) * Math.max(Math.abs(value) - threshold, 0);
  }
}

/** Keeps the so many elements of the greatest magnitudes of a vector, in place, the first of equals. */
export function keepGreatest(vector: Float32Array, kept: number): void {
  if (kept >= vector.length) return;
  const sorted = vector.map(Math.abs).sort();
  const least = kept > 0 ? (sorted[vector.length - kept] ?? Infinity) : Infinity;
  let left = kept - sorted.reduce((above, size) => above + (size > least ? 1 : 0), 0);
  for (let index = 0; index < vector.length; index++) {
    const size = Math.abs(vector[index] ?? NaN);
    if (size > least || Number.isNaN(size)) continue;
    if (size === least && left > 0) left -= 1;
    else vector[index] = 0;
  }
}
