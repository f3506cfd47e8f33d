/**
 * Pools in ceil mode, written with the padding that their last windows need. A window that would start in the padding
 * is none, but the shape inference of runtimes before opset 22 counts it, and then refuses what follows.
 */
import { attribute, int, ints } from '../attributes.ts';
import type { Dimension, Node } from '../types.ts';
import { intOf, textOf } from './definitions.ts';

/** The same pool without ceil_mode, where its sizes are known and its padding can say what ceil_mode does. */
export function withoutCeilMode(node: Node, input: readonly Dimension[], output: readonly Dimension[]): Node {
  const isPool = node.operator === 'MaxPool' || node.operator === 'AveragePool';
  if (!isPool || intOf(node, 'ceil_mode') === 0) return node;
  if (textOf(node, 'auto_pad') !== 'NOTSET') return node;
  const kernel = attribute(node, 'kernel_shape', 'ints') ?? [];
  const pads = attribute(node, 'pads', 'ints') ?? Array.from({ length: 2 * kernel.length }, () => 0);
  const each = (name: string, axis: number): number => attribute(node, name, 'ints')?.[axis] ?? 1;
  const ends = kernel.map((size, axis) => {
    const [wide, count, begin = 0] = [input[axis + 2], output[axis + 2], pads[axis]];
    if (typeof wide !== 'number' || typeof count !== 'number') return undefined;
    const span = (size - 1) * each('dilations', axis) + 1;
    return Math.max((count - 1) * each('strides', axis) + span - wide - begin, 0);
  });
  if (!ends.every((end) => end !== undefined)) return node;
  // Runtimes pad by less than a window has elements, however far they lie apart.
  if (ends.some((end, axis) => end >= (kernel[axis] ?? 1))) return node;
  // Where padding counts, what a last window reaches beyond the declared padding does not.
  const declared = pads.slice(kernel.length);
  const counts = node.operator === 'AveragePool' && intOf(node, 'count_include_pad') === 1;
  if (counts && ends.some((end, axis) => end > (declared[axis] ?? 0))) return node;
  const written = counts ? declared : ends;
  return {
    ...node,
    attributes: {
      ...node.attributes,
      ceil_mode: int(0),
      pads: ints([...pads.slice(0, kernel.length), ...written]),
    },
  };
}
