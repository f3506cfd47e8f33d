/** What an array of a file says about images: which axis holds the channels, and what its values range over. */
import { InputError } from '../core/errors.ts';
import type { DataOptions, ValueRange } from './dataset.ts';
import type { NumericArray } from './numeric-array.ts';

const byteRange: ValueRange = { lower: 0, upper: 255 };

export interface Layout {
  /** The shape of one input: [channels, height, width], or [features]. */
  readonly shape: readonly number[];
  /** The number of channels when the array holds them last. */
  readonly channelsLast?: number;
}

/**
 * The shape of the inputs of an array: [n, height, width] (one channel), [n, features], or four axes, of which the
 * channels are the second or the last. Without a declared layout the axis of 1 or 3 is taken for the channels, if
 * only one of the two is such.
 *
 * @throws InputError when the array cannot be inputs, is empty, or the layout cannot be known
 */
export function layoutOf(dims: readonly number[], source: string, layout?: DataOptions['layout']): Layout {
  const written = `[${dims.join(', ')}]`;
  if (dims.length < 2 || dims.length > 4) {
    throw new InputError(
      `${source} has the shape ${written}; images are [n, channels, height, width], [n, height, width, channels] ` +
        'or [n, height, width], other inputs [n, features]',
    );
  }
  if (dims.includes(0)) throw new InputError(`${source} has the shape ${written}: it holds no examples`);
  const [, second = 1, third = 1, last = 1] = dims;
  if (dims.length === 2) return { shape: [second] };
  if (dims.length === 3) return { shape: [1, second, third] };
  const isChannels = (dim: number) => dim === 1 || dim === 3;
  const guess = isChannels(second) === isChannels(last) ? undefined : isChannels(last) ? 'NHWC' : 'NCHW';
  switch (layout ?? guess) {
    case 'NCHW':
      return { shape: [second, third, last] };
    case 'NHWC':
      return { shape: [last, second, third], channelsLast: last };
    case undefined:
      throw new InputError(
        `${source} has the shape ${written}, which does not tell where the channels are: ` +
          'write --layout channels-first or --layout channels-last',
      );
  }
}

export interface InputValues {
  readonly data: Uint8Array | Float32Array;
  readonly range: ValueRange;
  /** Set when the range was taken from the values. */
  readonly note?: string;
}

/**
 * The values of inputs and the range they come from. Whole numbers of an integer type within 0 … 255 become bytes,
 * everything else 32-bit floats.
 *
 * @param range what the user says the values range over
 * @throws InputError on NaN, infinity, a value outside the range, or a range that cannot be known
 */
export function inputValuesOf(array: NumericArray, source: string, range?: ValueRange): InputValues {
  if (range !== undefined) assertRange(range);
  if (array.dataType === 'bool') {
    return declared(
      Float32Array.from(array.data as Uint8Array),
      array,
      source,
      range ?? { lower: 0, upper: 1 },
    );
  }
  if (array.data instanceof Uint8Array) return declared(array.data, array, source, range ?? byteRange);
  const isFloat = array.dataType === 'float32' || array.dataType === 'float64';
  const floats =
    array.data instanceof Float32Array
      ? array.data
      : Float32Array.from(array.data as ArrayLike<number>, Number);
  const { least, greatest } = extremesOf(floats, array, source);
  if (!isFloat && least >= 0 && greatest <= 255) {
    return declared(Uint8Array.from(floats), array, source, range ?? byteRange);
  }
  if (range !== undefined) return declared(floats, array, source, range);
  if (!isFloat || least < 0 || greatest > 255) {
    throw new InputError(
      `${source} holds values from ${String(least)} to ${String(greatest)}: say what range they come from with ` +
        '--data-range lower,upper',
    );
  }
  const upper = greatest <= 1 ? 1 : 255;
  const note =
    `${source}: values from ${String(least)} to ${String(greatest)} were taken to range over [0, ${String(upper)}]; ` +
    'if that is wrong, write --data-range lower,upper';
  return { data: floats, range: { lower: 0, upper }, note };
}

function assertRange({ lower, upper }: ValueRange): void {
  if (!(Number.isFinite(lower) && Number.isFinite(upper) && lower < upper)) {
    throw new InputError(
      `the data range ${String(lower)},${String(upper)} is not one: write --data-range lower,upper with lower < upper`,
    );
  }
}

/** The values, once all of them are found within the declared range. */
function declared(
  data: Uint8Array | Float32Array,
  array: NumericArray,
  source: string,
  range: ValueRange,
): InputValues {
  const lower = Math.fround(range.lower);
  const upper = Math.fround(range.upper);
  const trivial = data instanceof Uint8Array && lower <= 0 && upper >= 255;
  const outside = trivial ? -1 : data.findIndex((value) => !(value >= lower && value <= upper));
  if (outside >= 0) {
    throw new InputError(
      `${source}: ${placeOf(outside, array.dims)} is ${String(data[outside])}, outside the data range ` +
        `${String(range.lower)} to ${String(range.upper)}: correct the data or --data-range`,
    );
  }
  return { data, range };
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
