/** Slice and Pad: windows of a value, and what lies around it. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { axisIn } from '../layout.ts';
import { flip, takeEvery } from '../movement.ts';
import type { Call, Handler, Handlers } from '../operator.ts';
import { asNumbers } from './shape.ts';

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The range on an axis of a size, with negative positions counted from the back and the rest clamped. */
function resolved(size: number, start: number, end: number, step: number): Range {
  const counted = (position: number): number => (position < 0 ? position + size : position);
  const clamped = (position: number, low: number, high: number): number =>
    Math.min(Math.max(counted(position), low), high);
  if (step > 0) return { start: clamped(start, 0, size), end: clamped(end, 0, size), step };
  return { start: clamped(start, 0, size - 1), end: clamped(end, -1, size - 1), step };
}

const slice: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const { layout, rank } = x;
  const starts = call.input(1).numbers();
  const ends = call.input(2).numbers();
  const steps = call.optional(4)?.numbers();
  const axes = call.optional(3)?.numbers() ?? starts.map((_, index) => index);
  const begin = Array.from({ length: rank }, () => 0);
  const end = x.in(layout).shape.slice();
  const stride = Array.from({ length: rank }, () => 1);
  const reversed: number[] = [];
  axes.forEach((given, index) => {
    const logical = call.axis(given, rank);
    const axis = axisIn(layout, logical, rank);
    const size = x.dims[logical] ?? 0;
    const step = steps?.[index] ?? 1;
    if (step === 0) throw call.error('a step is 0');
    const range = resolved(size, starts[index] ?? 0, ends[index] ?? size, step);
    // Backwards is forwards on the reversed axis.
    if (step < 0) reversed.push(axis);
    begin[axis] = step < 0 ? size - 1 - range.start : range.start;
    end[axis] = Math.max(step < 0 ? size - 1 - range.end : range.end, begin[axis]);
    stride[axis] = Math.abs(step);
  });
  const y = asNumbers(call, x.in(layout), (tensor) => {
    const forward = reversed.reduce((held, axis) => flip(tf, held, axis), tensor);
    const window = tf.slice(
      forward,
      begin,
      end.map((stop, axis) => stop - (begin[axis] ?? 0)),
    );
    return stride.reduce((held, step, axis) => {
      if (step === 1) return held;
      const count = Math.ceil((held.shape[axis] ?? 0) / step);
      return takeEvery(tf, held, axis, { begin: 0, count, step });
    }, window);
  });
  return call.value(x.dataType, y, layout);
};

/** How many elements are added (removed where negative) before and after an axis. */
type Padding = readonly [before: number, after: number];

const pad: Handler = (call) => {
  const x = call.input(0);
  const { layout, rank } = x;
  const given = call.input(1).numbers();
  const axes = call.optional(3)?.numbers() ?? [...x.dims.keys()];
  const paddings: Padding[] = Array.from({ length: rank }, () => [0, 0]);
  axes.forEach((axis, index) => {
    paddings[axisIn(layout, call.axis(axis, rank), rank)] = [
      given[index] ?? 0,
      given[index + axes.length] ?? 0,
    ];
  });
  const mode = call.text('mode');
  const value = call.optional(2)?.numbers()[0] ?? 0;
  const y = asNumbers(call, x.in(layout), (tensor) =>
    mode === 'constant'
      ? padWithConstant(call, tensor, paddings, value)
      : padByIndex(call, tensor, paddings, mode),
  );
  return call.value(x.dataType, y, layout);
};

function padWithConstant(call: Call, x: TfTensor, paddings: readonly Padding[], value: number): TfTensor {
  const { tf } = call;
  const cropped = paddings.some(([before, after]) => before < 0 || after < 0)
    ? tf.slice(
        x,
        paddings.map(([before]) => Math.max(-before, 0)),
        paddings.map(
          ([before, after], axis) => (x.shape[axis] ?? 0) + Math.min(before, 0) + Math.min(after, 0),
        ),
      )
    : tf.clone(x);
  const added = paddings.map(([before, after]): [number, number] => [
    Math.max(before, 0),
    Math.max(after, 0),
  ]);
  return tf.pad(cropped, added, value);
}

function padByIndex(call: Call, x: TfTensor, paddings: readonly Padding[], mode: string): TfTensor {
  const { tf } = call;
  return paddings.reduce((y, [before, after], axis) => {
    if (before === 0 && after === 0) return y;
    const size = x.shape[axis] ?? 0;
    const places = Array.from({ length: before + size + after }, (_, index) =>
      sourceOf(call, mode, index - before, size),
    );
    return tf.gather(y, tf.tensor1d(places, 'int32'), axis);
  }, tf.clone(x));
}

/** The element that stands at a place outside 0 … size−1. */
function sourceOf(call: Call, mode: string, place: number, size: number): number {
  const modulo = (period: number): number => ((place % period) + period) % period;
  switch (mode) {
    case 'edge':
      return Math.min(Math.max(place, 0), size - 1);
    case 'wrap':
      return modulo(size);
    case 'reflect': {
      // The border element is not repeated: … 2 1 [0 1 2 … n−1] n−2 …
      if (size === 1) return 0;
      const folded = modulo(2 * (size - 1));
      return folded < size ? folded : 2 * (size - 1) - folded;
    }
    default:
      throw call.error(`the mode ${mode} is not supported`);
  }
}

export const slicing: Handlers = { Slice: slice, Pad: pad };
