/**
 * The windows of convolutions and pools, and values as the images that tfjs takes: [batch, height, width,
 * channels]. A signal (one spatial axis) is an image of width 1.
 */
import type { Tensor as TfTensor, Tensor4D } from '@tensorflow/tfjs-core';
import { inferTypes } from '../../graph/shapes/infer.ts';
import type { DataType } from '../../graph/types.ts';
import type { Call, Refusal } from './operator.ts';
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
export function windowsOf(call: Call, kernel: readonly number[]): Windows {
  const sizes = call.input(0).dims.slice(2);
  const counts = outputDims(call).slice(2);
  const autoPad = call.text('auto_pad', 'NOTSET');
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
  return asPlane(call, windows);
}

/** Two axes of what was given for one or two. */
export function asPlane<T extends Window>(call: Call, windows: readonly T[]): readonly [T, T] {
  const [first, second, third] = windows;
  if (first === undefined || third !== undefined) throw call.error(notPlanar(windows.length));
  return [first, second ?? { ...first, ...whole }];
}

const notPlanar = (axes: number): string => `${String(axes)} spatial axes are not supported, only one or two`;

/** Refuses kernels of more than two spatial axes. */
export const onlyPlanar: Refusal = (call, graph) => {
  const kernel = graph.initializers.get(call.node.inputs[1] ?? '');
  const axes = call.ints('kernel_shape')?.length ?? (kernel === undefined ? 2 : kernel.dims.length - 2);
  return axes > 2 ? notPlanar(axes) : undefined;
};

/** The value [N, C, H] or [N, C, H, W] as [N, H, W, C]. */
export function imageOf(call: Call, x: RuntimeValue): Tensor4D {
  const [batch = 0, channels = 0, height = 1, width = 1] = x.dims;
  return call.tf.reshape(x.last(), [batch, height, width, channels]);
}

/** Gives an image back as an output of the rank that the first input has. */
export function fromImage(
  call: Call,
  image: TfTensor,
  dataType: DataType = call.input(0).dataType,
): RuntimeValue {
  const { tf } = call;
  const { rank } = call.input(0);
  const [batch = 0, height = 0, , channels = 0] = image.shape;
  return call.value(dataType, rank === 3 ? tf.reshape(image, [batch, height, channels]) : image, 'last');
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
