/** What every interval of this folder looks like, and the checks on counts and levels that they share. */
import { InputError } from '../core/errors.ts';

export type IntervalMethod =
  | 'Wilson'
  | 'Wilson less chance'
  | 'Clopper-Pearson'
  | 'Tango'
  | 'Nam-Blackwelder'
  | 'Newcombe'
  | 'DeLong'
  | 'Student';

/** A two-sided confidence interval. */
export interface Interval<Method extends IntervalMethod = IntervalMethod> {
  readonly lower: number;
  readonly upper: number;
  /** The nominal coverage, e.g. 0.95. */
  readonly level: number;
  readonly method: Method;
}

/** The coverage that is used where none is asked for. */
export const defaultLevel = 0.95;

/** @throws InputError unless 0 < level < 1 */
export function assertLevel(level: number): void {
  if (!(level > 0 && level < 1)) {
    throw new InputError(`the confidence level is ${String(level)}: give one between 0 and 1, such as 0.95`);
  }
}

/** @throws InputError unless both are whole numbers with 0 ≤ part ≤ whole and whole ≥ 1 */
export function assertCounts(part: number, whole: number): void {
  if (!Number.isSafeInteger(part) || !Number.isSafeInteger(whole) || part < 0 || whole < 1 || part > whole) {
    throw new InputError(
      `${String(part)} of ${String(whole)} is no proportion: give whole numbers, 0 ≤ part ≤ whole, whole ≥ 1`,
    );
  }
}

/**
 * Finds where a function that decreases from above to below `level` crosses it, by bisection to the last bit.
 *
 * @param decreasing any function that does not increase on (low, high)
 */
export function crossing(
  decreasing: (x: number) => number,
  level: number,
  low: number,
  high: number,
): number {
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    if (decreasing(middle) > level) low = middle;
    else high = middle;
  }
}
