/** Proximal operators of norms: argmin over z of ‖z − x‖² / 2 + λ‖z‖, in place. */
import type { Norm } from '../balls/ball.ts';
import { lengthOf } from '../loops/lengths.ts';
import { shrinkToL1 } from './steps.ts';

/** @param threshold λ; of L∞, L2 and L1 */
export function proximal(norm: Norm, vector: Float32Array, threshold: number): void {
  if (!(threshold > 0)) return;
  if (norm === 'linf') {
    // Moreau: x less its projection onto the L1 ball of radius λ.
    const rest = vector.slice();
    shrinkToL1(rest, threshold);
    for (let index = 0; index < vector.length; index++)
      vector[index] = (vector[index] ?? NaN) - (rest[index] ?? NaN);
    return;
  }
  const length = norm === 'l2' ? lengthOf('l2', vector) : 0;
  for (let index = 0; index < vector.length; index++) {
    const value = vector[index] ?? NaN;
    if (norm === 'l2') vector[index] = length > threshold ? value * (1 - threshold / length) : 0 * value;
    else vector[index] = Math.sign(value) * Math.max(Math.abs(value) - threshold, 0);
  }
}
