/**
 * What opset 18 cannot say: additions of opsets 19 to 21, dropped where not used and refused where used, and what
 * older ones had and it has no more.
 */
import { attribute } from '../../attributes.ts';
import { dataTypeCodes, dataTypeOf } from '../../data-types.ts';
import type { Node } from '../../types.ts';
import { refuse, without } from './context.ts';
import type { Rewrite, Rewrites } from './context.ts';

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

/** Cast and CastLike (opset 19): how 8-bit floats overflow, which are not held. */
const cast: Rewrite = (node) => {
  const to = attribute(node, 'to', 'int');
  if (to !== undefined && dataTypeOf(to) === undefined) {
    refuse(node, `the data type ${String(to)} that it casts to is not supported`);
  }
  return without(node, 'saturate');
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

/** QuantizeLinear and DequantizeLinear (opset 21): blocks. */
const blocks: Rewrite = (node) => {
  if ((attribute(node, 'block_size', 'int') ?? 0) !== 0) refuseAddition(node, 'the attribute block_size', 21);
  return without(node, 'block_size');
};

/** QuantizeLinear (opset 21): the type may be said by an attribute; opset 18 takes the zero point's, or uint8. */
const quantize: Rewrite = (node, context) => {
  const written = attribute(node, 'output_dtype', 'int') ?? 0;
  const zeroPoint = node.inputs[2] ?? '';
  if (written !== 0 && zeroPoint === '' && written !== dataTypeCodes.uint8) {
    refuseAddition(node, 'the attribute output_dtype without a zero point', 21);
  }
  return blocks(without(node, 'output_dtype'), context);
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
  21: { DequantizeLinear: blocks, QuantizeLinear: quantize },
};

/** Scan (opset 9): the form of opset 8 went over batches too. */
const scan: Rewrite = (node) =>
  refuse(node, 'this form is of opset 8 only: export the model for opset 9 or later');

export const withdrawals: Readonly<Record<number, Rewrites>> = { 9: { Scan: scan } };
