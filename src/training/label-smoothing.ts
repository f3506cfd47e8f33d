/** Label smoothing (Szegedy et al. 2016, section 7): part of every target is spread evenly over the classes. */
import { InputError } from '../core/errors.ts';

/**
 * Replaces each target t, in place, by (1 − ε)·t + ε / classCount. Rows that sum to 1 still do, so targets may be
 * one-hot or mixed; smoothing before mixing gives the same.
 *
 * @param targets [n, classCount]
 * @param epsilon ε in [0, 1]
 * @throws InputError when epsilon is outside [0, 1]
 */
export function smoothTargets(targets: Float32Array, classCount: number, epsilon: number): void {
  if (!(epsilon >= 0 && epsilon <= 1)) {
    throw new InputError(`label smoothing is ${String(epsilon)}: it must be from 0 to 1`);
  }
  if (epsilon === 0) return;
  const floor = epsilon / classCount;
  for (let index = 0; index < targets.length; index++) {
    targets[index] = (1 - epsilon) * (targets[index] ?? 0) + floor;
  }
}
