/** Operators that arrange elements anew without choosing among them. */
import { attribute } from '../../../graph/attributes.ts';
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../graph/tensor.ts';
import { axisIn, toLast } from '../layout.ts';
import { broadcastDims, broadcastTo } from '../movement.ts';
import type { Call, Handler, Handlers } from '../operator.ts';
import type { RuntimeValue } from '../value.ts';

function reshaped(call: Call, dims: readonly number[]): RuntimeValue {
  const x = call.input(0);
  if (sizeOf(dims) !== sizeOf(x.dims)) {
    throw call.error(`[${x.dims.join(', ')}] does not fill the shape [${dims.join(', ')}]`);
  }
  return call.value(x.dataType, call.tf.reshape(x.first(), [...dims]));
}

/** 0 keeps a size (unless `allowzero`), −1 takes what is left. */
const reshape: Handler = (call) => {
  const x = call.input(0);
  const zeroKeeps = call.int('allowzero') === 0;
  const wanted = call.input(1).numbers();
  const dims = wanted.map((size, axis) => (size === 0 && zeroKeeps ? (x.dims[axis] ?? 0) : size));
  const known = sizeOf(dims.filter((size) => size !== -1));
  const rest = known === 0 ? 0 : sizeOf(x.dims) / known;
  return reshaped(
    call,
    dims.map((size) => (size === -1 ? rest : size)),
  );
};

const flatten: Handler = (call) => {
  const { dims, rank } = call.input(0);
  const axis = call.int('axis');
  const split = axis < 0 ? axis + rank : axis;
  return reshaped(call, [sizeOf(dims.slice(0, split)), sizeOf(dims.slice(split))]);
};

const squeeze: Handler = (call) => {
  const { dims, rank } = call.input(0);
  const axes = call
    .optional(1)
    ?.numbers()
    .map((axis) => call.axis(axis, rank));
  const removes = (size: number, axis: number): boolean =>
    axes === undefined ? size === 1 : axes.includes(axis);
  return reshaped(
    call,
    dims.filter((size, axis) => !removes(size, axis)),
  );
};

const unsqueeze: Handler = (call) => {
  const { dims, rank } = call.input(0);
  const added = call.input(1).numbers();
  const axes = added.map((axis) => call.axis(axis, rank + added.length));
  const rest = dims.values();
  const wanted = Array.from({ length: rank + added.length }, (_, axis) =>
    axes.includes(axis) ? 1 : (rest.next().value ?? 1),
  );
  return reshaped(call, wanted);
};

/** A transposition from or to channels last only renames the layout that the value has. */
const transpose: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const axes = [...x.dims.keys()];
  const permutation = [...(call.ints('perm') ?? axes.toReversed())];
  if (x.rank > 2 && x.layout === 'last' && same(permutation, toLast(axes))) {
    return call.value(x.dataType, tf.clone(x.last()));
  }
  if (x.rank > 2 && x.layout === 'first' && same(toLast(permutation), axes)) {
    return call.value(x.dataType, tf.clone(x.first()), 'last');
  }
  return call.value(x.dataType, tf.transpose(x.first(), permutation));
};

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

/** Repeats along axes of size 1; sizes of either side may be the larger, as in all broadcasting. */
const expand: Handler = (call) => {
  const x = call.input(0);
  const wanted = call.input(1).numbers();
  const dims = broadcastDims(x.dims, wanted);
  const fits = (own: readonly number[]): boolean =>
    own.every((size, axis) => size === 1 || size === dims[axis - own.length + dims.length]);
  if (!fits(x.dims) || !fits(wanted)) {
    throw call.error(`[${x.dims.join(', ')}] does not broadcast to [${wanted.join(', ')}]`);
  }
  const layout = x.rank === dims.length ? x.layout : 'first';
  const sizes = layout === 'last' ? toLast(dims) : dims;
  return call.value(x.dataType, broadcastTo(call.tf, x.in(layout), sizes), layout);
};

const tile: Handler = (call) => {
  const x = call.input(0);
  const repeats = [...call.input(1).numbers()];
  return call.value(
    x.dataType,
    asNumbers(call, x.first(), (tensor) => call.tf.tile(tensor, repeats)),
  );
};

/** The kernels that copy elements about do not all know bool. */
export function asNumbers(call: Call, x: TfTensor, formula: (x: TfTensor) => TfTensor): TfTensor {
  return x.dtype === 'bool' ? call.tf.cast(formula(call.tf.cast(x, 'int32')), 'bool') : formula(x);
}

const concat: Handler = (call) => {
  const values = call.inputs();
  const first = call.input(0);
  const layout = first.rank > 2 && values.every((value) => value.layout === 'last') ? 'last' : 'first';
  const axis = axisIn(layout, call.axis(call.int('axis'), first.rank), first.rank);
  const tensors = values.map((value) => value.in(layout));
  return call.value(first.dataType, call.tf.concat(tensors, axis), layout);
};

const split: Handler = (call) => {
  const x = call.input(0);
  const { layout } = x;
  const axis = call.axis(call.int('axis'), x.rank);
  const parts = call.tf.split(x.in(layout), partSizes(call, x.dims[axis] ?? 0), axisIn(layout, axis, x.rank));
  return parts.map((part) => call.value(x.dataType, part, layout));
};

/** Given sizes, or equal ones of which the last is smaller where they do not divide the axis. */
function partSizes(call: Call, size: number): number[] {
  const given = call.optional(1);
  if (given !== undefined) return [...given.numbers()];
  const count = attribute(call.node, 'num_outputs', 'int') ?? call.node.outputs.length;
  const each = Math.ceil(size / count);
  return Array.from({ length: count }, (_, index) => Math.min(each, size - index * each));
}

/** Outside training nothing is dropped, and the mask is all true. */
const dropout: Handler = (call) => {
  const x = call.input(0);
  const { layout } = x;
  const training = call.optional(2)?.numbers()[0] ?? 0;
  if (training !== 0 && (call.optional(1)?.numbers()[0] ?? 0.5) !== 0) {
    throw call.error('dropping at random is not supported: set training_mode to false');
  }
  return [
    call.value(x.dataType, call.tf.clone(x.in(layout)), layout),
    call.value('bool', call.tf.ones([...x.dims], 'bool')),
  ];
};

export const shapes: Handlers = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  Concat: concat,
  Split: split,
  Dropout: dropout,
};
