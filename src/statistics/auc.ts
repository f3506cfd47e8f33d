/** The area under the receiver operating characteristic, with its interval. */
import { InputError } from '../core/errors.ts';
import { defaultLevel, type Interval } from './interval.ts';
import { normalDeviate } from './normal.ts';

/** How well a score tells positives from negatives. */
export interface AreaUnderCurve {
  /** P(positive > negative) + ½ P(equal), in [0, 1]; ½ tells nothing. */
  readonly auc: number;
  readonly positives: number;
  readonly negatives: number;
  /**
   * Null where the variance cannot be estimated: fewer than two of a kind, or an estimate of 0, as at complete
   * separation.
   */
  readonly interval: Interval<'DeLong'> | null;
}

/**
 * The area under the curve as the Mann–Whitney statistic, ties counted half, with the normal interval of its
 * variance by E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson (Comparing the areas under two or more correlated
 * receiver operating characteristic curves, Biometrics 44, 1988), cut to [0, 1]. The placements of each score among
 * those of the other kind come from two sorted arrays (after X. Sun and W. Xu, 2014): O(n log n).
 *
 * @param positives scores that should be the higher ones
 * @param level nominal coverage, in (0, 1)
 * @throws InputError when a kind is empty, a score is NaN, or the level is out of range
 */
export function areaUnderCurve(
  positives: ArrayLike<number>,
  negatives: ArrayLike<number>,
  level: number = defaultLevel,
): AreaUnderCurve {
  const high = sorted(positives, 'positives');
  const low = sorted(negatives, 'negatives');
  const wins = moments(placements(high, low));
  // A negative loses to the positives above it: its placement among them is the share that it beats.
  const losses = moments(placements(low, high));
  const variance = wins.variance / high.length + losses.variance / low.length;
  const spread = normalDeviate(level) * Math.sqrt(variance);
  return {
    auc: wins.mean,
    positives: high.length,
    negatives: low.length,
    interval:
      spread > 0
        ? {
            lower: Math.max(0, wins.mean - spread),
            upper: Math.min(1, wins.mean + spread),
            level,
            method: 'DeLong',
          }
        : null,
  };
}

function sorted(scores: ArrayLike<number>, kind: string): Float64Array {
  const values = Float64Array.from(scores).sort();
  // Sorting puts NaN last.
  if (values.length === 0 || Number.isNaN(values[values.length - 1])) {
    const fault = values.length === 0 ? 'there are none' : 'one of them is not a number';
    throw new InputError(`the area under the curve needs scores of ${kind}: ${fault}`);
  }
  return values;
}

/** For each of `scores`, the share of `others` below it, equal ones counted half. Both ascend. */
function placements(scores: Float64Array, others: Float64Array): Float64Array {
  const count = others.length;
  let below = 0;
  let notAbove = 0;
  return scores.map((score) => {
    while (below < count && (others[below] ?? NaN) < score) below++;
    if (notAbove < below) notAbove = below;
    while (notAbove < count && (others[notAbove] ?? NaN) <= score) notAbove++;
    return (below + notAbove) / (2 * count);
  });
}

/** Mean and unbiased variance, the latter NaN of a single value. */
function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) };
}
