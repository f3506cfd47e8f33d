/**
 * What opset 18 cannot say: additions of opsets 19 to 26, dropped where not used and refused where used, and what
 * older ones had and it has no more.
 */
import { attribute } from '../../attributes.ts';
import { dataTypeCodes, dataTypeOf } from '../../data-types.ts';
import type { Node } from '../../types.ts';
import { tensor } from '../../tensor.ts';
import { refuse, withInputs, without } from './context.ts';
import type { Rewrite, Rewrites, UpgradeContext } from './context.ts';

function refuseAddition(node: Node, what: string, opset: number): never {
  return refuse(
    node,
    `${what} came with opset ${String(opset)} and cannot be written for opset 18: export the model for opset 18`,
  );
}

/** AveragePool (opset 19): dilations. */
const averagePool: Rewrite = (node) => {
  const dilations = attribute(node, 'dilations', 'ints') ?? [];
  if (dilations.some((dilation) => dilation !== 1)) refuseAddition(node, 'dilations', 19);
  return without(node, 'dilations');
};

/** Cast and CastLike (opsets 19 and 24): how 8-bit floats overflow and round, which are not held. */
const cast: Rewrite = (node) => {
  const to = attribute(node, 'to', 'int');
  if (to !== undefined && dataTypeOf(to) === undefined) {
    refuse(node, `the data type ${String(to)} that it casts to is not supported`);
  }
  return without(node, 'saturate', 'round_mode');
};

/** Pad (opset 19): padding with the other side. */
const pad: Rewrite = (node) =>
  attribute(node, 'mode', 'string') === 'wrap' ? refuseAddition(node, 'the mode wrap', 19) : node;

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

/** DequantizeLinear (opsets 21 and 23): blocks, 16 bits, and a type of its own for the result. */
const dequantize: Rewrite = (node, context) => {
  const result = attribute(node, 'output_dtype', 'int') ?? 0;
  const scale = context.type(node.inputs[1] ?? '')?.dataType;
  if (result !== 0 && scale !== undefined && result !== dataTypeCodes[scale]) {
    refuseAddition(node, 'a type of the result other than that of the scale', 23);
  }
  const plain = without(node, 'output_dtype');
  if (blockSize(node) !== 0 || isWide(context, node.inputs[0])) return context.expand(plain);
  return without(plain, 'block_size');
};

const blockSize = (node: Node): number => attribute(node, 'block_size', 'int') ?? 0;

const isWide = (context: UpgradeContext, value = ''): boolean =>
  ['int16', 'uint16'].includes(context.type(value)?.dataType ?? '');

/** QuantizeLinear (opset 21): the type may be said by an attribute; opset 18 takes the zero point's, or uint8. */
const quantize: Rewrite = (node, context) => {
  const written = attribute(node, 'output_dtype', 'int') ?? 0;
  const zeroPoint = node.inputs[2] ?? '';
  if (blockSize(node) !== 0) refuseAddition(node, 'quantisation by blocks', 21);
  if (isWide(context, zeroPoint)) refuseAddition(node, 'quantisation to 16 bits', 21);
  const plain = without(node, 'block_size', 'output_dtype', 'precision');
  if (written === 0 || zeroPoint !== '' || written === dataTypeCodes.uint8) return plain;
  if (written !== dataTypeCodes.int8) refuseAddition(node, 'quantisation to this type', 21);
  const zero = context.addConstant(`${node.name}_zero_point`, tensor('int8', [], Int8Array.of(0)));
  return withInputs(plain, [...node.inputs.slice(0, 2), zero]);
};

export const additions: Readonly<Record<number, Rewrites>> = {
  19: {
    AveragePool: averagePool,
    Cast: cast,
    CastLike: cast,
    Equal: equal,
    Pad: pad,
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
