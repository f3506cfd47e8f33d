/** What both directions of convolution share. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../backend.ts';
import { extent } from '../image.ts';
import type { Call } from '../operator.ts';
import type { RuntimeValue } from '../value.ts';

/** Adds the bias, input number 2, to the channels of an image. */
export function withBias(call: Call, image: TfTensor): TfTensor {
  const bias = call.optional(2);
  return bias === undefined ? image : call.tf.add(image, bias.first());
}

/** A kernel of images, or that of one slice along the depth of a kernel [O, I, D, H, W] of volumes; within `derive`. */
export function kernelSlice(tf: Tf, kernel: RuntimeValue, slice: number): TfTensor {
  if (kernel.rank < 5) return kernel.once();
  const [outputs = 0, inputs = 0, depth = 1, height = 1, width = 1] = kernel.dims;
  const slices = tf.reshape(kernel.once(), [outputs * inputs, depth, height * width]);
  return tf.slice(slices, [0, slice, 0], [-1, 1, -1]);
}

/** Puts dilation − 1 zeros between the elements of an axis. */
export function spreadAxis(tf: Tf, tensor: TfTensor, axis: number, dilation: number): TfTensor {
  if (dilation === 1) return tensor;
  const { shape } = tensor;
  const size = shape[axis] ?? 1;
  const outer = shape.slice(0, axis).reduce((product, each) => product * each, 1);
  const apart = tf.pad(tf.reshape(tensor, [outer, size, 1, -1]), [
    [0, 0],
    [0, 0],
    [0, dilation - 1],
    [0, 0],
  ]);
  const reach = extent({ kernel: size, dilation });
  const cut = tf.slice(tf.reshape(apart, [outer, size * dilation, -1]), [0, 0, 0], [outer, reach, -1]);
  return tf.reshape(cut, [...shape.slice(0, axis), reach, ...shape.slice(axis + 1)]);
}
