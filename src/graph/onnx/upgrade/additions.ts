/**
 * What opset 18 cannot say: additions of opsets 19 to 26, dropped where not used and refused where used, and what
 * older ones had and it has no more.
 */
import { attribute } from '../../attributes.ts';
import { dataTypeOf } from '../../data-types.ts';
import { narrowRange, narrowTypeOf } from '../../narrow-types.ts';
import { isDense } from '../../operators/dilation.ts';
import type { DataType, Node, Tensor } from '../../types.ts';
import { tensor } from '../../tensor.ts';
import { refuse, withInputs, without } from './context.ts';
import type { Rewrite, Rewrites } from './context.ts';

function refuseAddition(node: Node, what: string, opset: number): never {
  return refuse(
    node,
    `${what} came with opset ${String(opset)} and cannot be written for opset 18: export the model for opset 18`,
  );
}

/** AveragePool (opset 19): dilations, which say nothing where all are 1. */
const averagePool: Rewrite = (node) => (isDense(node) ? without(node, 'dilations') : node);

/** Cast and CastLike (opsets 19 and 24): how 8-bit floats overflow and round, which are not held. */
const cast: Rewrite = (node) => {
  const to = attribute(node, 'to', 'int');
  if (to !== undefined && dataTypeOf(to) === undefined) {
    refuse(node, `the data type ${String(to)} that it casts to is not supported`);
  }
  return without(node, 'saturate', 'round_mode');
};

/** Equal (opset 19): strings. */
const equal: Rewrite = (node, context) =>
  context.type(node.inputs[0] ?? '')?.dataType === 'string'
    ? refuseAddition(node, 'the comparison of strings', 19)
    : node;

/** ReduceMax and ReduceMin (opset 20): booleans. */
const reduction: Rewrite = (node, context) =>
  context.type(node.inputs[0] ?? '')?.dataType === 'bool'
    ? refuseAddition(node, 'the reduction of booleans', 20)
    : node;

/** DFT (opset 20): the axis is an input. */
const dft: Rewrite = (node) => refuseAddition(node, 'this form', 20);

/** An attribute that says nothing where it is 0. */
const withoutZero = (node: Node, name: string): Node =>
  (attribute(node, name, 'int') ?? 0) === 0 ? without(node, name) : node;

/** DequantizeLinear (opsets 21 and 23): blocks, and a type of its own for the result. */
const dequantize: Rewrite = (node) => withoutZero(withoutZero(node, 'block_size'), 'output_dtype');

const zeroPoints: Readonly<Partial<Record<DataType, Tensor>>> = {
  int8: tensor('int8', [], Int8Array.of(0)),
  uint8: tensor('uint8', [], Uint8Array.of(0)),
  int16: tensor('int16', [], Int16Array.of(0)),
  uint16: tensor('uint16', [], Uint16Array.of(0)),
};

/** A zero point of 0 that has the type of a code, or holds it; undefined for a type that values are not quantised to. */
function zeroPointOf(code: number): Tensor | undefined {
  const dataType = narrowRange(code) === undefined ? dataTypeOf(code) : narrowTypeOf(code)?.heldAs;
  return dataType === undefined ? undefined : zeroPoints[dataType];
}

/**
 * QuantizeLinear (opset 21): blocks, and a type said by an attribute, which graphs take from the zero point, or uint8.
 * Of a type held in bytes the attribute stays, for its range.
 */
const quantize: Rewrite = (node, context) => {
  const asked = attribute(node, 'output_dtype', 'int') ?? 0;
  const plain = withoutZero(without(node, 'precision'), 'block_size');
  const named = narrowRange(asked) === undefined ? without(plain, 'output_dtype') : plain;
  if (asked === 0 || (node.inputs[2] ?? '') !== '') return named;
  const zero = zeroPointOf(asked) ?? refuseAddition(node, 'quantisation to this type', 21);
  const zeroPoint = context.addConstant(`${node.name}_zero_point`, zero);
  return withInputs(named, [...node.inputs.slice(0, 2), zeroPoint]);
};

export const additions: Readonly<Record<number, Rewrites>> = {
  19: {
    AveragePool: averagePool,
    Cast: cast,
    CastLike: cast,
    Equal: equal,
    QuantizeLinear: (node) => without(node, 'saturate'),
  },
  20: { DFT: dft, ReduceMax: reduction, ReduceMin: reduction },
  21: { DequantizeLinear: dequantize, QuantizeLinear: quantize },
  24: { Cast: cast, CastLike: cast },
};

/** Scan (opset 9): the form of opset 8 went over batches too. */
const scan: Rewrite = (node) =>
  refuse(node, 'this form is of opset 8 only: export the model for opset 9 or later');

export const withdrawals: Readonly<Record<number, Rewrites>> = { 9: { Scan: scan } };
