/**
 * Sums of many elements. The wasm kernel adds one after another in float32, which over a minibatch of feature
 * maps loses two of seven digits; sums of sums of short stretches lose next to nothing.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../graph/tensor.ts';
import type { Tf } from '../backend.ts';

/** The sum over axes, which are kept with size 1. */
export function sumOver(tf: Tf, x: TfTensor, axes: readonly number[]): TfTensor {
  if (x.dtype !== 'float32') return tf.sum(x, [...axes], true);
  // The innermost first: after it, there is less left to read with every axis.
  return axes.toSorted((a, b) => b - a).reduce((held, axis) => sumAxis(tf, held, axis), tf.clone(x));
}

/** The mean over axes, which are kept with size 1. */
export function meanOver(tf: Tf, x: TfTensor, axes: readonly number[]): TfTensor {
  return tf.div(
    sumOver(tf, x, axes),
    axes.reduce((count, axis) => count * (x.shape[axis] ?? 1), 1),
  );
}

function sumAxis(tf: Tf, x: TfTensor, axis: number): TfTensor {
  const size = x.shape[axis] ?? 1;
  const stretch = stretchOf(size);
  if (stretch === 1) return tf.sum(x, axis, true);
  const [outer, inner] = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis + 1))];
  const parts = tf.sum(tf.reshape(x, [outer, size / stretch, stretch, inner]), 2);
  return tf.reshape(tf.sum(parts, 1), [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis + 1)]);
}

/** Shorter axes are summed at once. */
const SHORT = 64;

/** The largest divisor of a long axis that is at most its square root. */
function stretchOf(size: number): number {
  if (size <= SHORT) return 1;
  let stretch = Math.floor(Math.sqrt(size));
  while (size % stretch !== 0) stretch--;
  return stretch;
}
