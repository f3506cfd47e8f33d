/**
 * Copies put together from what every backend copies fast. The wasm kernels of StridedSlice, Reverse and Tile
 * compute an index for each element and take some 100 ns for it; slices, concatenation and products of equal or
 * broadcast operands take 1 to 10.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../graph/tensor.ts';
import type { Tf } from './backend.ts';

/** The sizes that operands broadcast to. */
export function broadcastDims(...operands: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...operands.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = operands.map((dims) => dims[axis - rank + dims.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

/** The tensor repeated along its axes of size 1, and new ones before them, to fill the sizes. */
export function broadcastTo(tf: Tf, tensor: TfTensor, dims: readonly number[]): TfTensor {
  if (tensor.dtype === 'bool') return tf.cast(broadcastTo(tf, tf.cast(tensor, 'int32'), dims), 'bool');
  return tf.mul(tensor, tf.ones([...dims], tensor.dtype as 'float32' | 'int32'));
}

/** `count` elements of an axis from `begin` on, each `step` after the one before. */
export function takeEvery(
  tf: Tf,
  tensor: TfTensor,
  axis: number,
  { begin, count, step }: { readonly begin: number; readonly count: number; readonly step: number },
): TfTensor {
  const { shape } = tensor;
  const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
  const size = shape[axis] ?? 0;
  const rows = tf.reshape(tensor, [outer, size, inner]);
  // Whole steps: the last may lack the elements after the one that is wanted.
  const there = Math.min(count * step, size - begin);
  const part = tf.slice(rows, [0, begin, 0], [outer, there, inner]);
  const missing = count * step - there;
  const full =
    missing === 0
      ? part
      : tf.pad(part, [
          [0, 0],
          [0, missing],
          [0, 0],
        ]);
  const steps = tf.reshape(full, [outer, count, step * inner]);
  const taken = step === 1 ? steps : tf.slice(steps, [0, 0, 0], [outer, count, inner]);
  return tf.reshape(taken, [...shape.slice(0, axis), count, ...shape.slice(axis + 1)]);
}

/** Above this size the pieces cost more than the kernel's index arithmetic. */
const MOST_PIECES = 16;

/** The tensor with an axis reversed. */
export function flip(tf: Tf, tensor: TfTensor, axis: number): TfTensor {
  const size = tensor.shape[axis] ?? 0;
  if (size < 2) return tf.clone(tensor);
  if (size > MOST_PIECES) return tf.reverse(tensor, axis);
  return tf.concat(tf.split(tensor, size, axis).toReversed(), axis);
}
