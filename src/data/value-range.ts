/** What the values of inputs range over: declared, known by their type, taken from the values, or asked for. */
import { InputError } from '../core/errors.ts';
import type { ValueRange } from './dataset.ts';

export const byteRange: ValueRange = { lower: 0, upper: 255 };
export const unitRange: ValueRange = { lower: 0, upper: 1 };

/** Values this part of the range outside it are rounding of single or half precision, and are clipped. */
const hair = 1e-3;

/** @throws InputError when it is none */
export function assertRange({ lower, upper }: ValueRange): void {
  if (!(Number.isFinite(lower) && Number.isFinite(upper) && lower < upper)) {
    throw new InputError(
      `the data range ${String(lower)},${String(upper)} is not one: write --data-range lower,upper with lower < upper`,
    );
  }
}

/** Whether values lie in a range but for rounding. */
export function liesWithin(least: number, greatest: number, { lower, upper }: ValueRange): boolean {
  const slack = hair * (upper - lower);
  return least >= lower - slack && greatest <= upper + slack;
}

/**
 * The range of bytes of which nothing is said. Bytes of 0 and 1 alone may be black and white, or the two darkest of
 * 256 levels.
 *
 * @returns the range of bytes, and a note where no byte is bright
 * @throws InputError when no byte is above 1 and one is 1
 */
export function rangeOfBytes(
  greatest: number,
  source: string,
): { readonly range: ValueRange; readonly notes: readonly string[] } {
  if (greatest === 1) {
    throw new InputError(
      `${source} holds whole numbers of which none is above 1: say what range they come from, ` +
        '--data-range 0,1 (1 is white) or --data-range 0,255 (1 is nearly black)',
    );
  }
  const notes =
    greatest > 0 && greatest < dim
      ? [
          `${source}: whole numbers from 0 to ${String(greatest)} were taken to range over [0, 255]; ` +
            'if that is wrong, write --data-range lower,upper',
        ]
      : [];
  return { range: byteRange, notes };
}

/** Bytes that are all below this are worth a note. */
export const dim = 64;

/**
 * The range of floating-point values of which nothing is said: [0, 1], or [0, 255] where some are in its upper half.
 *
 * @throws InputError for others
 */
export function rangeOfFloats(least: number, greatest: number, source: string): ValueRange {
  if (liesWithin(least, greatest, unitRange)) return unitRange;
  if (liesWithin(least, greatest, byteRange) && greatest >= byteRange.upper / 2) return byteRange;
  throw rangeNeeded(least, greatest, source);
}

/** The refusal of values whose range cannot be known. */
export function rangeNeeded(least: number, greatest: number, source: string): InputError {
  const isSigned = least < 0 && liesWithin(least, greatest, { lower: -1, upper: 1 });
  return new InputError(
    `${source} holds values from ${String(least)} to ${String(greatest)}: say what range they come from with ` +
      `--data-range lower,upper${isSigned ? ', such as --data-range -1,1' : ''}`,
  );
}

/** A range as settings hold it. */
export function rangeText({ lower, upper }: ValueRange): string {
  return `${String(lower)},${String(upper)}`;
}
