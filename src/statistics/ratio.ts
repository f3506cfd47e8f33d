/** The ratio of two accuracies on the same examples ("times more robust"), with its interval. */
import { crossing, defaultLevel, type Interval } from './interval.ts';
import { normalDeviate } from './normal.ts';
import { pairedTotal, type PairedCounts } from './paired.ts';

export interface PairedRatio {
  /** Accuracy of the second over accuracy of the first; null where the first is never right. */
  readonly ratio: number | null;
  /** Null where the ratio is. */
  readonly interval: Interval<'Nam-Blackwelder'> | null;
}

/**
 * The ratio of two accuracies on the same examples, with the score interval for paired proportions (J. Nam
 * and W. C. Blackwelder, Analysis of the ratio of marginal probabilities in a matched-pair setting,
 * Statistics in Medicine 21, 2002; closed form of Tang, Tang and Chan 2003): all ratios that the score test
 * does not reject. At a ratio of 1 that test is McNemar's (asymptotic) test, so this interval and the one of
 * the difference agree on whether the two differ. Intervals for independent samples (Katz) would be wrong
 * here: the examples are the same.
 *
 * @param level nominal coverage, in (0, 1)
 * @throws InputError when a cell is no count, all are 0, or the level is out of range
 */
export function pairedAccuracyRatio(counts: PairedCounts, level: number = defaultLevel): PairedRatio {
  const n = pairedTotal(counts);
  const z = normalDeviate(level);
  const first = counts.bothRight + counts.onlyFirstRight;
  const second = counts.bothRight + counts.onlySecondRight;
  if (first === 0) return { ratio: null, interval: null };
  const score = (ratio: number): number => ratioScore(counts, n, ratio);
  const ratio = second / first;
  let beyond = Math.max(2 * ratio, 1);
  while (score(beyond) > -z) beyond *= 2;
  return {
    ratio,
    interval: {
      lower: second === 0 ? 0 : crossing(score, z, 0, ratio),
      upper: crossing(score, -z, ratio, beyond),
      level,
      method: 'Nam-Blackwelder',
    },
  };
}

/**
 * The score statistic for H₀: accuracy(second) = ratio·accuracy(first), decreasing in the ratio. The variance
 * is taken at the maximum likelihood under H₀, where q, the probability that only the first is right, is the
 * larger root of a quadratic.
 */
function ratioScore(counts: PairedCounts, n: number, ratio: number): number {
  const first = counts.bothRight + counts.onlyFirstRight;
  const second = counts.bothRight + counts.onlySecondRight;
  const anyRight = first + counts.onlySecondRight;
  const a = n * (1 + ratio);
  const b = first * ratio * ratio - (anyRight + counts.onlyFirstRight);
  const c = (counts.onlyFirstRight * (1 - ratio) * anyRight) / n;
  const root = Math.sqrt(Math.max(0, b * b - 4 * a * c));
  // Both forms are the larger root of a·q² + b·q + c; each is free of cancellation on its side.
  const q = b > 0 ? (-2 * c) / (b + root) : (root - b) / (2 * a);
  const observed = second - ratio * first;
  if (observed === 0) return 0;
  const variance = a * q + anyRight * (ratio - 1);
  return variance > 0 ? observed / Math.sqrt(variance) : Math.sign(observed) * Infinity;
}
