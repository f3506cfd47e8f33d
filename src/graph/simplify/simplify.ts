/** Makes a graph smaller and its shapes plainer without changing what it computes. */
import { attribute } from '../attributes.ts';
import { GraphBuilder } from '../builder.ts';
import { expandNode, isWrittenOut } from '../operators/expand.ts';
import { same } from '../shapes/dimensions.ts';
import { withoutCeilMode } from '../operators/pool-windows.ts';
import { inferTypes } from '../shapes/infer.ts';
import { int64s } from '../tensor.ts';
import type { Dimension, Graph, Node } from '../types.ts';
import { foldedValue } from './fold.ts';
import { removeUnused } from './prune.ts';

/**
 * Folds constants, takes out nodes that pass their input on (Identity, Dropout in evaluation, Cast to the same type),
 * writes the targets of Reshape that follow from shapes as constants, and drops nodes and constants nothing needs.
 * Inputs and outputs keep their names and order.
 *
 * @throws InputError when the graph is not well formed
 */
export function simplify(graph: Graph): Graph {
  const builder = new GraphBuilder(graph.name);
  for (const { name, dataType, dims } of graph.inputs) builder.input(name, dataType, dims);
  for (const [name, value] of graph.initializers) builder.constant(value, name);
  const taken = new Set(graph.nodes.flatMap((node) => node.outputs));
  const freshName = (hint = 'folded'): string => {
    for (;;) {
      const name = builder.fresh(hint);
      if (!taken.has(name)) return name;
    }
  };
  /** What stands in place of a value. */
  const replacements = new Map<string, string>();
  const surroundings = {
    type: (value: string) => builder.inferred(value),
    constant: (value: string) => builder.constantOf(value),
    fresh: (hint: string) => freshName(hint),
  };
  const add = (original: Node): void => {
    const inputs = original.inputs.map((input) => replacements.get(input) ?? input);
    // What could not be written out when the file was read, because its shapes were not known.
    if (isWrittenOut(original)) {
      const { nodes, constants } = expandNode({ ...original, inputs }, surroundings);
      for (const [name, value] of constants) builder.constant(value, name);
      nodes.forEach(add);
      return;
    }
    const node = withPlainWindows(builder, withPlainTarget(builder, { ...original, inputs }, freshName));
    builder.node(node.operator, node.inputs, node.attributes, { name: node.name, outputs: node.outputs });
    const [output = ''] = node.outputs;
    const passed = passedOn(builder, node);
    const folded = passed === undefined ? foldedValue(builder, node) : undefined;
    if (passed !== undefined) replacements.set(output, passed);
    if (folded !== undefined) replacements.set(output, builder.constant(folded, freshName()));
  };
  graph.nodes.forEach(add);
  // A replaced value that is an output of the graph keeps its node, and with it its name.
  for (const { name } of graph.outputs) builder.output(name);
  return removeUnused(builder.build());
}

/** The input that a node's first output always equals, if there is one. */
function passedOn(builder: GraphBuilder, node: Node): string | undefined {
  const [input = '', , training = ''] = node.inputs;
  if (node.operator === 'Identity') return input;
  if (node.operator === 'Dropout') {
    const active = training === '' ? 0 : builder.constantOf(training)?.data[0];
    return active === 0 ? input : undefined;
  }
  const [output = ''] = node.outputs;
  const unchanged =
    node.operator === 'Cast' && builder.type(input).dataType === builder.type(output).dataType;
  return unchanged ? input : undefined;
}

/** A pool in ceil mode with the padding that it means. */
function withPlainWindows(builder: GraphBuilder, node: Node): Node {
  if (attribute(node, 'ceil_mode', 'int') !== 1) return node;
  const inputs = node.inputs.map((input) => builder.inferred(input));
  const [output] = inferTypes(node, inputs, (value) => builder.constantOf(value));
  return withoutCeilMode(node, inputs[0]?.dims ?? [], output?.dims ?? []);
}

/**
 * Reshape with a constant target, where its target is computed from shapes of which at most one size is named:
 * that size is written −1, or 0 where it is the input's own.
 */
function withPlainTarget(builder: GraphBuilder, node: Node, freshName: () => string): Node {
  const [input = '', target = ''] = node.inputs;
  if (node.operator !== 'Reshape' || builder.constantOf(target) !== undefined) return node;
  const plain = plainTarget(builder.dims(input), builder.elementsOf(target));
  if (plain === undefined || (attribute(node, 'allowzero', 'int') ?? 0) !== 0) return node;
  return { ...node, inputs: [input, builder.constant(int64s(plain), freshName())] };
}

function plainTarget(
  dims: readonly Dimension[],
  target: readonly Dimension[] | undefined,
): readonly number[] | undefined {
  if (target === undefined) return undefined;
  const open =
    target.filter((size) => typeof size === 'string').length + target.filter((size) => size === -1).length;
  const sizes = target.map((size, axis) => {
    if (typeof size === 'number') return size;
    return open > 1 && same(size, dims[axis] ?? -1) ? 0 : -1;
  });
  return sizes.filter((size) => size === -1).length > 1 ? undefined : sizes;
}
