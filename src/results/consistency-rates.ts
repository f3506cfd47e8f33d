/** Checks that a rate is its count divided by the size of its group, and that its interval holds it. */
import type { ErrorRate } from './definitions.ts';

/** Rounding that a rate or a limit may have gone through. */
export const tolerance = 1e-9;

/** A number that other fields of the result make, and who says so in the message: "the ranks say". */
export interface Counted {
  readonly by: string;
  readonly count: number;
}

/**
 * @param count the size of the group
 * @param counted what other fields say of the number of errors, where they say it
 */
export function* rateProblems(
  { errors, rate, interval }: ErrorRate,
  count: number,
  at: string,
  counted?: Counted,
): Iterable<string> {
  yield* shareProblems({ name: 'errors', value: errors, rate, interval }, count, at, counted);
}

/** A count by its name in the result, with the rate and the interval that stand beside it. */
export interface Share extends Omit<ErrorRate, 'errors'> {
  readonly name: string;
  readonly value: number;
}

/** Does as `rateProblems` does for a count that has another name than `errors`. */
export function* shareProblems(
  { name, value, rate, interval }: Share,
  count: number,
  at: string,
  counted?: Counted,
): Iterable<string> {
  if (value > count) yield `${at}/${name} is ${String(value)}, more than the ${String(count)} examples`;
  else if (counted !== undefined && value !== counted.count) {
    yield `${at}/${name} is ${String(value)}, but ${counted.by} ${String(counted.count)}`;
  }
  if (!close(rate, value / count)) {
    yield `${at}/rate is ${String(rate)}, but ${String(value)} ${name} of ${String(count)} make ${String(value / count)}`;
  }
  yield* intervalProblems(interval, rate, 'rate', `${at}/interval`);
}

/** @param what names the value in the message */
export function* intervalProblems(
  { lower, upper }: { readonly lower: number; readonly upper: number },
  value: number,
  what: string,
  at: string,
): Iterable<string> {
  if (!(lower <= value + tolerance && upper >= value - tolerance)) {
    yield `${at} is ${String(lower)} to ${String(upper)}, which does not hold the ${what} ${String(value)}`;
  }
}

/** Whether two numbers are the same but for rounding. */
export function close(first: number, second: number): boolean {
  return Math.abs(first - second) <= tolerance * Math.max(1, Math.abs(second));
}
