/** Constant folding: evaluates one node whose inputs are all constants. */
import type { GraphBuilder } from '../builder.ts';
import { attribute } from '../attributes.ts';
import { definitionOf } from '../operators/definitions.ts';
import { sizeOf } from '../tensor.ts';
import type { Graph, Node, Tensor } from '../types.ts';
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
  const allowed = allowance(inputs.filter((input) => input !== undefined));
  if (sizeOf(dims) * bytesPerElement(dataType) > allowed) return undefined;
  return evaluate({ node, inputs, dataType, dims });
}

/** An operator that may draw its result, and those that hold graphs, whose captured values are not among their inputs. */
const notFolded: ReadonlySet<string> = new Set(['Dropout', 'If', 'Loop', 'Scan', 'SequenceMap']);

/**
 * The graph, without inputs, that computes a node already added to the builder whose inputs are all constants;
 * undefined where one is not, or where the result would be much larger than what it is made from.
 */
export function foldableGraph(builder: GraphBuilder, node: Node): Graph | undefined {
  if (notFolded.has(node.operator) || definitionOf(node.operator)?.isRandom === true) return undefined;
  const initializers = new Map<string, Tensor>();
  for (const input of node.inputs) {
    if (input === '') continue;
    const held = builder.constantOf(input);
    if (held === undefined || held.dataType === 'string') return undefined;
    initializers.set(input, held);
  }
  const outputs = node.outputs
    .filter((output) => output !== '')
    .map((name) => ({ name, ...builder.type(name) }));
  if (outputs.length === 0 || outputs.some(({ dataType }) => dataType === 'string')) return undefined;
  const allowed = allowance(initializers.values());
  let size = 0;
  for (const { name, dataType } of outputs) {
    const dims = builder.staticDims(name);
    if (dims !== undefined && isNumeric(dataType)) size += sizeOf(dims) * bytesPerElement(dataType);
  }
  if (size > allowed) return undefined;
  const inner = outputs.map(({ name, dataType, dims }) => ({ name, dataType, dims }));
  return { name: `constant ${node.name}`, inputs: [], outputs: inner, initializers, nodes: [node] };
}

/** Whether what was computed for a foldable graph is as wanted: all outputs, and not much larger than the inputs. */
export function isWorthKeeping(request: Graph, results: readonly Tensor[]): boolean {
  const size = results.reduce((sum, result) => sum + bytesOf(result), 0);
  return results.length === request.outputs.length && size <= allowance(request.initializers.values());
}

function allowance(inputs: Iterable<Tensor>): number {
  let given = 0;
  for (const input of inputs) given += bytesOf(input);
  return GROWTH * given + ALLOWANCE;
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
