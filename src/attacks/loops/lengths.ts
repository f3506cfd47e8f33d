/** Lengths of vectors, in float64. */
import type { Norm } from '../balls/ball.ts';

/** The length of a vector in a norm; in L0 the number of elements that are not 0. */
export function lengthOf(norm: Norm, vector: Float32Array | Float64Array): number {
  let sum = 0;
  let squares = 0;
  let greatest = 0;
  let changed = 0;
  for (const value of vector) {
    const size = Math.abs(value);
    sum += size;
    squares += size * size;
    greatest = Math.max(greatest, size);
    if (value !== 0) changed += 1;
  }
  return { linf: greatest, l2: Math.sqrt(squares), l1: sum, l0: changed }[norm];
}

/** The norm that gradients are measured in where perturbations are in the given one; for L0 as for L1. */
export function dualOf(norm: Norm): Norm {
  return norm === 'linf' ? 'l1' : norm === 'l2' ? 'l2' : 'linf';
}
