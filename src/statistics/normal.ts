/** The standard normal distribution: how many standard deviations hold a given probability. */
import { assertLevel } from './interval.ts';

/**
 * The z with P(|Z| ≤ z) = level for a standard normal Z; 1.959963984540054 at 0.95.
 *
 * Newton's method on P(|Z| ≤ z) − level, which is increasing and concave for z ≥ 0: from 0 it climbs to the
 * root without overshooting.
 *
 * @throws InputError unless 0 < level < 1
 */
export function normalDeviate(level: number): number {
  assertLevel(level);
  let z = 0;
  for (;;) {
    const density = 2 * Math.exp(-0.5 * z * z) * inverseRootOfTwoPi;
    const next = z + (level - centralProbability(z)) / density;
    // Climbing ends where rounding stops it.
    if (!(next > z * (1 + 1e-15)) || !Number.isFinite(next)) return z;
    z = next;
  }
}

const inverseRootOfTwoPi = 1 / Math.sqrt(2 * Math.PI);

/** P(|Z| ≤ z) = erf(z/√2), by the series of positive terms 2φ(z)·Σ z^(2k+1)/(2k+1)!! (DLMF 7.6.2). */
function centralProbability(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (z * z) / (2 * k + 1);
    sum += term;
  }
  return 2 * Math.exp(-0.5 * z * z) * inverseRootOfTwoPi * sum;
}
