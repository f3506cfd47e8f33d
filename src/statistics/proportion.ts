/** Confidence intervals for one proportion, such as an error rate. */
import { inverseRegularizedIncompleteBeta } from './beta.ts';
import { assertCounts, assertLevel, defaultLevel, type Interval } from './interval.ts';
import { normalDeviate } from './normal.ts';

/**
 * Wilson's score interval (E. B. Wilson, Probable Inference, the Law of Succession, and Statistical
 * Inference, 1927), without continuity correction: coverage close to nominal on average, also near 0 and 1.
 *
 * @param part how many of `whole`, e.g. errors
 * @param level nominal coverage, in (0, 1)
 * @throws InputError unless 0 ≤ part ≤ whole are whole numbers, whole ≥ 1
 */
export function wilsonInterval(
  part: number,
  whole: number,
  level: number = defaultLevel,
): Interval<'Wilson'> {
  assertCounts(part, whole);
  const z = normalDeviate(level);
  const centre = part + (z * z) / 2;
  const spread = z * Math.sqrt((part * (whole - part)) / whole + (z * z) / 4);
  const scale = whole + z * z;
  return {
    // At 0 and at the whole the formula gives exactly 0 and 1, but for rounding.
    lower: part === 0 ? 0 : (centre - spread) / scale,
    upper: part === whole ? 1 : (centre + spread) / scale,
    level,
    method: 'Wilson',
  };
}

/**
 * The exact interval of C. J. Clopper and E. S. Pearson (1934): coverage is never below nominal.
 *
 * @param part how many of `whole`, e.g. errors
 * @param level nominal coverage, in (0, 1)
 * @throws InputError unless 0 ≤ part ≤ whole are whole numbers, whole ≥ 1
 */
export function clopperPearsonInterval(
  part: number,
  whole: number,
  level: number = defaultLevel,
): Interval<'Clopper-Pearson'> {
  assertCounts(part, whole);
  assertLevel(level);
  const tail = (1 - level) / 2;
  return {
    lower: part === 0 ? 0 : inverseRegularizedIncompleteBeta(part, whole - part + 1, tail),
    // The upper limit is 1 minus the lower limit of the complement: the same small tail, no cancellation.
    upper: part === whole ? 1 : 1 - inverseRegularizedIncompleteBeta(whole - part, part + 1, tail),
    level,
    method: 'Clopper-Pearson',
  };
}
