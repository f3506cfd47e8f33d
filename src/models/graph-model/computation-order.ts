/** The nodes that a tensor needs, each after those that it takes. */
import { InputError } from '../../core/errors.ts';
import type { OperatorNode } from './topology.ts';

/**
 * @param given names of the nodes whose values are given: what lies before them is not needed
 * @throws InputError naming a node that depends on itself, as in a loop
 */
export function computationOrder(
  path: string,
  nodes: ReadonlyMap<string, OperatorNode>,
  output: string,
  given: ReadonlySet<string>,
): readonly OperatorNode[] {
  const ordered: OperatorNode[] = [];
  const states = new Map<string, 'open' | 'done'>();
  // A stack of its own: graphs are deeper than calls may nest.
  const stack = [output];
  for (let name = stack.at(-1); name !== undefined; name = stack.at(-1)) {
    const node = nodes.get(name);
    const state = states.get(name);
    if (state === undefined && node !== undefined) {
      states.set(name, 'open');
      if (given.has(name)) continue;
      for (const input of node.inputs.toReversed()) {
        const known = states.get(input.node);
        if (known === 'open') {
          throw new InputError(
            `${path}: the node ${input.node} (${nodes.get(input.node)?.operator ?? ''}) depends on its own value, a loop, which cannot be imported`,
          );
        }
        if (known === undefined) stack.push(input.node);
      }
      continue;
    }
    stack.pop();
    if (state === 'open' && node !== undefined) ordered.push(node);
    states.set(name, 'done');
  }
  return ordered;
}
