/** The values of an array of inputs, checked, and what they range over. */
import { InputError } from '../core/errors.ts';
import type { ValueRange } from './dataset.ts';
import type { NumericArray } from './numeric-array.ts';
import {
  assertRange,
  byteRange,
  dim,
  liesWithin,
  rangeNeeded,
  rangeOfBytes,
  rangeOfFloats,
  unitRange,
} from './value-range.ts';

export interface InputValues {
  readonly data: Uint8Array | Float32Array;
  readonly range: ValueRange;
  /** What was taken from the values, or done to them. */
  readonly notes: readonly string[];
  /** How many values a rounding error outside the range were brought to its ends. */
  readonly clipped: number;
}

/**
 * The values of inputs and the range they come from. Whole numbers of an integer type within 0 … 255 become bytes,
 * everything else 32-bit floats. Floats outside the range by a rounding error are brought to its ends.
 *
 * @param range what the user says the values range over
 * @throws InputError on NaN, infinity, a value outside the range, or a range that cannot be known
 */
export function inputValuesOf(array: NumericArray, source: string, range?: ValueRange): InputValues {
  if (range !== undefined) assertRange(range);
  if (array.dataType === 'bool') {
    const floats = Float32Array.from(array.data as Uint8Array);
    return exactly(floats, array, source, range ?? unitRange);
  }
  if (array.data instanceof Uint8Array) return bytes(array.data, array, source, range);
  const isFloat = array.dataType === 'float32' || array.dataType === 'float64';
  const floats =
    array.data instanceof Float32Array
      ? array.data
      : Float32Array.from(array.data as ArrayLike<number>, Number);
  const { least, greatest } = extremesOf(floats, array, source);
  if (!isFloat) {
    if (least >= 0 && greatest <= 255) return bytes(new Uint8Array(floats), array, source, range);
    if (range === undefined) throw rangeNeeded(least, greatest, source);
    return exactly(floats, array, source, range);
  }
  const chosen = range ?? rangeOfFloats(least, greatest, source);
  if (!liesWithin(least, greatest, chosen)) return exactly(floats, array, source, chosen);
  const { data, clipped } = clip(floats, chosen);
  const notes: string[] = [];
  if (range === undefined) {
    notes.push(
      `${source}: values from ${String(least)} to ${String(greatest)} were taken to range over ` +
        `[0, ${String(chosen.upper)}]; if that is wrong, write --data-range lower,upper`,
    );
  }
  if (clipped > 0) {
    notes.push(
      `${source}: ${String(clipped)} values a rounding error outside [${String(chosen.lower)}, ${String(chosen.upper)}] were clipped to it`,
    );
  }
  return { data, range: chosen, notes, clipped };
}

/** Bytes, of which the greatest is looked for no further than needed. */
function bytes(data: Uint8Array, array: NumericArray, source: string, range?: ValueRange): InputValues {
  if (range !== undefined) return exactly(data, array, source, range);
  const known = rangeOfBytes(greatestByte(data), source);
  return { data, ...known, clipped: 0 };
}

/** The greatest byte where none is bright; some bright one otherwise. */
export function greatestByte(data: Uint8Array): number {
  let greatest = 0;
  for (const byte of data) {
    if (byte > greatest) greatest = byte;
    if (greatest >= dim) break;
  }
  return greatest;
}

/** Floats brought to the ends of the range; the same array where none lies outside. */
function clip(floats: Float32Array, range: ValueRange): { data: Float32Array; clipped: number } {
  const lower = Math.fround(range.lower);
  const upper = Math.fround(range.upper);
  const clipped = floats.reduce((count, value) => count + (value < lower || value > upper ? 1 : 0), 0);
  if (clipped === 0) return { data: floats, clipped };
  return { data: floats.map((value) => Math.min(upper, Math.max(lower, value))), clipped };
}

/** The values, once all of them are found within the range. */
function exactly(
  data: Uint8Array | Float32Array,
  array: NumericArray,
  source: string,
  range: ValueRange,
): InputValues {
  const lower = Math.fround(range.lower);
  const upper = Math.fround(range.upper);
  const trivial = data instanceof Uint8Array && lower <= byteRange.lower && upper >= byteRange.upper;
  const outside = trivial ? -1 : data.findIndex((value) => !(value >= lower && value <= upper));
  if (outside >= 0) {
    throw new InputError(
      `${source}: ${placeOf(outside, array.dims)} is ${String(data[outside])}, outside the data range ` +
        `${String(range.lower)} to ${String(range.upper)}: correct the data or --data-range`,
    );
  }
  return { data, range, notes: [], clipped: 0 };
}

function extremesOf(
  data: Float32Array,
  array: NumericArray,
  source: string,
): { least: number; greatest: number } {
  let least = Infinity;
  let greatest = -Infinity;
  for (let index = 0; index < data.length; index++) {
    const value = data[index] ?? NaN;
    if (!Number.isFinite(value)) {
      throw new InputError(
        `${source}: ${placeOf(index, array.dims)} is ${String(value)}; every input must be a finite number`,
      );
    }
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return { least, greatest };
}

/** Where an element lies: the example and the position within it, along the axes as stored. */
function placeOf(element: number, dims: readonly number[]): string {
  const position: number[] = [];
  let rest = element;
  for (const dim of dims.slice(1).reverse()) {
    position.unshift(rest % dim);
    rest = Math.floor(rest / dim);
  }
  return `example ${String(rest)} at position [${position.join(', ')}]`;
}
