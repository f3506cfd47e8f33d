/** Plainer forms of nodes: what a node passes on unchanged, and targets of Reshape that follow from shapes. */
import { intOf } from '../operators/definitions.ts';
import type { GraphBuilder } from '../builder.ts';
import { same } from '../shapes/dimensions.ts';
import type { Dimension, Node } from '../types.ts';

/** The input that a node's first output always equals, if there is one. */
export function passedOn(builder: GraphBuilder, node: Node): string | undefined {
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

/**
 * The target of a Reshape that computes it from shapes of which at most one size is named: that size is written −1, or
 * 0 where it is the input's own. Undefined for all other nodes.
 */
export function plainTarget(builder: GraphBuilder, node: Node): readonly number[] | undefined {
  const [input = '', target = ''] = node.inputs;
  if (node.operator !== 'Reshape' || builder.constantOf(target) !== undefined) return undefined;
  if (intOf(node, 'allowzero') !== 0) return undefined;
  return plainSizes(builder.dims(input), builder.elementsOf(target));
}

function plainSizes(
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
