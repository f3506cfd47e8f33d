/**
 * The windows of convolutions and pools, and values as the images that tfjs takes: [batch, height, width,
 * channels]. A signal (one spatial axis) is an image of width 1. A volume (three) is gone through slice by slice of its
 * depth, the slices standing in the batch: the portable backends have no fast kernels of volumes.
 */
import type { Tensor as TfTensor, Tensor4D } from '@tensorflow/tfjs-core';
import { inferTypes } from '../../graph/shapes/infer.ts';
import type { DataType } from '../../graph/types.ts';
import { takeEvery } from './movement.ts';
import type { Call } from './operator.ts';
import type { RuntimeValue } from './value.ts';

/** How a kernel moves along one spatial axis. */
export interface Window {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding declared, or chosen by auto_pad, before the axis. */
  readonly begin: number;
  /** Padding declared, or chosen by auto_pad, after the axis. */
  readonly end: number;
  /** Sizes of the output. */
  readonly count: number;
}

/** The extent of a dilated kernel. */
export const extent = ({ kernel, dilation }: Pick<Window, 'kernel' | 'dilation'>): number =>
  (kernel - 1) * dilation + 1;

/** How many elements beyond the end the last window reaches; ceil_mode lets it reach over the padding. */
export const overreach = (window: Window): number =>
  Math.max((window.count - 1) * window.stride + extent(window) - window.size - window.begin, 0);

export type Windows = readonly [height: Window, width: Window];

/** Windows over an image, and along the depth of a volume. */
export interface SpatialWindows<T extends Window = Window> {
  readonly depth: T | undefined;
  readonly plane: readonly [height: T, width: T];
}

const whole: Window = { size: 1, kernel: 1, stride: 1, dilation: 1, begin: 0, end: 0, count: 1 };

/** The output sizes of the node, from the shape rules with the sizes that its inputs have in this run. */
export function outputDims(call: Call): readonly number[] {
  const types = call.node.inputs.map((_, index) => call.optional(index));
  const [output] = inferTypes(call.node, types, () => undefined);
  return (output?.dims ?? []).map(Number);
}

/**
 * The windows of a convolution or pool.
 *
 * @param kernel the kernel's spatial sizes
 */
export function windowsOf(call: Call, kernel: readonly number[]): SpatialWindows {
  const sizes = call.input(0).dims.slice(2);
  const counts = outputDims(call).slice(2);
  const autoPad = call.text('auto_pad');
  const windows = sizes.map((size, axis): Window => {
    const window = {
      ...whole,
      size,
      kernel: kernel[axis] ?? 1,
      stride: call.ints('strides')?.[axis] ?? 1,
      dilation: call.ints('dilations')?.[axis] ?? 1,
      count: counts[axis] ?? 0,
    };
    if (autoPad === 'NOTSET') {
      const pads = call.ints('pads') ?? [];
      return { ...window, begin: pads[axis] ?? 0, end: pads[axis + sizes.length] ?? 0 };
    }
    if (autoPad === 'VALID') return window;
    const total = overreach(window);
    const smaller = Math.floor(total / 2);
    const begin = autoPad === 'SAME_UPPER' ? smaller : total - smaller;
    return { ...window, begin, end: total - begin };
  });
  return spatial(call, windows);
}

/** What was given for one to three axes. */
export function spatial<T extends Window>(call: Call, windows: readonly T[]): SpatialWindows<T> {
  const [first, second, third, ...others] = windows;
  if (first === undefined || others.length > 0) {
    throw call.error(`${String(windows.length)} spatial axes are not supported, only one to three`);
  }
  if (second === undefined) return { depth: undefined, plane: [first, { ...first, ...whole }] };
  return third === undefined
    ? { depth: undefined, plane: [first, second] }
    : { depth: first, plane: [second, third] };
}

/** The value [N, C, …] as images [N, H, W, C] of floats, or the slices of volumes as [N·D, H, W, C]. */
export function imageOf(call: Call, x: RuntimeValue): Tensor4D {
  const [batch = 0, channels = 0, ...sizes] = x.dims;
  const [width = 1, height = 1, depth = 1] = sizes.length === 1 ? [1, ...sizes] : sizes.toReversed();
  const { tf } = call;
  const image: Tensor4D = tf.reshape(x.last(), [batch * depth, height, width, channels]);
  return image.dtype === 'float32' ? image : tf.cast(image, 'float32');
}

/**
 * What each place of the kernel along the depth sees of a volume, as images [N·count, H, W, C]: the whole image, where
 * there is no depth.
 *
 * @param value stands around the volume
 */
export function slicesOf(call: Call, x: RuntimeValue, depth: Window | undefined, value: number): Tensor4D[] {
  const { tf } = call;
  const images = imageOf(call, x);
  if (depth === undefined) return [images];
  const [slices, height, width, channels] = images.shape;
  const batch = slices / depth.size;
  const volumes = tf.pad(
    tf.reshape(images, [batch, depth.size, height * width * channels]),
    [
      [0, 0],
      [depth.begin, overreach(depth)],
      [0, 0],
    ],
    value,
  );
  return Array.from({ length: depth.kernel }, (_, place) => {
    const { count, stride, dilation } = depth;
    const seen = takeEvery(tf, volumes, 1, { begin: place * dilation, count, step: stride });
    return tf.reshape(seen, [batch * count, height, width, channels]);
  });
}

/**
 * Gives images back as an output of the rank that the first input has.
 *
 * @param depth how many slices of it make a volume
 */
export function fromImage(
  call: Call,
  image: TfTensor,
  depth: number | undefined,
  dataType: DataType = call.input(0).dataType,
): RuntimeValue {
  const { tf } = call;
  const [slices = 0, height = 0, width = 0, channels = 0] = image.shape;
  if (depth !== undefined) {
    const volumes = tf.reshape(image, [slices / depth, depth, height, width, channels]);
    return call.value(dataType, volumes, 'last');
  }
  const signal = call.input(0).rank === 3;
  return call.value(dataType, signal ? tf.reshape(image, [slices, height, channels]) : image, 'last');
}

/** Surrounds the image so that every window lies inside. */
export function padded(call: Call, image: Tensor4D, windows: Windows, value: number): Tensor4D {
  const [height, width] = windows.map((window): [number, number] => [window.begin, overreach(window)]) as [
    [number, number],
    [number, number],
  ];
  if ([...height, ...width].every((size) => size === 0)) return image;
  return call.tf.pad(image, [[0, 0], height, width, [0, 0]], value);
}
