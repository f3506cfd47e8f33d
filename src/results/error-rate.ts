/** Counts of examples as rates with Wilson's interval. */
import { wilsonInterval } from '../statistics/proportion.ts';
import type { ErrorRate, RateInterval } from './definitions.ts';

/** A share of examples. */
export interface Rate {
  readonly rate: number;
  readonly interval: RateInterval;
}

/** @throws InputError unless 0 ≤ errors ≤ count and count ≥ 1 */
export function errorRate(errors: number, count: number): ErrorRate {
  return { errors, ...rateOf(errors, count) };
}

/** @throws InputError unless 0 ≤ part ≤ whole and whole ≥ 1 */
export function rateOf(part: number, whole: number): Rate {
  const { lower, upper, level } = wilsonInterval(part, whole);
  return { rate: part / whole, interval: { lower, upper, level, method: 'Wilson' } };
}
