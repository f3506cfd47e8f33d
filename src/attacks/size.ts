/**
 * How the size of a perturbation is written. A bare number says neither whether it is a part of the pixel range nor
 * in which units it is, so it is taken only where both readings agree.
 */
import type { SizeUnit } from '../core/attack-id.ts';
import { InputError } from '../core/errors.ts';
import type { Bounds } from '../classifier/classifier.ts';
import { exampleSizeOf, normTitles, type Norm } from './balls/ball.ts';
import { countedParts } from './balls/l0.ts';

/** The size of a perturbation, whatever the bounds of the model it is for. */
export interface Size {
  /** Of L∞, L2 and L1 in units of the range upper − lower, so that 1 is the range itself; of L0 a count. */
  readonly value: number;
  readonly unit: SizeUnit;
}

/** The paper's L∞ size, 4 of 255 levels, and what is customary for the others on small images. */
export const defaultSizes: Readonly<Record<Norm, Size>> = {
  linf: { value: 4 / 255, unit: 'fraction of range' },
  l2: { value: 0.5, unit: 'fraction of range' },
  l1: { value: 12, unit: 'fraction of range' },
  l0: { value: 10, unit: 'pixels' },
};

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const fractionForm = new RegExp(`^(${number})\\s*/\\s*(${number})$`);
const numberForm = new RegExp(`^(${number})\\s*(units)?$`);
const countForm = /^\+?(\d+)\s*(px|pixels?|el|elements?)$/;

export interface SizeContext {
  readonly norm: Norm;
  readonly bounds: Bounds;
  /** Bounds the sizes that make sense. */
  readonly inputShape: readonly number[];
  /** What messages call the size, such as the option it was written for; ε where absent. */
  readonly symbol?: string;
}

/**
 * Reads a size of L∞, L2 or L1:
 * - `4/255` is a part of the range, the same for every model whatever its bounds;
 * - `4units` is in the data's own units, those of the bounds;
 * - a bare number is taken on a range of width 1, where the two mean the same, and refused elsewhere; `0` always.
 *
 * Of L0: `10px` counts pixels, all channels of one at once, and `30el` elements.
 *
 * @throws InputError when it is malformed, negative, ambiguous, or larger than any perturbation within the bounds
 */
export function parseSize(text: string, context: SizeContext): Size {
  const { bounds, symbol = 'ε' } = context;
  const trimmed = text.trim();
  const shown = trimmed === '' ? 'nothing' : trimmed;
  if (context.norm === 'l0') return parseCount(trimmed, context);
  const width = rangeOf(bounds);
  const quotient = fractionForm.exec(trimmed);
  if (quotient) return checked(trimmed, Number(quotient[1]) / Number(quotient[2]), context);
  const plain = numberForm.exec(trimmed);
  if (!plain) {
    throw new InputError(
      `${symbol} = ${shown} is not a size: write a part of the range such as 4/255, or data units such as 0.5units`,
    );
  }
  const value = Number(plain[1]);
  if (plain[2] !== undefined) return checked(trimmed, value / width, context);
  if (width !== 1 && value > 0) {
    throw new InputError(
      `${symbol} = ${trimmed} is ambiguous on ${boundsText(bounds)}: ` +
        `write ${trimmed}units for data units, or a part of the range such as 4/255`,
    );
  }
  return checked(trimmed, value, context);
}

function parseCount(text: string, { inputShape, symbol = 'ε' }: SizeContext): Size {
  const match = countForm.exec(text);
  if (!match) {
    throw new InputError(
      `${symbol} = ${text === '' ? 'nothing' : text} is not a size of L0: write a count such as 10px for pixels, or 30el for elements`,
    );
  }
  const value = Number(match[1]);
  const unit = match[2]?.startsWith('p') === true ? 'pixels' : 'elements';
  const { parts } = countedParts(inputShape, unit);
  if (value > parts) {
    throw new InputError(`${symbol} = ${text} is more than the ${String(parts)} ${unit} of an input`);
  }
  return { value, unit };
}

/**
 * A size in the units of the bounds, as the float32 number that attacks compute with; a count as it is.
 */
export function absoluteSize({ value, unit }: Size, bounds: Bounds): number {
  return unit === 'fraction of range' ? Math.fround(value * rangeOf(bounds)) : value;
}

/** @throws InputError unless the size is one of the norm, and within what is possible at all */
export function assertSize({ value, unit }: Size, norm: Norm): void {
  if ((unit === 'fraction of range') === (norm === 'l0')) {
    throw new InputError(
      `a size of ${normTitles[norm]} is ${norm === 'l0' ? 'a count of pixels or elements' : 'in units of the range'}, not in ${unit}`,
    );
  }
  const greatest = norm === 'linf' ? 1 : Infinity;
  if (!(value >= 0 && value <= greatest) || !Number.isFinite(value)) {
    throw new InputError(
      norm === 'linf'
        ? `ε = ${String(value)} is not a part of the range: it must lie in [0, 1], such as 4/255`
        : `ε = ${String(value)} is no size of ${normTitles[norm]}: it must be a finite number of at least 0`,
    );
  }
  if (norm === 'l0' && !Number.isSafeInteger(value)) {
    throw new InputError(`ε = ${String(value)} counts ${unit}: it must be a whole number`);
  }
}

function checked(text: string, value: number, { norm, bounds, inputShape, symbol = 'ε' }: SizeContext): Size {
  if (!Number.isFinite(value)) {
    throw new InputError(
      `${symbol} = ${text} is not a finite number: write a part of the range such as 4/255`,
    );
  }
  if (value < 0) throw new InputError(`${symbol} = ${text} is negative: write a size such as 4/255`);
  const elements = exampleSizeOf(inputShape);
  const greatest = { linf: 1, l2: Math.sqrt(elements), l1: elements, l0: elements }[norm];
  if (value > greatest) {
    const hint = /^\+?\d+(\.\d+)?$/.test(text)
      ? `write ${text}/255 for ${text} of 255 levels`
      : 'write such as 4/255';
    throw new InputError(
      norm === 'linf'
        ? `${symbol} = ${text} is larger than the range ${boundsText(bounds)}: ${hint}, or data units such as 0.5units`
        : `${symbol} = ${text} is larger than any ${normTitles[norm]} perturbation of ${String(elements)} elements within ${boundsText(bounds)}, which is ${String(Number(greatest.toPrecision(4)))} ranges`,
    );
  }
  // −0 would be printed as such.
  return { value: value + 0, unit: 'fraction of range' };
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
