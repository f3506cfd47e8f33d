/** Reductions over axes, softmax, and the places of extremes. They keep the layout where they keep the axes. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../backend.ts';
import { axisIn } from '../layout.ts';
import type { Call, Handler, Handlers } from '../operator.ts';
import type { RuntimeValue } from '../value.ts';
import { meanOver, sumOver } from './summation.ts';

type Formula = (tf: Tf, x: TfTensor, axes: number[]) => TfTensor;

/** The axes as an input (all reductions of opset 18) or an attribute; all axes where neither is there. */
function axesOf(call: Call, x: RuntimeValue): readonly number[] {
  const given = call.optional(1)?.numbers() ?? call.ints('axes') ?? [];
  if (given.length > 0) return given.map((axis) => call.axis(axis, x.rank));
  return call.int('noop_with_empty_axes') === 1 ? [] : [...x.dims.keys()];
}

/** @param formula reduces the axes and keeps them with size 1 */
function reduction(formula: Formula): Handler {
  return (call) => {
    const { tf } = call;
    const x = call.input(0);
    const axes = axesOf(call, x);
    const { layout } = x;
    if (axes.length === 0) {
      // Nothing is summed, but what the operator does to each element is done.
      const tensor = x.in(layout);
      const single = formula(tf, tf.expandDims(tensor, x.rank), [x.rank]);
      return call.value(x.dataType, tf.reshape(single, tensor.shape), layout);
    }
    const kept = formula(
      tf,
      x.in(layout),
      axes.map((axis) => axisIn(layout, axis, x.rank)),
    );
    if (call.int('keepdims') === 1) return call.value(x.dataType, kept, layout);
    const held = call.value(x.dataType, kept, layout);
    const dims = x.dims.filter((_, axis) => !axes.includes(axis));
    const y = tf.reshape(held.first(), dims);
    held.dispose();
    return call.value(x.dataType, y);
  };
}

const largest = (tf: Tf, x: TfTensor, axes: number[]): TfTensor => tf.max(x, axes, true);

/** log Σ eˣ, shifted by the largest element so that nothing overflows. */
function logSumExp(tf: Tf, x: TfTensor, axes: number[]): TfTensor {
  const shift = largest(tf, x, axes);
  return tf.add(tf.log(sumOver(tf, tf.exp(tf.sub(x, shift)), axes)), shift);
}

const sumOfSquares = (tf: Tf, x: TfTensor, axes: number[]): TfTensor => sumOver(tf, tf.square(x), axes);

function softmax(formula: (tf: Tf, shifted: TfTensor, sum: TfTensor, e: TfTensor) => TfTensor): Handler {
  return (call) => {
    const { tf } = call;
    const x = call.input(0);
    const { layout } = x;
    const axes = [axisIn(layout, call.axis(call.int('axis'), x.rank), x.rank)];
    const tensor = x.in(layout);
    const shifted = tf.sub(tensor, largest(tf, tensor, axes));
    const e = tf.exp(shifted);
    return call.value(x.dataType, formula(tf, shifted, sumOver(tf, e, axes), e), layout);
  };
}

function extreme(find: (tf: Tf, x: TfTensor, axis: number) => TfTensor): Handler {
  return (call) => {
    const { tf } = call;
    const x = call.input(0);
    const axis = call.axis(call.int('axis'), x.rank);
    const size = x.dims[axis] ?? 1;
    // tfjs gives the first of equal extremes; the last is the first of the reversed axis.
    const last = call.int('select_last_index') === 1;
    const found = find(tf, last ? tf.reverse(x.first(), axis) : x.first(), axis);
    const index = tf.cast(last ? tf.sub(tf.scalar(size - 1, 'int32'), found) : found, 'int32');
    return call.value('int64', call.int('keepdims') === 1 ? tf.expandDims(index, axis) : index);
  };
}

const cumulativeSum: Handler = (call) => {
  const x = call.input(0);
  const axis = call.axis(call.input(1).numbers()[0] ?? 0, x.rank);
  const exclusive = call.int('exclusive') === 1;
  const reverse = call.int('reverse') === 1;
  return call.value(x.dataType, call.tf.cumsum(x.first(), axis, exclusive, reverse));
};

export const reductions: Handlers = {
  ReduceSum: reduction(sumOver),
  ReduceMean: reduction(meanOver),
  ReduceMax: reduction(largest),
  ReduceMin: reduction((tf, x, axes) => tf.min(x, axes, true)),
  ReduceProd: reduction((tf, x, axes) => tf.prod(x, axes, true)),
  ReduceL1: reduction((tf, x, axes) => sumOver(tf, tf.abs(x), axes)),
  ReduceL2: reduction((tf, x, axes) => tf.sqrt(sumOfSquares(tf, x, axes))),
  ReduceSumSquare: reduction(sumOfSquares),
  ReduceLogSum: reduction((tf, x, axes) => tf.log(sumOver(tf, x, axes))),
  ReduceLogSumExp: reduction(logSumExp),
  Softmax: softmax((tf, _shifted, sum, e) => tf.div(e, sum)),
  LogSoftmax: softmax((tf, shifted, sum) => tf.sub(shifted, tf.log(sum))),
  ArgMax: extreme((tf, x, axis) => tf.argMax(x, axis)),
  ArgMin: extreme((tf, x, axis) => tf.argMin(x, axis)),
  CumSum: cumulativeSum,
};
