/** Windows whose elements lie apart. */
import { attribute } from '../attributes.ts';
import type { Node } from '../types.ts';

/** Whether the elements of each window of a node are neighbours. */
export function isDense(node: Node): boolean {
  return attribute(node, 'dilations', 'ints')?.every((dilation) => dilation === 1) ?? true;
}
