/** Matrix products. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../graph/tensor.ts';
import type { Tf } from '../backend.ts';
import { broadcastDims, broadcastTo } from '../movement.ts';
import type { Handler, Handlers } from '../operator.ts';
import type { RuntimeValue } from '../value.ts';
import { hostValue } from './host.ts';

const matMul: Handler = (call) => {
  const { tf } = call;
  const [a, b] = [call.input(0), call.input(1)];
  // A vector stands for a row on the left and for a column on the right; its axis is gone from the result.
  const left = a.rank === 1 ? tf.reshape(a.first(), [1, -1]) : a.first();
  const right = b.rank === 1 ? tf.reshape(b.first(), [-1, 1]) : b.first();
  const y = product(tf, left, right);
  const dims = y.shape.slice();
  if (b.rank === 1) dims.pop();
  if (a.rank === 1) dims.splice(dims.length - (b.rank === 1 ? 1 : 2), 1);
  return call.value(a.dataType, tf.reshape(y, dims));
};

/** Products of stacks of matrices, whose leading axes broadcast. */
function product(tf: Tf, a: TfTensor, b: TfTensor): TfTensor {
  const [m, k] = a.shape.slice(-2) as [number, number];
  const n = b.shape.at(-1) ?? 1;
  const outerA = a.shape.slice(0, -2);
  const outerB = b.shape.slice(0, -2);
  if (sizeOf(outerB) === 1) {
    // One matrix on the right: the rows of all the left ones make a single product.
    const rows = tf.matMul(tf.reshape(a, [sizeOf(outerA) * m, k]), tf.reshape(b, [k, n]));
    return tf.reshape(rows, [...broadcastDims(outerA, outerB), m, n]);
  }
  const outer = broadcastDims(outerA, outerB);
  const count = sizeOf(outer);
  const stacked = (x: TfTensor, own: readonly number[], rows: number, columns: number): TfTensor => {
    const alike = sizeOf(own) === count ? x : broadcastTo(tf, x, [...outer, rows, columns]);
    return tf.reshape(alike, [count, rows, columns]);
  };
  const y = tf.matMul(stacked(a, outerA, m, k), stacked(b, outerB, k, n));
  return tf.reshape(y, [...outer, m, n]);
}

/** alpha·A·B + beta·C, with A and B transposed where asked and C broadcast to the product. */
const gemm: Handler = (call) => {
  const { tf } = call;
  const [a, b] = [call.input(0), call.input(1)];
  // wasm multiplies transposed operands some twenty times slower than it transposes them.
  const turned = (x: RuntimeValue, transposed: boolean): TfTensor =>
    transposed ? x.derive('transposed', () => tf.transpose(x.once())) : x.first();
  const scaled = (x: TfTensor, factor: number): TfTensor => (factor === 1 ? x : tf.mul(x, factor));
  const y = scaled(
    tf.matMul(turned(a, call.int('transA') === 1), turned(b, call.int('transB') === 1)),
    call.float('alpha'),
  );
  const c = call.optional(2);
  return call.value(a.dataType, c === undefined ? y : tf.add(y, scaled(c.first(), call.float('beta'))));
};

/** Of each matrix of a stack, by elimination with the greatest pivot of each column, in double precision. */
const determinants: Handler = (call) => {
  const x = call.input(0);
  const size = x.dims.at(-1) ?? 0;
  const elements = x.numbers();
  const stacked = x.dims.slice(0, -2);
  const results = Array.from({ length: sizeOf(stacked) }, (_, matrix) => {
    const start = matrix * size * size;
    return determinant(
      Array.from({ length: size }, (_, row) => elements.slice(start + row * size, start + (row + 1) * size)),
    );
  });
  return hostValue(call, x.dataType, stacked, results);
};

function determinant(rows: number[][]): number {
  return rows.reduce((product, _, column) => {
    const below = rows.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const best = column + below.indexOf(Math.max(...below));
    const [pivot = [], other = []] = [rows[best], rows[column]];
    const head = pivot[column] ?? 0;
    if (head === 0) return 0;
    rows[best] = other;
    rows[column] = pivot;
    for (const row of rows.slice(column + 1)) {
      const factor = (row[column] ?? 0) / head;
      pivot.forEach((each, at) => (row[at] = (row[at] ?? 0) - factor * each));
    }
    return best === column ? product * head : -product * head;
  }, 1);
}

export const matrices: Handlers = { Det: determinants, MatMul: matMul, Gemm: gemm };
