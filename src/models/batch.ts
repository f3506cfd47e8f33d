/**
 * Copies a graph's nodes into a builder whose input has a symbolic batch, so that a file exported for a batch of
 * one runs on any. It is done only where each example provably stays by itself.
 */
import { InputError } from '../core/errors.ts';
import { attribute } from '../graph/attributes.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { int64s, sizeOf } from '../graph/tensor.ts';
import { BATCH } from '../graph/types.ts';
import type { Graph, Node } from '../graph/types.ts';

/** Thrown inside the toolkit only: the batch of a file cannot be made symbolic. */
class FixedBatchError extends InputError {
  override name = 'FixedBatchError';
}

export interface Replay {
  /** By the graph's own name of a value, what it is called in the builder. */
  readonly renamed: ReadonlyMap<string, string>;
  /** The batch size that the file was exported with, where it is fixed. */
  readonly fixedBatch: number | undefined;
  /** Gives a name that no value of the graph has. */
  readonly named: (hint: string) => string;
}

/**
 * Adds the constants and nodes of a graph.
 *
 * @throws InputError when a node does not fit the types it meets, or, where the file's batch is fixed and the
 * builder's is symbolic, when a node may mix examples
 */
export function replay(builder: GraphBuilder, graph: Graph, { renamed, fixedBatch, named }: Replay): void {
  const rename = (value: string): string => renamed.get(value) ?? value;
  for (const [name, value] of graph.initializers) builder.constant(value, rename(name));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(rename);
    if (fixedBatch === undefined) {
      builder.node(node.operator, inputs, node.attributes, { name: node.name, outputs: node.outputs });
      continue;
    }
    const opened =
      node.operator === 'Reshape' ? openReshape(builder, node, inputs, fixedBatch, named) : inputs;
    assertReducesNoExamples(builder, node, opened);
    builder.node(node.operator, opened, node.attributes, { name: node.name, outputs: node.outputs });
    assertBatchStaysFirst(builder, node, opened);
  }
}

/**
 * A reshape whose constant target names the batch size keeps the batch instead: the input's first axis is the
 * batch, so with the same leading size the remaining sizes have to hold the same elements of each example.
 */
function openReshape(
  builder: GraphBuilder,
  node: Node,
  inputs: readonly string[],
  fixedBatch: number,
  named: (hint: string) => string,
): readonly string[] {
  const [x = '', shape = ''] = inputs;
  const target = builder.constantOf(shape);
  const dims = builder.dims(x);
  if (target?.dataType !== 'int64' || dims[0] !== BATCH || attribute(node, 'allowzero', 'int') === 1) {
    return inputs;
  }
  const [first, ...rest] = Array.from(target.data as BigInt64Array, Number);
  const perExample = dims.slice(1);
  const known = perExample.filter((dim) => typeof dim === 'number');
  const keepsExamples =
    first === -1 &&
    known.length === perExample.length &&
    rest.every((size) => size > 0) &&
    sizeOf(rest) === sizeOf(known);
  if (first !== fixedBatch && !keepsExamples) return inputs;
  return [x, builder.constant(int64s([0, ...rest]), named('target'))];
}

/** Operators that work along an axis without changing its size. */
const alongAxis: Readonly<Record<string, number>> = {
  Softmax: -1,
  LogSoftmax: -1,
  Hardmax: -1,
  LpNormalization: -1,
};

function assertReducesNoExamples(builder: GraphBuilder, node: Node, inputs: readonly string[]): void {
  const [x = ''] = inputs;
  if (!carriesBatch(builder, x)) return;
  const byDefault = alongAxis[node.operator];
  if (byDefault !== undefined) {
    const axis = attribute(node, 'axis', 'int') ?? byDefault;
    if (axis === 0 || axis === -builder.dims(x).length) throw mixing(node);
  }
  const trains = node.operator === 'BatchNormalization' && attribute(node, 'training_mode', 'int') === 1;
  if (trains || node.operator === 'CumSum') throw mixing(node);
}

function assertBatchStaysFirst(builder: GraphBuilder, node: Node, inputs: readonly string[]): void {
  if (!inputs.some((input) => carriesBatch(builder, input))) return;
  if (node.operator === 'Shape' || node.operator === 'Size') return;
  for (const output of node.outputs) {
    if (output === '') continue;
    const [first, ...rest] = builder.dims(output);
    if (first !== BATCH || rest.some((dim) => typeof dim === 'string')) throw mixing(node);
  }
}

function carriesBatch(builder: GraphBuilder, value: string): boolean {
  return value !== '' && builder.dims(value).includes(BATCH);
}

function mixing(node: Node): FixedBatchError {
  return new FixedBatchError(`node ${node.name} (${node.operator}) may mix the examples of a batch`);
}
