/** Operators of two or more operands, element by element with broadcasting, and comparisons. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { dataTypeOf } from '../../../graph/data-types.ts';
import type { DataType } from '../../../graph/types.ts';
import { sizeOf } from '../../../graph/tensor.ts';
import type { Tf } from '../backend.ts';
import { broadcastDims, broadcastTo } from '../movement.ts';
import type { Call, Handler, Handlers } from '../operator.ts';
import { tfTypeOf } from '../transfer.ts';
import { aligned } from './alignment.ts';

type Formula = (tf: Tf, a: TfTensor, b: TfTensor, call: Call) => TfTensor;

/** @param result the data type of the output; the first operand's where absent */
function binary(formula: Formula, result?: DataType): Handler {
  return (call) => {
    const { tensors, layout } = aligned(call, [call.input(0), call.input(1)]);
    const [a, b] = tensors as [TfTensor, TfTensor];
    return call.value(result ?? call.input(0).dataType, formula(call.tf, a, b, call), layout);
  };
}

/** Folds any number of operands pairwise; `finish` gets the fold and their number. */
function variadic(
  formula: (tf: Tf, a: TfTensor, b: TfTensor) => TfTensor,
  finish?: (tf: Tf, folded: TfTensor, count: number) => TfTensor,
): Handler {
  return (call) => {
    const { tf } = call;
    const values = call.inputs();
    const { tensors, layout } = aligned(call, values);
    const folded = tensors.reduce((a, b) => formula(tf, a, b));
    const own = tensors.length === 1 ? tf.clone(folded) : folded;
    return call.value(
      call.input(0).dataType,
      finish === undefined ? own : finish(tf, own, tensors.length),
      layout,
    );
  };
}

/** Integers divide toward zero. */
function divide(tf: Tf, a: TfTensor, b: TfTensor): TfTensor {
  if (a.dtype !== 'int32') return tf.div(a, b);
  // floorDiv is exact; it is one too low where the signs differ and a remainder is left.
  const floored = tf.floorDiv(a, b);
  const inexact = tf.notEqual(tf.mul(floored, b), a);
  const negative = tf.less(floored, 0);
  return tf.add(floored, tf.cast(tf.logicalAnd(inexact, negative), 'int32'));
}

/** The remainder with the sign of b, or with `fmod` that of a. */
function modulo(tf: Tf, a: TfTensor, b: TfTensor, call: Call): TfTensor {
  if (call.int('fmod') === 0) return tf.sub(a, tf.mul(tf.floorDiv(a, b), b));
  if (a.dtype === 'int32') return tf.sub(a, tf.mul(divide(tf, a, b), b));
  const quotient = tf.div(a, b);
  const whole = tf.mul(tf.sign(quotient), tf.floor(tf.abs(quotient)));
  return tf.sub(a, tf.mul(whole, b));
}

/** The exponent may be of another type than the base, which the result has. */
const power: Handler = (call) => {
  const { tf } = call;
  const [x, exponent] = [call.input(0), call.input(1)];
  // By far the most frequent power, at a twentieth of the time.
  if (
    exponent.known() &&
    sizeOf(exponent.dims) === 1 &&
    exponent.rank <= x.rank &&
    exponent.numbers()[0] === 2
  ) {
    return call.value(x.dataType, tf.square(x.in(x.layout)), x.layout);
  }
  const { tensors, layout } = aligned(call, [x, exponent]);
  const [a, b] = tensors as [TfTensor, TfTensor];
  const y = tf.pow(tf.cast(a, 'float32'), tf.cast(b, 'float32'));
  return call.value(x.dataType, a.dtype === 'float32' ? y : tf.cast(tf.round(y), a.dtype), layout);
};

/** Bounds may be left out; where they cross, the upper one holds. */
const clip: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const { layout } = x;
  const [low = -Infinity, high = Infinity] = [1, 2].map((index) => call.optional(index)?.numbers()[0]);
  const tensor = x.in(layout);
  // The wasm kernel knows floats only.
  const y =
    tensor.dtype === 'float32'
      ? tf.clipByValue(tensor, Math.min(low, high), high)
      : tf.minimum(tf.maximum(tensor, wholeNumber(tf, low)), wholeNumber(tf, high));
  return call.value(x.dataType, y, layout);
};

function wholeNumber(tf: Tf, bound: number): TfTensor {
  return tf.scalar(Math.min(Math.max(bound, -(2 ** 31)), 2 ** 31 - 1), 'int32');
}

const where: Handler = (call) => {
  const { tf } = call;
  const { tensors, layout } = aligned(call, [call.input(0), call.input(1), call.input(2)]);
  const dims = broadcastDims(...tensors.map(({ shape }) => shape));
  const [condition, a, b] = tensors.map((tensor) =>
    tensor.size === sizeOf(dims) ? tf.reshape(tensor, dims) : broadcastTo(tf, tensor, dims),
  ) as [TfTensor, TfTensor, TfTensor];
  return call.value(call.input(1).dataType, tf.where(condition, a, b), layout);
};

const not: Handler = (call) => {
  const x = call.input(0);
  const { layout } = x;
  return call.value('bool', call.tf.logicalNot(x.in(layout)), layout);
};

/** Compares bool operands as numbers: tfjs has no order of bools. */
function comparison(formula: (tf: Tf, a: TfTensor, b: TfTensor) => TfTensor): Handler {
  const comparable = (tf: Tf, x: TfTensor): TfTensor => (x.dtype === 'bool' ? tf.cast(x, 'int32') : x);
  return binary((tf, a, b) => formula(tf, comparable(tf, a), comparable(tf, b)), 'bool');
}

export const arithmetic: Handlers = {
  Add: binary((tf, a, b) => tf.add(a, b)),
  Sub: binary((tf, a, b) => tf.sub(a, b)),
  Mul: binary((tf, a, b) => tf.mul(a, b)),
  Div: binary(divide),
  Mod: binary(modulo),
  Pow: power,
  Min: variadic((tf, a, b) => tf.minimum(a, b)),
  Max: variadic((tf, a, b) => tf.maximum(a, b)),
  Sum: variadic((tf, a, b) => tf.add(a, b)),
  Mean: variadic(
    (tf, a, b) => tf.add(a, b),
    (tf, sum, count) => tf.div(sum, count),
  ),
  Clip: clip,
  Where: where,
  Equal: comparison((tf, a, b) => tf.equal(a, b)),
  Greater: comparison((tf, a, b) => tf.greater(a, b)),
  GreaterOrEqual: comparison((tf, a, b) => tf.greaterEqual(a, b)),
  Less: comparison((tf, a, b) => tf.less(a, b)),
  LessOrEqual: comparison((tf, a, b) => tf.lessEqual(a, b)),
  And: binary((tf, a, b) => tf.logicalAnd(a, b)),
  Or: binary((tf, a, b) => tf.logicalOr(a, b)),
  Xor: binary((tf, a, b) => tf.logicalXor(a, b)),
  Not: not,
  Cast: cast,
};

function cast(call: Call): ReturnType<Handler> {
  const { tf } = call;
  const x = call.input(0);
  const { layout } = x;
  const dataType = dataTypeOf(call.int('to'));
  const type = dataType === undefined ? undefined : tfTypeOf(dataType);
  if (dataType === undefined || type === undefined) {
    throw call.error(`tfjs cannot cast to ${dataType ?? `the type ${String(call.int('to'))}`}`);
  }
  const tensor = x.in(layout);
  if (type === 'bool' && tensor.dtype !== 'bool') return call.value('bool', tf.notEqual(tensor, 0), layout);
  return call.value(dataType, wrapped(tf, tf.cast(tensor, type), dataType), layout);
}

/** Whole numbers by their lowest bits, as many as a narrow type has. */
function wrapped(tf: Tf, x: TfTensor, dataType: DataType): TfTensor {
  const bits = /^(u?)int(8|16)$/.exec(dataType);
  if (bits === null) return x;
  const span = 2 ** Number(bits[2]);
  const least = bits[1] === 'u' ? 0 : -span / 2;
  const whole = (value: number): TfTensor => tf.scalar(value, 'int32');
  const turns = tf.floorDiv(tf.sub(x, whole(least)), whole(span));
  return tf.sub(x, tf.mul(turns, whole(span)));
}
