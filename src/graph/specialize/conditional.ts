/** If: the branch taken stands in its place. */
import { refuseNode, subgraphOf } from '../simplify/binding.ts';
import type { Handlers } from '../simplify/walk.ts';

export const conditionalHandlers: Handlers = {
  *If(walk, node, scope) {
    const condition = walk.known(walk.value(node, 0, scope));
    if (condition === undefined) {
      return refuseNode(
        node,
        "its condition depends on the input's values, or on sizes that are left open: give the input's sizes, or export the model without the branch",
      );
    }
    return yield* walk.inline(
      subgraphOf(node, condition === 0 ? 'else_branch' : 'then_branch'),
      node,
      scope,
      [],
    );
  },
};
