/** Operators whose outputs come from attributes and shapes: they stay on the host until something computes with them. */
import { attribute } from '../../../graph/attributes.ts';
import { dataTypeOf } from '../../../graph/data-types.ts';
import { float32, int64s, sizeOf, tensor } from '../../../graph/tensor.ts';
import type { Tensor } from '../../../graph/types.ts';
import type { Handler, Handlers } from '../operator.ts';
import { tfTypeOf } from '../transfer.ts';
import { RuntimeValue } from '../value.ts';
import { hostValue } from './host.ts';

const int64 = (dims: readonly number[], values: readonly number[]): Tensor =>
  tensor('int64', dims, BigInt64Array.from(values, BigInt));

const constant: Handler = (call) => {
  const held = attribute(call.node, 'value', 'tensor');
  if (held === undefined) throw call.error('it has no attribute value');
  return RuntimeValue.ofHost(call.tf, held);
};

const shape: Handler = (call) => {
  const { dims } = call.input(0);
  const end = attribute(call.node, 'end', 'int');
  return RuntimeValue.ofHost(call.tf, int64s(dims.slice(call.int('start'), end)));
};

const constantOfShape: Handler = (call) => {
  const dims = [...call.input(0).numbers()];
  const held = attribute(call.node, 'value', 'tensor') ?? float32([1], [0]);
  const type = tfTypeOf(held.dataType);
  if (type === undefined) throw call.error(`tfjs cannot hold ${held.dataType} values`);
  return call.value(held.dataType, call.tf.fill(dims, Number(held.data[0]), type));
};

const range: Handler = (call) => {
  const [start = 0, limit = 0, delta = 1] = [0, 1, 2].map((index) => call.input(index).numbers()[0]);
  const count = Math.max(Math.ceil((limit - start) / delta), 0);
  const values = Array.from({ length: count }, (_, index) => start + index * delta);
  const { dataType } = call.input(0);
  if (dataType === 'int64') return RuntimeValue.ofHost(call.tf, int64s(values));
  return call.value(dataType, call.tf.tensor1d(values, tfTypeOf(dataType) ?? 'float32'));
};

/** Ones along a diagonal, k to the right of the main one. */
const eyeLike: Handler = (call) => {
  const { dataType, dims } = call.input(0);
  const [rows = 0, columns = 0] = dims;
  const shift = call.int('k');
  const code = attribute(call.node, 'dtype', 'int');
  const ones = Array.from({ length: rows * columns }, (_, index) =>
    index % columns === Math.floor(index / columns) + shift ? 1 : 0,
  );
  return hostValue(call, (code === undefined ? dataType : dataTypeOf(code)) ?? dataType, dims, ones);
};

export const constants: Handlers = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  EyeLike: eyeLike,
  Range: range,
  Shape: shape,
  Size: (call) => RuntimeValue.ofHost(call.tf, int64([], [sizeOf(call.input(0).dims)])),
};
