/**
 * Resampling along one axis as a matrix [new size, old size]: exact, differentiable, and the same on all engines.
 * Each dialect places its samples in its own way.
 */
import { InputError } from '../../core/errors.ts';
import { float32 } from '../../graph/tensor.ts';
import type { Tensor } from '../../graph/types.ts';

export type Interpolation = 'bilinear' | 'nearest';

/**
 * Where the samples lie: at the centres of pixels (TensorFlow 2's resize, which Keras uses), at their corners
 * (tfjs's default), or with the outermost samples of both sizes on each other (tfjs's alignCorners).
 */
export type Placement = 'centres' | 'corners' | 'aligned';

/** The weights of the old elements (columns) in each new one (rows). */
export function resamplingMatrix(
  oldSize: number,
  newSize: number,
  interpolation: Interpolation,
  placement: Placement,
): Tensor<'float32'> {
  const matrix = new Float32Array(elementCount(oldSize, newSize));
  const last = oldSize - 1;
  for (let row = 0; row < newSize; row++) {
    const place = placeOf(row, oldSize, newSize, placement, interpolation);
    if (interpolation === 'nearest') {
      const column = placement === 'aligned' ? Math.floor(place + 0.5) : Math.floor(place);
      matrix[row * oldSize + Math.min(Math.max(column, 0), last)] = 1;
      continue;
    }
    const below = Math.floor(place);
    const lower = row * oldSize + Math.max(below, 0);
    const upper = row * oldSize + Math.min(below + 1, last);
    matrix[lower] = (matrix[lower] ?? 0) + 1 - (place - below);
    matrix[upper] = (matrix[upper] ?? 0) + place - below;
  }
  return float32([newSize, oldSize], matrix);
}

/** Of 2048 elements to as many: what a network resizes is smaller, and a size in a file costs nothing to write. */
const MOST_ELEMENTS = 2 ** 22;

function elementCount(oldSize: number, newSize: number): number {
  const count = newSize * oldSize;
  if (!(count <= MOST_ELEMENTS)) {
    throw new InputError(
      `the model resizes ${String(oldSize)} elements to ${String(newSize)}, more than the toolkit does: correct the size, or export the model to ONNX`,
    );
  }
  return count;
}

/** The place of a new element among the old ones, rounded as tfjs and TensorFlow round it: halves decide. */
function placeOf(
  row: number,
  oldSize: number,
  newSize: number,
  placement: Placement,
  interpolation: Interpolation,
): number {
  if (placement === 'aligned' && newSize > 1) return ((oldSize - 1) / (newSize - 1)) * row;
  if (placement !== 'centres') return (oldSize / newSize) * row;
  const scale = Math.fround(oldSize / newSize);
  const centre = Math.fround((row + 0.5) * scale);
  return interpolation === 'nearest' ? centre : Math.fround(centre - 0.5);
}

/**
 * What cropAndResize makes of one axis for a box of single precision, in units of the whole axis: the elements
 * nearest to each place, or the two around it by their distance. A row is 0 where its place is beyond the axis.
 */
export function croppedMatrix(
  oldSize: number,
  newSize: number,
  box: { readonly begin: number; readonly end: number },
  interpolation: Interpolation,
): Tensor<'float32'> {
  const [begin, end] = [Math.fround(box.begin), Math.fround(box.end)];
  const last = oldSize - 1;
  const matrix = new Float32Array(elementCount(oldSize, newSize));
  const step = newSize > 1 ? ((end - begin) * last) / (newSize - 1) : 0;
  for (let row = 0; row < newSize; row++) {
    const place = newSize > 1 ? begin * last + row * step : 0.5 * (begin + end) * last;
    if (place < 0 || place > last) continue;
    if (interpolation === 'nearest') {
      matrix[row * oldSize + Math.floor(place + 0.5)] = 1;
      continue;
    }
    const below = Math.floor(place);
    matrix[row * oldSize + below] = 1 - (place - below);
    if (place > below) matrix[row * oldSize + below + 1] = place - below;
  }
  return float32([newSize, oldSize], matrix);
}
