/**
 * The two orders of axes that a value of three or more dimensions is held in. ONNX puts channels first; the
 * convolutions of tfjs take them last. Between convolutions values stay channels last.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../graph/tensor.ts';
import type { Tf } from './backend.ts';

export type Layout = 'first' | 'last';

/** The sizes in channels-last order: [N, C, …] to [N, …, C]. */
export function toLast<T>(dims: readonly T[]): T[] {
  return [...dims.slice(0, 1), ...dims.slice(2), ...dims.slice(1, 2)];
}

/** Where an axis of the channels-first order lies in the layout. */
export function axisIn(layout: Layout, axis: number, rank: number): number {
  if (layout === 'first' || axis === 0) return axis;
  return axis === 1 ? rank - 1 : axis - 1;
}

/** Moves the channels of a tensor [N, C, …] to the end. */
export function channelsLast(tf: Tf, tensor: TfTensor): TfTensor {
  const dims = tensor.shape;
  if (movesNothing(dims)) return tf.reshape(tensor, toLast(dims));
  return tf.transpose(tensor, toLast([...dims.keys()]));
}

/** Moves the channels of a tensor [N, …, C] to the second place, giving `dims`. */
export function channelsFirst(tf: Tf, tensor: TfTensor, dims: readonly number[]): TfTensor {
  if (movesNothing(dims)) return tf.reshape(tensor, [...dims]);
  const axes = [...dims.keys()];
  return tf.transpose(tensor, [0, dims.length - 1, ...axes.slice(1, -1)]);
}

/** With one channel or one place, both orders are the same in memory. */
function movesNothing(dims: readonly number[]): boolean {
  return dims[1] === 1 || sizeOf(dims.slice(2)) === 1;
}
