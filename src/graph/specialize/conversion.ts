/** CastLike asks another value for nothing but its type, which is known: it becomes Cast. */
import { int } from '../attributes.ts';
import { dataTypeCodes } from '../data-types.ts';
import type { Handlers } from '../simplify/walk.ts';

export const conversionHandlers: Handlers = {
  *CastLike(walk, node, scope) {
    const { dataType } = walk.builder.type(walk.value(node, 1, scope));
    const attributes = { to: int(dataTypeCodes[dataType]) };
    return yield* walk.emit(
      { ...node, operator: 'Cast', inputs: node.inputs.slice(0, 1), attributes },
      scope,
    );
  },
};
