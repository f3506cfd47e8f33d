/** A signed sum of estimates, with the interval that their own intervals make. */

/** An estimate that is added or taken away. */
export interface ContrastTerm {
  readonly sign: 1 | -1;
  readonly estimate: number;
  readonly interval: { readonly lower: number; readonly upper: number };
}

export interface Contrast {
  readonly value: number;
  /** Of the nominal coverage that the intervals of the terms have. */
  readonly interval: { readonly lower: number; readonly upper: number };
}

/**
 * The sum with the interval of variance estimates recovery (G. Y. Zou and A. Donner, Construction of confidence
 * limits about effect measures: a general approach, Statistics in Medicine 27, 2008): its limits are as far from the
 * sum as the root of the sum of squares of the distances of the terms' limits from their estimates. Newcombe's
 * interval is its case of two proportions with Wilson's limits.
 *
 * It takes the estimates for independent. Where they rise and fall together and are subtracted, as errors of two
 * models on the same examples mostly do, the interval is wider than need be.
 */
export function contrast(terms: readonly ContrastTerm[]): Contrast {
  let value = 0;
  let below = 0;
  let above = 0;
  for (const { sign, estimate, interval } of terms) {
    value += sign * estimate;
    const [down, up] = [estimate - interval.lower, interval.upper - estimate];
    below += (sign > 0 ? down : up) ** 2;
    above += (sign > 0 ? up : down) ** 2;
  }
  return { value, interval: { lower: value - Math.sqrt(below), upper: value + Math.sqrt(above) } };
}
