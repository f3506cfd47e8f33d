/** Joins what the runs of a loop's body gave. */
import { int } from '../attributes.ts';
import { isNumeric, zeros } from '../simplify/storage.ts';
import { refuseNode } from '../simplify/binding.ts';
import type { Steps, Walk } from '../simplify/walk.ts';
import { int64s } from '../tensor.ts';
import type { Node, OpenValue } from '../types.ts';

/**
 * The values side by side along a new axis.
 *
 * @param declared the body's output, whose type says what an empty result is
 */
export function* stack(
  walk: Walk,
  node: Node,
  values: readonly string[],
  axis: number,
  declared: OpenValue | undefined,
): Steps<string> {
  if (values.length === 0) return walk.constant(emptyStack(node, axis, declared));
  const axes = walk.constant(int64s([axis]));
  const parts: string[] = [];
  for (const value of values) parts.push(yield* walk.apply('Unsqueeze', [value, axes]));
  const [only = '', ...others] = parts;
  return others.length === 0 ? only : yield* walk.apply('Concat', parts, { axis: int(axis) });
}

function emptyStack(node: Node, axis: number, declared: OpenValue | undefined) {
  const { dataType, dims } = declared ?? {};
  if (
    dataType === undefined ||
    !isNumeric(dataType) ||
    dims?.every((dim) => typeof dim === 'number') !== true
  ) {
    return refuseNode(node, 'it runs no time at all, and the shape of its empty result is not known');
  }
  const place = axis < 0 ? axis + dims.length + 1 : axis;
  return zeros(dataType, dims.toSpliced(place, 0, 0));
}
