/** Constant folding: evaluates one node whose inputs are all constants. */
import type { GraphBuilder } from '../builder.ts';
import { attribute } from '../attributes.ts';
import { sizeOf } from '../tensor.ts';
import type { Node, Tensor } from '../types.ts';
import { computingEvaluators } from './computing.ts';
import type { Evaluators } from './evaluation.ts';
import { movingEvaluators } from './moving.ts';
import type { NumericType } from '../data-types.ts';
import { bytesPerElement, elementsOf, holdsBigInts, isNumeric, zeros } from './storage.ts';

const evaluators: Evaluators = { ...movingEvaluators, ...computingEvaluators };

/** A folded value may be this many times larger than what it is computed from, and this many bytes. */
const GROWTH = 4;
const ALLOWANCE = 64 * 1024;

/**
 * The tensor that a node already added to the builder computes, where it is known, cheap to find and not much
 * larger than what it is made from; undefined otherwise.
 */
export function foldedValue(builder: GraphBuilder, node: Node): Tensor | undefined {
  const [output] = node.outputs;
  if (output === undefined || output === '' || node.outputs.length > 1) return undefined;
  if (node.operator === 'Constant') return attribute(node, 'value', 'tensor');
  const { dataType } = builder.type(output);
  const dims = builder.staticDims(output);
  if (dims === undefined || !isNumeric(dataType)) return undefined;
  const elements = builder.elementsOf(output);
  if (elements?.every((element) => Number.isSafeInteger(element)))
    return integers(dataType, dims, elements.map(Number));
  const evaluate = Object.hasOwn(evaluators, node.operator) ? evaluators[node.operator] : undefined;
  if (evaluate === undefined) return undefined;
  const inputs = node.inputs.map((input) => (input === '' ? undefined : builder.constantOf(input)));
  if (inputs.some((input, index) => input === undefined && node.inputs[index] !== '')) return undefined;
  const given = inputs.reduce((sum, input) => sum + (input === undefined ? 0 : bytesOf(input)), 0);
  if (sizeOf(dims) * bytesPerElement(dataType) > GROWTH * given + ALLOWANCE) return undefined;
  return evaluate({ node, inputs, dataType, dims });
}

function bytesOf(value: Tensor): number {
  return isNumeric(value.dataType) ? sizeOf(value.dims) * bytesPerElement(value.dataType) : 0;
}

function integers(dataType: NumericType, dims: readonly number[], values: readonly number[]): Tensor {
  const result = zeros(dataType, dims);
  const to = elementsOf(result);
  values.forEach((value, index) => {
    to[index] = holdsBigInts(dataType) ? BigInt(value) : value;
  });
  return result;
}
