/** Operators that pick elements by index. */
import type { Tensor as TfTensor, Tensor1D } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../graph/tensor.ts';
import type { Call, Handler, Handlers } from '../operator.ts';
import type { RuntimeValue } from '../value.ts';
import { asNumbers } from './shape.ts';

/**
 * The indices with negative ones counted from the back, as one long tensor.
 *
 * They are read and checked on the host: a kernel given one out of range reads or writes outside its tensor.
 */
function checkedIndices(call: Call, indices: RuntimeValue, size: number): Tensor1D {
  const counted = indices.numbers().map((index) => {
    if (index < -size || index >= size) {
      throw call.error(`the index ${String(index)} is outside an axis of size ${String(size)}`);
    }
    return index < 0 ? index + size : index;
  });
  return call.tf.tensor1d(counted, 'int32');
}

const gather: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const indices = call.input(1);
  const axis = call.axis(call.int('axis'), x.rank);
  const places = checkedIndices(call, indices, x.dims[axis] ?? 0);
  const y = asNumbers(call, x.first(), (tensor) => tf.gather(tensor, places, axis));
  return call.value(
    x.dataType,
    tf.reshape(y, [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)]),
  );
};

/**
 * The places in a flattened tensor of `dims` that indices along an axis point at: every other coordinate is
 * the index's own.
 */
export function flatPlaces(
  call: Call,
  dims: readonly number[],
  indices: RuntimeValue,
  axis: number,
): TfTensor {
  const { tf } = call;
  const strides = dims.map((_, each) => sizeOf(dims.slice(each + 1)));
  const along = tf.reshape(checkedIndices(call, indices, dims[axis] ?? 0), [...indices.dims]);
  const start = tf.mul(along, tf.scalar(strides[axis] ?? 1, 'int32'));
  const places = indices.dims.reduce<TfTensor>((sum, size, each) => {
    if (each === axis || size === 1) return sum;
    const coordinates = Int32Array.from({ length: size }, (_, index) => index * (strides[each] ?? 1));
    const shape = indices.dims.map((_, other) => (other === each ? size : 1));
    return tf.add(sum, tf.tensor(coordinates, shape, 'int32'));
  }, start);
  return tf.reshape(places, [sizeOf(indices.dims)]);
}

const gatherElements: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const indices = call.input(1);
  const places = flatPlaces(call, x.dims, indices, call.axis(call.int('axis'), x.rank));
  const y = asNumbers(call, x.first(), (tensor) => tf.gather(tf.reshape(tensor, [sizeOf(x.dims)]), places));
  return call.value(x.dataType, tf.reshape(y, [...indices.dims]));
};

/** `[off, on]` along a new axis; an index outside the depth gives `off` everywhere. */
const oneHot: Handler = (call) => {
  const { tf } = call;
  const indices = call.input(0);
  const depth = call.input(1).numbers()[0] ?? 0;
  const values = call.input(2);
  const axis = call.axis(call.int('axis'), indices.rank + 1);
  const counted = indices.numbers().map((index) => (index < 0 ? index + depth : index));
  const wanted = tf.expandDims(tf.tensor(counted, [...indices.dims], 'int32'), axis);
  const shape = Array.from({ length: indices.rank + 1 }, (_, each) => (each === axis ? depth : 1));
  const classes = tf.tensor(
    Int32Array.from({ length: depth }, (_, index) => index),
    shape,
    'int32',
  );
  const [off, on] = tf.split(values.first(), 2) as [TfTensor, TfTensor];
  const y = tf.where(tf.equal(wanted, classes), tf.reshape(on, []), tf.reshape(off, []));
  return call.value(values.dataType, y);
};

/**
 * The places in a flattened tensor of `dims`, of blocks of it, that rows of coordinates point at. The first `stacked`
 * axes are those of the indices too: a row points into its own part of them.
 */
export function blockPlaces(
  call: Call,
  dims: readonly number[],
  indices: RuntimeValue,
  stacked = 0,
): Tensor1D {
  const depth = indices.dims.at(-1) ?? 0;
  const coordinates = indices.numbers();
  const rows = sizeOf(indices.dims.slice(0, -1));
  const rowsEach = rows / Math.max(sizeOf(indices.dims.slice(0, stacked)), 1);
  const places = Array.from({ length: rows }, (_, row) => {
    const own = coordinates.slice(row * depth, (row + 1) * depth);
    return own.reduce(
      (place, coordinate, axis) => {
        const size = dims[stacked + axis] ?? 0;
        if (coordinate < -size || coordinate >= size) {
          throw call.error(`the index ${String(coordinate)} is outside an axis of size ${String(size)}`);
        }
        return place * size + (coordinate < 0 ? coordinate + size : coordinate);
      },
      stacked === 0 ? 0 : Math.floor(row / rowsEach),
    );
  });
  return call.tf.tensor1d(places, 'int32');
}

const gatherND: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const indices = call.input(1);
  const stacked = call.int('batch_dims');
  const depth = stacked + (indices.dims.at(-1) ?? 0);
  const block = x.dims.slice(depth);
  const places = blockPlaces(call, x.dims, indices, stacked);
  const blocks = [sizeOf(x.dims.slice(0, depth)), sizeOf(block)];
  const y = asNumbers(call, x.first(), (tensor) => tf.gather(tf.reshape(tensor, blocks), places));
  return call.value(x.dataType, tf.reshape(y, [...indices.dims.slice(0, -1), ...block]));
};

/** The largest (or smallest) elements along an axis and their places, in order; of equal ones the first comes first. */
const topK: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const count = call.input(1).numbers()[0] ?? 0;
  const axis = call.axis(call.int('axis'), x.rank);
  const order = [...x.dims.keys()].filter((each) => each !== axis).concat(axis);
  const turned = tf.transpose(x.first(), order);
  const largest = call.int('largest') === 1;
  const { values, indices } = tf.topk(largest ? turned : tf.neg(turned), count, true);
  const back = (tensor: TfTensor): TfTensor =>
    tf.transpose(
      tensor,
      order.map((_, each) => order.indexOf(each)),
    );
  return [
    call.value(x.dataType, back(largest ? values : tf.neg(values))),
    call.value('int64', back(tf.cast(indices, 'int32'))),
  ];
};

export const indexing: Handlers = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  OneHot: oneHot,
  TopK: topK,
};
