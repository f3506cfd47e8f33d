/** Pools, and the inverse of max-pool. */
import type { Tensor as TfTensor, Tensor4D } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../graph/tensor.ts';
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
import type { Call, Handler, Handlers, Refusals } from '../operator.ts';
import { scatterAssign } from './indexing.ts';

const kernelOf = (call: Call): readonly number[] => call.ints('kernel_shape') ?? [];
const sizesOf = ([height, width]: Windows): [number, number] => [height.kernel, width.kernel];
const stridesOf = ([height, width]: Windows): [number, number] => [height.stride, width.stride];

const maxPool: Handler = (call) => {
  const { tf } = call;
  const windows = windowsOf(call, kernelOf(call));
  const image = padded(call, imageOf(call, call.input(0)), windows, -Infinity);
  if ((call.node.outputs[1] ?? '') !== '') return withIndices(call, image, windows);
  const plain = windows.every(({ dilation }) => dilation === 1) && windows.some(({ kernel }) => kernel > 1);
  const y = plain
    ? tf.maxPool(image, sizesOf(windows), stridesOf(windows), 'valid')
    : taps(call, image, windows).reduce<TfTensor | undefined>(
        (most, { tensor }) => (most === undefined ? tf.clone(tensor) : tf.maximum(most, tensor)),
        undefined,
      );
  if (y === undefined) throw call.error('it has no kernel');
  return fromImage(call, y);
};

interface Tap {
  /** The element of every window that one place of the kernel sees. */
  readonly tensor: TfTensor;
  /** The place in the kernel. */
  readonly row: number;
  readonly column: number;
}

function taps(call: Call, image: Tensor4D, [height, width]: Windows): Tap[] {
  const { tf } = call;
  const [batch, , , channels] = image.shape;
  const places = (window: Window): number[] => Array.from({ length: window.kernel }, (_, index) => index);
  return places(height).flatMap((row) =>
    places(width).map((column) => {
      const begin = [row * height.dilation, column * width.dilation] as const;
      const end = [
        begin[0] + (height.count - 1) * height.stride + 1,
        begin[1] + (width.count - 1) * width.stride + 1,
      ];
      const tensor = tf.stridedSlice(
        image,
        [0, ...begin, 0],
        [batch, ...end, channels],
        [1, height.stride, width.stride, 1],
      );
      return { tensor, row, column };
    }),
  );
}

/** The maxima and where in the flattened input, channels first, they stand; of equal ones the first counts. */
function withIndices(call: Call, image: Tensor4D, windows: Windows): ReturnType<Handler> {
  const { tf } = call;
  const [height, width] = windows;
  const [batch = 0, channels = 0] = call.input(0).dims;
  const plane = height.size * width.size;
  let most: TfTensor | undefined;
  let place: TfTensor = tf.zeros([batch, height.count, width.count, channels], 'int32');
  for (const { tensor, row, column } of taps(call, image, windows)) {
    const here = placesOfTap(call, windows, row, column);
    if (most === undefined) {
      most = tensor;
      place = tf.add(place, here);
      continue;
    }
    // A window may begin in the padding, whose −∞ no element of the input may lose against.
    const takes = tf.logicalOr(
      tf.greater(tensor, most),
      tf.logicalAnd(tf.less(place, 0), tf.greaterEqual(here, 0)),
    );
    place = tf.where(takes, here, place);
    most = tf.maximum(most, tensor);
  }
  const offsets = Int32Array.from({ length: batch * channels }, (_, index) => index * plane);
  const flat = tf.add(place, tf.tensor(offsets, [batch, 1, 1, channels], 'int32'));
  return [fromImage(call, tf.clone(most ?? image)), fromImage(call, flat, 'int64')];
}

/** The place in a plane of the input that a tap reads, by window: [1, H, W, 1]; negative in the padding. */
function placesOfTap(call: Call, [height, width]: Windows, row: number, column: number): TfTensor {
  const along = (window: Window, tap: number): number[] =>
    Array.from(
      { length: window.count },
      (_, index) => index * window.stride + tap * window.dilation - window.begin,
    );
  const inside = (place: number, window: Window): boolean => place >= 0 && place < window.size;
  const columns = along(width, column);
  const places = along(height, row).flatMap((y) =>
    columns.map((x) => (inside(y, height) && inside(x, width) ? y * width.size + x : -1)),
  );
  return call.tf.tensor(Int32Array.from(places), [1, height.count, width.count, 1], 'int32');
}

/** tfjs divides by the whole kernel here; windows that reach over the border are divided by what they count. */
const averagePool: Handler = (call) => {
  const { tf } = call;
  const windows = windowsOf(call, kernelOf(call));
  const image = padded(call, imageOf(call, call.input(0)), windows, 0);
  const single = windows.every(({ kernel }) => kernel === 1);
  const y = single
    ? ((taps(call, image, windows)[0] as Tap).tensor as Tensor4D)
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

function globalPool(formula: 'mean' | 'max'): Handler {
  return (call) => {
    const x = call.input(0);
    const { layout, rank } = x;
    const axes = Array.from({ length: rank - 2 }, (_, index) => axisIn(layout, index + 2, rank));
    return call.value(x.dataType, call.tf[formula](x.in(layout), axes, true), layout);
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
  const y = scatterAssign(tf, tf.zeros([size]), places, x.first());
  return call.value(x.dataType, tf.reshape(y, [...dims]));
};

export const pools: Handlers = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalPool('mean'),
  GlobalMaxPool: globalPool('max'),
  MaxUnpool: maxUnpool,
};

export const poolRefusals: Refusals = {
  MaxPool: (call, graph) =>
    call.int('storage_order', 0) === 0
      ? onlyPlanar(call, graph)
      : 'indices in column order are not supported',
  AveragePool: onlyPlanar,
};
