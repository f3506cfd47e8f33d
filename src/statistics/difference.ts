/** The difference of two error rates on the same examples, with its interval. */
import { crossing, defaultLevel, type Interval } from './interval.ts';
import { normalDeviate } from './normal.ts';
import { pairedTotal, type PairedCounts } from './paired.ts';

export interface PairedDifference {
  /** Error rate of the second less error rate of the first: positive when the second errs more. */
  readonly difference: number;
  readonly interval: Interval<'Tango'>;
}

/**
 * The difference of two error rates on the same examples, with Tango's score interval (T. Tango, Equivalence
 * test and confidence interval for the difference in proportions for the paired-sample design, Statistics in
 * Medicine 17, 1998): all differences that the score test does not reject. At a difference of 0 that test is
 * McNemar's (asymptotic) test.
 *
 * @param level nominal coverage, in (0, 1)
 * @returns differences in [−1, 1]
 * @throws InputError when a cell is no count, all are 0, or the level is out of range
 */
export function pairedDifference(counts: PairedCounts, level: number = defaultLevel): PairedDifference {
  const n = pairedTotal(counts);
  const z = normalDeviate(level);
  const more = counts.onlyFirstRight;
  const fewer = counts.onlySecondRight;
  const difference = (more - fewer) / n;
  const score = (value: number): number => tangoScore(more, fewer, n, value);
  return {
    difference,
    interval: {
      lower: fewer === n ? -1 : crossing(score, z, -1, difference),
      upper: more === n ? 1 : crossing(score, -z, difference, 1),
      level,
      method: 'Tango',
    },
  };
}

/**
 * Tango's statistic for H₀: p(more) − p(fewer) = delta, with p(fewer) at its maximum likelihood under H₀;
 * decreasing in delta.
 */
function tangoScore(more: number, fewer: number, n: number, delta: number): number {
  const b = (2 * n - more + fewer) * delta - more - fewer;
  const c = -fewer * delta * (1 - delta);
  const root = Math.sqrt(Math.max(0, b * b - 8 * n * c));
  // Both forms are the larger root of 2n·q² + b·q + c; each is free of cancellation on its side.
  const q = b > 0 ? (-2 * c) / (b + root) : (root - b) / (4 * n);
  const observed = more - fewer - n * delta;
  return observed === 0 ? 0 : observed / Math.sqrt(n * (2 * q + delta * (1 - delta)));
}
