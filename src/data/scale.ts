/** Between stored values, a classifier's input space, and the 256 levels of an 8-bit image. */
import type { ValueRange } from './dataset.ts';

/**
 * Brings stored inputs to a classifier's bounds: the affine map of `range` onto `bounds`, computed in double precision
 * and rounded once. Bytes onto [0, 1] are thus exactly fround(p / 255), as PyTorch's ToTensor gives them.
 *
 * @param inputs values within `range`
 * @returns as many values within `bounds`, a new array
 */
export function scaleToBounds(
  inputs: Uint8Array | Float32Array,
  range: ValueRange,
  bounds: ValueRange,
): Float32Array {
  if (inputs instanceof Float32Array && range.lower === bounds.lower && range.upper === bounds.upper) {
    return inputs.slice();
  }
  const map = affine(range, bounds);
  const output = new Float32Array(inputs.length);
  if (inputs instanceof Uint8Array) {
    const levels = Float32Array.from({ length: 256 }, (_, level) => map(level));
    for (let index = 0; index < inputs.length; index++) output[index] = levels[inputs[index] ?? 0] ?? NaN;
  } else {
    for (let index = 0; index < inputs.length; index++) output[index] = map(inputs[index] ?? NaN);
  }
  return output;
}

/**
 * The nearest of the 256 equidistant levels of the bounds, 0 … 255, as an 8-bit image stores it; a value half way
 * between two goes up, one outside the bounds to the end of the range.
 *
 * @throws RangeError on NaN, which no level can stand for
 */
export function levelsOf(inputs: Float32Array, bounds: ValueRange): Uint8ClampedArray {
  const { lower, upper } = bounds;
  const width = upper - lower;
  const levels = new Uint8ClampedArray(inputs.length);
  for (let index = 0; index < inputs.length; index++) {
    const value = inputs[index] ?? NaN;
    if (Number.isNaN(value)) throw new RangeError(`element ${String(index)} is NaN: it has no 8-bit level`);
    levels[index] = Math.floor(((value - lower) / width) * 255 + 0.5);
  }
  return levels;
}

/**
 * Inputs as they come back after being saved as 8-bit pixels: each value becomes the nearest of the 256 levels of the
 * bounds. Inputs that came from bytes return unchanged.
 *
 * @returns as many values within `bounds`, a new array
 */
export function roundTo8Bit(inputs: Float32Array, bounds: ValueRange): Float32Array {
  const levels = levelsOf(inputs, bounds);
  return scaleToBounds(new Uint8Array(levels.buffer), { lower: 0, upper: 255 }, bounds);
}

/** The map x ↦ lower + (x − from.lower) / width(from) · width(to), kept within `to` where rounding would leave it. */
function affine(from: ValueRange, to: ValueRange): (value: number) => number {
  const fromWidth = from.upper - from.lower;
  const toWidth = to.upper - to.lower;
  return (value) =>
    Math.min(to.upper, Math.max(to.lower, to.lower + ((value - from.lower) / fromWidth) * toWidth));
}
