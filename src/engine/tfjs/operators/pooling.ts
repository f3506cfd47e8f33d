/** Pools, and the inverse of max-pool. */
import type { Tensor as TfTensor, Tensor4D } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../graph/tensor.ts';
import type { Tf } from '../backend.ts';
import {
  extent,
  fromImage,
  imageOf,
  onlyPlanar,
  outputDims,
  padded,
  windowsOf,
  type Window,
  type Windows,
} from '../image.ts';
import { axisIn } from '../layout.ts';
import { takeEvery } from '../movement.ts';
import type { Call, Handler, Handlers, Refusals } from '../operator.ts';
import { scatterAssign } from './scattering.ts';
import { meanOver } from './summation.ts';

const kernelOf = (call: Call): readonly number[] => call.ints('kernel_shape') ?? [];
const sizesOf = ([height, width]: Windows): [number, number] => [height.kernel, width.kernel];
const stridesOf = ([height, width]: Windows): [number, number] => [height.stride, width.stride];

const maxPool: Handler = (call) => {
  const { tf } = call;
  const windows = windowsOf(call, kernelOf(call));
  const image = padded(call, imageOf(call, call.input(0)), windows, -Infinity);
  const indexed = (call.node.outputs[1] ?? '') !== '';
  const plain = windows.every(({ dilation }) => dilation === 1) && windows.some(({ kernel }) => kernel > 1);
  const seen = plain && !indexed ? [] : taps(call, image, windows);
  const maxima = plain
    ? tf.maxPool(image, sizesOf(windows), stridesOf(windows), 'valid')
    : seen.reduce((most, tap) => tf.maximum(most, tap));
  const values = fromImage(call, tf.clone(maxima));
  return indexed ? [values, fromImage(call, placesOf(call, seen, maxima, windows), 'int64')] : values;
};

/** For each place in the kernel, row by row, the element of every window that it sees. */
function taps(call: Call, image: Tensor4D, [height, width]: Windows): TfTensor[] {
  const along = (tensor: TfTensor, axis: number, { kernel, count, stride, dilation }: Window): TfTensor[] =>
    Array.from({ length: kernel }, (_, place) =>
      takeEvery(call.tf, tensor, axis, { begin: place * dilation, count, step: stride }),
    );
  return along(image, 1, height).flatMap((row) => along(row, 2, width));
}

/**
 * Where in the flattened input, channels first, the maxima stand; of equal ones in a window the first counts.
 *
 * Places in a plane are computed as floats, exact for planes up to 2²⁴ pixels.
 */
function placesOf(call: Call, seen: readonly TfTensor[], maxima: TfTensor, windows: Windows): TfTensor {
  const { tf } = call;
  const [height, width] = windows;
  const { shape } = maxima;
  // From the last to the first, so that the first place that has the maximum stays.
  const place = seen.reduceRight<TfTensor>(
    (later, tap, index) => tf.where(tf.equal(tap, maxima), tf.fill(shape, index), later),
    tf.zeros(shape),
  );
  const row = tf.floor(tf.div(place, width.kernel));
  const column = tf.sub(place, tf.mul(row, width.kernel));
  const start = ({ count, stride, begin }: Window): number[] =>
    Array.from({ length: count }, (_, index) => index * stride - begin);
  const y = tf.add(tf.mul(row, height.dilation), tf.tensor(start(height), [1, height.count, 1, 1]));
  const x = tf.add(tf.mul(column, width.dilation), tf.tensor(start(width), [1, 1, width.count, 1]));
  // Only a window without a number (all NaN) could point into the padding.
  const inPlane = tf.clipByValue(tf.add(tf.mul(y, width.size), x), 0, height.size * width.size - 1);
  return tf.add(
    tf.cast(inPlane, 'int32'),
    tf.tensor(planeOffsets(shape, height.size * width.size), shape, 'int32'),
  );
}

/** For every element of [N, H, W, C], where the plane of its example and channel starts. */
function planeOffsets(
  [batch = 0, height = 0, width = 0, channels = 0]: readonly number[],
  plane: number,
): Int32Array {
  const offsets = new Int32Array(batch * height * width * channels);
  let at = 0;
  for (let example = 0; example < batch; example++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let channel = 0; channel < channels; channel++) {
        offsets[at++] = (example * channels + channel) * plane;
      }
    }
  }
  return offsets;
}

/** tfjs divides by the whole kernel here; windows that reach over the border are divided by what they count. */
const averagePool: Handler = (call) => {
  const { tf } = call;
  const windows = windowsOf(call, kernelOf(call));
  const image = padded(call, imageOf(call, call.input(0)), windows, 0);
  const single = windows.every(({ kernel }) => kernel === 1);
  const y = single
    ? (taps(call, image, windows)[0] as Tensor4D)
    : tf.avgPool(image, sizesOf(windows), stridesOf(windows), 'valid');
  const [rows, columns] = windows.map((window) => corrections(call, window)) as [number[], number[]];
  if ([...rows, ...columns].every((factor) => factor === 1)) return fromImage(call, tf.clone(y));
  const factors = rows.flatMap((row) => columns.map((column) => row * column));
  return fromImage(call, tf.mul(y, tf.tensor(factors, [1, rows.length, columns.length, 1], 'float32')));
};

/** For every window of an axis, kernel size ÷ elements counted. */
function corrections(call: Call, window: Window): number[] {
  const include = call.int('count_include_pad', 0) === 1;
  const low = include ? -window.begin : 0;
  const high = window.size + (include ? window.end : 0);
  return Array.from({ length: window.count }, (_, index) => {
    const start = index * window.stride - window.begin;
    const counted = Math.min(start + extent(window), high) - Math.max(start, low);
    return window.kernel / counted;
  });
}

function globalPool(formula: (tf: Tf, x: TfTensor, axes: number[]) => TfTensor): Handler {
  return (call) => {
    const x = call.input(0);
    const { layout, rank } = x;
    const axes = Array.from({ length: rank - 2 }, (_, index) => axisIn(layout, index + 2, rank));
    return call.value(x.dataType, formula(call.tf, x.in(layout), axes), layout);
  };
}

/** Puts every element at its index in an otherwise zero tensor. */
const maxUnpool: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const given = call.optional(2)?.numbers();
  const dims = given ?? outputDims(call);
  const size = sizeOf(dims);
  const places = call.input(1).first();
  const y = scatterAssign(call, tf.zeros([size]), places, tf.reshape(x.first(), [sizeOf(x.dims)]));
  return call.value(x.dataType, tf.reshape(y, [...dims]));
};

export const pools: Handlers = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalPool(meanOver),
  GlobalMaxPool: globalPool((tf, x, axes) => tf.max(x, axes, true)),
  MaxUnpool: maxUnpool,
};

export const poolRefusals: Refusals = {
  MaxPool: (call, graph) =>
    call.int('storage_order', 0) === 0
      ? onlyPlanar(call, graph)
      : 'indices in column order are not supported',
  AveragePool: onlyPlanar,
};
