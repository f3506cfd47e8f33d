/** Quantiles of a sample. */
import { InputError } from '../core/errors.ts';

/** Five numbers that describe a sample. */
export interface Quartiles {
  readonly minimum: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly maximum: number;
}

/**
 * The minimum, quartiles and maximum by linear interpolation between order statistics (definition 7 of R. J. Hyndman
 * and Y. Fan, Sample Quantiles in Statistical Packages, 1996; NumPy's default).
 *
 * @param values finite, in any order
 * @throws InputError when there are none
 */
export function quartiles(values: ArrayLike<number>): Quartiles {
  if (values.length === 0) throw new InputError('an empty sample has no quartiles: give at least one value');
  const sorted = Float64Array.from(values).sort();
  const quantile = (probability: number): number => {
    const position = probability * (sorted.length - 1);
    const below = Math.floor(position);
    const low = sorted[below] ?? NaN;
    const high = sorted[below + 1] ?? low;
    // Rounding may not carry it past the value above.
    return Math.min(high, low + (position - below) * (high - low));
  };
  return {
    minimum: quantile(0),
    lowerQuartile: quantile(0.25),
    median: quantile(0.5),
    upperQuartile: quantile(0.75),
    maximum: quantile(1),
  };
}
