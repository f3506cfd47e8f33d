/** Conv: in tfjs's channels-last form, with the kernel turned to it once. */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { fromImage, overreach, padded, slicesOf, windowsOf, type Windows } from '../image.ts';
import type { Call, Handler, Handlers } from '../operator.ts';
import type { RuntimeValue } from '../value.ts';
import { kernelSlice, spreadAxis, withBias } from './kernel.ts';

const conv: Handler = (call) => {
  const kernel = call.input(1);
  const { depth, plane } = windowsOf(call, kernel.dims.slice(2));
  const parts = slicesOf(call, call.input(0), depth, 0).map((image, slice) =>
    convolvePlane(call, image, kernel, plane, slice),
  );
  const sum = parts.reduce((a, b) => call.tf.add(a, b));
  return fromImage(call, withBias(call, sum), depth?.count);
};

/** @param slice of the kernel, along its depth */
function convolvePlane(
  call: Call,
  image: Tensor4D,
  kernel: RuntimeValue,
  windows: Windows,
  slice: number,
): Tensor4D {
  const { tf } = call;
  const group = call.int('group');
  if (group === 1) return convolve(call, image, kernelForm(call, kernel, windows, 'HWIO', slice), windows);
  if (kernel.dims[1] === 1) {
    const filter = kernelForm(call, kernel, windows, 'HWCM', slice, group);
    const dilations = dilationsFor(windows);
    return tf.depthwiseConv2d(
      padded(call, image, windows, 0),
      filter,
      stridesOf(windows),
      'valid',
      'NHWC',
      dilations,
    );
  }
  const filters = tf.split(kernelForm(call, kernel, windows, 'HWIO', slice), group, 3);
  const parts: Tensor4D[] = tf.split(image, group, 3);
  return tf.concat(
    parts.map((part, index) => convolve(call, part, filters[index] as Tensor4D, windows)),
    3,
  );
}

function convolve(call: Call, image: Tensor4D, filter: Tensor4D, windows: Windows): Tensor4D {
  const [height, width] = windows.map((window): [number, number] => [window.begin, overreach(window)]) as [
    [number, number],
    [number, number],
  ];
  const padding = [...height, ...width].every((size) => size === 0)
    ? 'valid'
    : ([[0, 0], height, width, [0, 0]] as [[0, 0], [number, number], [number, number], [0, 0]]);
  return call.tf.conv2d(image, filter, stridesOf(windows), padding, 'NHWC', dilationsFor(windows));
}

const stridesOf = ([height, width]: Windows): [number, number] => [height.stride, width.stride];

/** tfjs strides or dilates, not both: with strides the kernel itself is spread out. */
const spreads = (windows: Windows): boolean =>
  windows.some(({ stride }) => stride > 1) && windows.some(({ dilation }) => dilation > 1);

const dilationsFor = (windows: Windows): [number, number] =>
  spreads(windows) ? [1, 1] : [windows[0].dilation, windows[1].dilation];

/**
 * The kernel [O, I, H, W] as [H, W, I, O], or that of a depthwise convolution [C·M, 1, H, W] as [H, W, C, M], or a slice
 * of the kernel of volumes so; made once for a kernel.
 */
function kernelForm(
  call: Call,
  kernel: RuntimeValue,
  windows: Windows,
  form: 'HWIO' | 'HWCM',
  slice: number,
  channels = 0,
): Tensor4D {
  const { tf } = call;
  const [outputs = 0, inputs = 0] = kernel.dims;
  const [height, width] = windows.map((window) => window.kernel) as [number, number];
  const spread = spreads(windows);
  const dilations = windows.map(({ dilation }) => dilation);
  const name = `${form} ${String(slice)}${spread ? ` spread by ${dilations.join('x')}` : ''}`;
  return kernel.derive(name, () => {
    const plane = kernelSlice(tf, kernel, slice);
    const turned =
      form === 'HWIO'
        ? tf.transpose(tf.reshape(plane, [outputs, inputs, height, width]), [2, 3, 1, 0])
        : tf.transpose(tf.reshape(plane, [channels, outputs / channels, height, width]), [2, 3, 0, 1]);
    if (!spread) return turned;
    return dilations.reduce((filter, dilation, axis) => spreadAxis(tf, filter, axis, dilation), turned);
  }) as Tensor4D;
}

export const convolutions: Handlers = { Conv: conv };
