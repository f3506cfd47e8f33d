/** Percentage points as written on the command line. */
import { InputError } from '../core/errors.ts';

/**
 * Reads an increase of an error rate: `1pp` is 0.01, from an error of 20 % to one of 21 %.
 *
 * @returns a fraction in [0, 1]
 * @throws InputError for anything else; a percentage is refused because it could mean a part of the error
 */
export function parsePercentagePoints(text: string): number {
  const trimmed = text.trim();
  const points = /^(\d+(?:\.\d+)?|\.\d+) ?pp$/i.exec(trimmed)?.[1];
  if (points === undefined) {
    const number = /^(\d+(?:\.\d+)?|\.\d+) ?%?$/.exec(trimmed)?.[1];
    const hint =
      number === undefined ? 'percentage points such as 0.5pp' : `${number}pp for percentage points`;
    throw new InputError(`${JSON.stringify(text)} is no increase of an error rate: write ${hint}`);
  }
  const fraction = Number(points) / 100;
  if (fraction > 1) {
    throw new InputError(`${JSON.stringify(text)} is more than any error rate can rise: write at most 100pp`);
  }
  return fraction;
}
