/** What several seeds of one variant come to. */
import { spreadOf } from '../statistics/student.ts';
import { percent } from './format.ts';

export interface Estimate {
  /** A fraction of 1, or a difference of two. */
  readonly rate: number;
  readonly interval: { readonly lower: number; readonly upper: number };
}

/**
 * The mean of the estimates, with the mean of their limits: an interval over examples for these very seeds, wide
 * enough however much they err on the same examples. It says nothing of other seeds.
 *
 * @param estimates of each seed, at least one; null where there is none
 * @returns null where one is null
 */
export function meanEstimate(estimates: readonly (Estimate | null)[]): Estimate | null {
  const known = estimates.filter((estimate) => estimate !== null);
  const [first] = known;
  if (first === undefined || known.length < estimates.length) return null;
  if (known.length === 1) return first;
  const mean = (of: (estimate: Estimate) => number): number =>
    known.reduce((sum, estimate) => sum + of(estimate), 0) / known.length;
  return {
    rate: mean(({ rate }) => rate),
    interval: {
      lower: mean(({ interval }) => interval.lower),
      upper: mean(({ interval }) => interval.upper),
    },
  };
}

/** Mean, standard deviation and range of fractions in percent: `63.9 ± 1.2 (62.5–65.0)`; a dash where one is null. */
export function spreadText(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  if (known.length < values.length || known.length === 0) return '–';
  const { mean, deviation, least, greatest } = spreadOf(known);
  return `${percent(mean)} ± ${percent(deviation ?? 0)} (${percent(least)}–${percent(greatest)})`;
}
