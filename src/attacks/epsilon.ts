/**
 * How the size of a perturbation is written. A bare number says neither whether it is a part of the pixel range nor
 * in which units it is, so it is taken only where both readings agree.
 */
import { InputError } from '../core/errors.ts';
import type { Bounds } from '../classifier/classifier.ts';

/** The paper's size: 4 of 255 levels. */
export const defaultEpsilon = 4 / 255;

/** The size of a perturbation ball. */
export interface Epsilon {
  /** As it was written. */
  readonly text: string;
  /** Part of the range upper − lower, in [0, 1]. */
  readonly fraction: number;
  /** The same in the units of the bounds. */
  readonly absolute: number;
}

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const fractionForm = new RegExp(`^(${number})\\s*/\\s*(${number})$`);
const numberForm = new RegExp(`^(${number})\\s*(units)?$`);

/**
 * Reads ε:
 * - `4/255` is a part of the range, the same for every model whatever its bounds;
 * - `4units` is in the data's own units, those of the bounds;
 * - a bare number is taken on a range of width 1, where the two mean the same, and refused elsewhere; `0` always.
 *
 * @param symbol what messages call the size, such as the option it was written for
 * @throws InputError when it is malformed, negative, ambiguous, or larger than the range
 */
export function parseEpsilon(text: string, bounds: Bounds, symbol = 'ε'): Epsilon {
  const width = rangeOf(bounds);
  const trimmed = text.trim();
  const quotient = fractionForm.exec(trimmed);
  if (quotient) {
    const fraction = Number(quotient[1]) / Number(quotient[2]);
    return checked(symbol, trimmed, fraction, fraction * width, bounds);
  }
  const plain = numberForm.exec(trimmed);
  if (!plain) {
    throw new InputError(
      `${symbol} = ${trimmed === '' ? 'nothing' : trimmed} is not a size: write a part of the range such as 4/255, or data units such as 0.5units`,
    );
  }
  const value = Number(plain[1]);
  if (plain[2] !== undefined) return checked(symbol, trimmed, value / width, value, bounds);
  if (width !== 1 && value > 0) {
    throw new InputError(
      `${symbol} = ${trimmed} is ambiguous on ${boundsText(bounds)}: ` +
        `write ${trimmed}units for data units, or a part of the range such as 4/255`,
    );
  }
  return checked(symbol, trimmed, value, value * width, bounds);
}

/**
 * A fraction of the range in the units of the bounds, as the float32 number that attacks compute with.
 *
 * @param fraction part of the range, in [0, 1]
 */
export function absoluteSize(fraction: number, bounds: Bounds): number {
  return Math.fround(fraction * rangeOf(bounds));
}

/** @throws InputError unless the fraction is a part of the range */
export function assertEpsilonFraction(fraction: number): void {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw new InputError(
      `ε = ${String(fraction)} is not a part of the range: it must lie in [0, 1], such as 4/255`,
    );
  }
}

function checked(symbol: string, text: string, fraction: number, absolute: number, bounds: Bounds): Epsilon {
  if (!Number.isFinite(fraction)) {
    throw new InputError(
      `${symbol} = ${text} is not a finite number: write a part of the range such as 4/255`,
    );
  }
  if (fraction < 0) throw new InputError(`${symbol} = ${text} is negative: write a size such as 4/255`);
  if (fraction > 1) {
    const hint = /^\+?\d+(\.\d+)?$/.test(text)
      ? `write ${text}/255 for ${text} of 255 levels`
      : 'write such as 4/255';
    throw new InputError(
      `${symbol} = ${text} is larger than the range ${boundsText(bounds)}: ${hint}, or data units such as 0.5units`,
    );
  }
  // −0 would be printed as such.
  return { text, fraction: fraction + 0, absolute: absolute + 0 };
}

function rangeOf(bounds: Bounds): number {
  const width = bounds.upper - bounds.lower;
  if (!(width > 0 && Number.isFinite(width))) {
    throw new InputError(`the bounds ${boundsText(bounds)} are no range: the lower must be below the upper`);
  }
  return width;
}

function boundsText({ lower, upper }: Bounds): string {
  return `[${String(lower)}, ${String(upper)}]`;
}
