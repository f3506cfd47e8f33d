/** The difference of two proportions of different examples, with its interval. */
import { defaultLevel, type Interval } from './interval.ts';
import { wilsonInterval } from './proportion.ts';

export interface IndependentDifference {
  /** First proportion less second, in [−1, 1]. */
  readonly difference: number;
  readonly interval: Interval<'Newcombe'>;
}

/**
 * The difference of two independent proportions with the hybrid score interval of R. G. Newcombe (Interval
 * estimation for the difference between independent proportions: comparison of eleven methods, Statistics in
 * Medicine 17, 1998; method 10): the distances of Wilson's limits from their proportions, combined as squares.
 *
 * @param level nominal coverage, in (0, 1)
 * @throws InputError unless 0 ≤ part ≤ whole are whole numbers and each whole ≥ 1
 */
export function independentDifference(
  first: { readonly part: number; readonly whole: number },
  second: { readonly part: number; readonly whole: number },
  level: number = defaultLevel,
): IndependentDifference {
  const one = wilsonInterval(first.part, first.whole, level);
  const two = wilsonInterval(second.part, second.whole, level);
  const p = first.part / first.whole;
  const q = second.part / second.whole;
  return {
    difference: p - q,
    interval: {
      // A hypotenuse may exceed what is left to ±1 by rounding.
      lower: Math.max(-1, p - q - Math.hypot(p - one.lower, two.upper - q)),
      upper: Math.min(1, p - q + Math.hypot(one.upper - p, q - two.lower)),
      level,
      method: 'Newcombe',
    },
  };
}
