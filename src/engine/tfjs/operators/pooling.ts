/** Pools, and the inverse of max-pool. */
import type { Tensor as TfTensor, Tensor4D } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../graph/tensor.ts';
import type { Tf } from '../backend.ts';
import {
  extent,
  fromImage,
  outputDims,
  padded,
  slicesOf,
  windowsOf,
  type SpatialWindows,
  type Window,
  type Windows,
} from '../image.ts';
import { axisIn } from '../layout.ts';
import { takeEvery } from '../movement.ts';
import type { Call, Handler, Handlers } from '../operator.ts';
import { tfTypeOf } from '../transfer.ts';
import { scatterAssign } from './scattering.ts';
import { meanOver } from './summation.ts';

const kernelOf = (call: Call): readonly number[] => call.ints('kernel_shape') ?? [];
const sizesOf = ([height, width]: Windows): [number, number] => [height.kernel, width.kernel];
const stridesOf = ([height, width]: Windows): [number, number] => [height.stride, width.stride];

const maxPool: Handler = (call) => {
  const { tf } = call;
  const windows = windowsOf(call, kernelOf(call));
  const { depth, plane } = windows;
  const slices = slicesOf(call, call.input(0), depth, -Infinity).map((slice) =>
    padded(call, slice, plane, -Infinity),
  );
  const indexed = (call.node.outputs[1] ?? '') !== '';
  const plain = plane.every(({ dilation }) => dilation === 1) && plane.some(({ kernel }) => kernel > 1);
  const seen = plain && !indexed ? [] : slices.flatMap((slice) => taps(call, slice, plane));
  const most = (values: readonly TfTensor[]): TfTensor => values.reduce((a, b) => tf.maximum(a, b));
  const maxima = plain
    ? tf.maxPool(most(slices) as Tensor4D, sizesOf(plane), stridesOf(plane), 'valid')
    : most(seen);
  const held = tfTypeOf(call.input(0).dataType) ?? 'float32';
  const values = fromImage(call, tf.cast(maxima, held), depth?.count);
  if (!indexed) return values;
  return [values, fromImage(call, placesOf(call, seen, maxima, windows), depth?.count, 'int64')];
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
 * Places within an example's channel are computed as floats, exact up to 2²⁴ of them.
 */
function placesOf(
  call: Call,
  seen: readonly TfTensor[],
  maxima: TfTensor,
  { depth, plane }: SpatialWindows,
): TfTensor {
  const { tf } = call;
  const [height, width] = plane;
  const { shape } = maxima;
  const [all = 0] = shape;
  // From the last to the first, so that the first place that has the maximum stays.
  let place = seen.reduceRight<TfTensor>(
    (later, tap, index) => tf.where(tf.equal(tap, maxima), tf.fill(shape, index), later),
    tf.zeros(shape),
  );
  const starts = ({ count, stride, begin }: Window): number[] =>
    Array.from({ length: count }, (_, index) => index * stride - begin);
  const axes = [
    { window: width, start: tf.tensor(starts(width), [1, 1, width.count, 1]) },
    { window: height, start: tf.tensor(starts(height), [1, height.count, 1, 1]) },
    ...(depth === undefined ? [] : [{ window: depth, start: alongBatch(tf, starts(depth), all) }]),
  ];
  const sizes = axes.map(({ window }) => window.size);
  let within: TfTensor = tf.zeros(shape);
  axes.forEach(({ window, start }, at) => {
    const further = tf.floor(tf.div(place, window.kernel));
    const tap = tf.sub(place, tf.mul(further, window.kernel));
    // Row by row the last axis lies closest together; column by column, the first.
    const closer = call.int('storage_order') === 0 ? sizes.slice(0, at) : sizes.slice(at + 1);
    within = tf.add(within, tf.mul(tf.add(tf.mul(tap, window.dilation), start), sizeOf(closer)));
    place = further;
  });
  // Only a window without a number (all NaN) could point into the padding.
  const inside = tf.clipByValue(within, 0, sizeOf(sizes) - 1);
  const offsets = planeOffsets(shape, sizeOf(sizes), depth?.count ?? 1);
  return tf.add(tf.cast(inside, 'int32'), tf.tensor(offsets, shape, 'int32'));
}

/** Numbers of the slices of a volume, for the slices of all of them. */
function alongBatch(tf: Tf, each: readonly number[], all: number): TfTensor {
  const values = Array.from({ length: all }, (_, slice) => each[slice % each.length] ?? 0);
  return tf.tensor(values, [all, 1, 1, 1]);
}

/** For every element of [N·slices, H, W, C], where its example's channel of a size starts. */
function planeOffsets(
  [batch = 0, height = 0, width = 0, channels = 0]: readonly number[],
  size: number,
  slices: number,
): Int32Array {
  const offsets = new Int32Array(batch * height * width * channels);
  let at = 0;
  for (let slice = 0; slice < batch; slice++) {
    const example = Math.floor(slice / slices);
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let channel = 0; channel < channels; channel++) {
        offsets[at++] = (example * channels + channel) * size;
      }
    }
  }
  return offsets;
}

/** tfjs divides by the whole kernel here; windows that reach over the border are divided by what they count. */
const averagePool: Handler = (call) => {
  const { tf } = call;
  const { depth, plane } = windowsOf(call, kernelOf(call));
  const slices = slicesOf(call, call.input(0), depth, 0);
  const sum = slices.reduce((a, b) => tf.add(a, b));
  const mean = slices.length === 1 ? sum : tf.div<Tensor4D>(sum, slices.length);
  const image = padded(call, mean, plane, 0);
  const single = plane.every(({ kernel }) => kernel === 1);
  const y = single
    ? (taps(call, image, plane)[0] as Tensor4D)
    : tf.avgPool(image, sizesOf(plane), stridesOf(plane), 'valid');
  const [rows, columns] = plane.map((window) => corrections(call, window)) as [number[], number[]];
  const slicewise = depth === undefined ? [1] : corrections(call, depth);
  if ([...slicewise, ...rows, ...columns].every((factor) => factor === 1))
    return fromImage(call, tf.clone(y), depth?.count);
  const factors = rows.flatMap((row) => columns.map((column) => row * column));
  const corrected = tf.mul(y, tf.tensor(factors, [1, rows.length, columns.length, 1], 'float32'));
  if (depth === undefined) return fromImage(call, corrected, undefined);
  return fromImage(call, tf.mul(corrected, alongBatch(tf, slicewise, y.shape[0])), depth.count);
};

/** For every window of an axis, kernel size ÷ elements counted. */
function corrections(call: Call, window: Window): number[] {
  const include = call.int('count_include_pad') === 1;
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
