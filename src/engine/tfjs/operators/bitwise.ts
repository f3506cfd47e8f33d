/** Logic and shifts of the bits of whole numbers. */
import { attribute } from '../../../graph/attributes.ts';
import { broadcastStrides, offsetsOf } from '../../../graph/simplify/storage.ts';
import type { DataType } from '../../../graph/types.ts';
import { broadcastDims } from '../movement.ts';
import type { Handler, Handlers } from '../operator.ts';
import type { RuntimeValue } from '../value.ts';
import { hostValue } from './host.ts';

/** The elements repeated along axes of size 1, and new ones before them, to fill the sizes. */
function broadcastElements(value: RuntimeValue, dims: readonly number[]): bigint[] {
  const elements = value.numbers().map(BigInt);
  return Array.from(offsetsOf(dims, broadcastStrides(value.dims, dims)), (offset) => elements[offset] ?? 0n);
}

function binary(formula: (a: bigint, b: bigint, text: string) => bigint): Handler {
  return (call) => {
    const [x, y] = [call.input(0), call.input(1)];
    const dims = broadcastDims(x.dims, y.dims);
    const others = broadcastElements(y, dims);
    const direction = attribute(call.node, 'direction', 'string') ?? '';
    const elements = broadcastElements(x, dims).map((a, index) => formula(a, others[index] ?? 0n, direction));
    return hostValue(call, x.dataType, dims, elements);
  };
}

const unsigned: ReadonlySet<DataType> = new Set(['uint8', 'uint16', 'uint32', 'uint64']);

const not: Handler = (call) => {
  const { dataType, dims } = call.input(0);
  // Of a type that has no sign, what lies beyond its own bits is cut off with the sign.
  const bits = unsigned.has(dataType) ? Number(dataType.slice('uint'.length)) : 64;
  const elements = call.input(0).numbers();
  return hostValue(
    call,
    dataType,
    dims,
    elements.map((each) => (bits === 64 ? ~BigInt(each) : BigInt.asUintN(bits, ~BigInt(each)))),
  );
};

export const bitwise: Handlers = {
  BitShift: binary((a, b, direction) => (direction === 'LEFT' ? a << b : a >> b)),
  BitwiseAnd: binary((a, b) => a & b),
  BitwiseOr: binary((a, b) => a | b),
  BitwiseXor: binary((a, b) => a ^ b),
  BitwiseNot: not,
};
