/** Student's t: the interval of a mean where the deviation is known from the sample alone. */
import { InputError } from '../core/errors.ts';
import { inverseRegularizedIncompleteBeta } from './beta.ts';
import { assertLevel, defaultLevel, type Interval } from './interval.ts';
import { meanOf } from './mean.ts';

/**
 * The t with P(|T| ≤ t) = level, of Student's distribution: T² / (T² + degrees) is Beta(½, degrees / 2).
 *
 * @param level in (0, 1)
 * @param degrees of freedom, at least 1
 * @throws InputError when an argument is out of range
 */
export function studentDeviate(level: number, degrees: number): number {
  assertLevel(level);
  if (!(degrees >= 1)) {
    throw new InputError(`${String(degrees)} degrees of freedom are none: give at least two values`);
  }
  // By the other tail, since the share is near 1 where degrees are few.
  const rest = inverseRegularizedIncompleteBeta(degrees / 2, 0.5, 1 - level);
  return Math.sqrt((degrees * (1 - rest)) / rest);
}

/** How the values of a sample lie. */
export interface Spread {
  readonly count: number;
  readonly mean: number;
  /** The standard deviation, with count − 1 in its denominator; null for a single value. */
  readonly deviation: number | null;
  readonly least: number;
  readonly greatest: number;
  /** Of the mean of what the values were drawn from; null for a single value. */
  readonly interval: Interval<'Student'> | null;
}

/**
 * Mean, standard deviation, range, and the interval of the mean: mean ± t · deviation / √count (Student 1908). It is
 * exact for values drawn from a normal distribution, and close for many values from any other.
 *
 * @param values finite, at least one
 * @throws InputError when there are none, or the level is out of range
 */
export function spreadOf(values: ArrayLike<number>, level: number = defaultLevel): Spread {
  const sample = Float64Array.from(values);
  const count = sample.length;
  if (count === 0) throw new InputError('an empty sample has no mean: give at least one value');
  const mean = meanOf(sample);
  const squares = sample.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = count === 1 ? null : Math.sqrt(squares / (count - 1));
  const half = deviation === null ? NaN : (studentDeviate(level, count - 1) * deviation) / Math.sqrt(count);
  return {
    count,
    mean,
    deviation,
    least: sample.reduce((least, value) => Math.min(least, value), Infinity),
    greatest: sample.reduce((greatest, value) => Math.max(greatest, value), -Infinity),
    interval:
      deviation === null ? null : { lower: mean - half, upper: mean + half, level, method: 'Student' },
  };
}
