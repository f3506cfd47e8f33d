/** Operators that only a known shape or a known choice decides: EyeLike becomes a constant, Compress a Gather. */
import { attribute, int } from '../attributes.ts';
import { intOf } from '../operators/definitions.ts';
import { dataTypeOf } from '../data-types.ts';
import { refuseNode, valueBinding } from '../simplify/binding.ts';
import { elementsOf, holdsBigInts, isNumeric, zeros } from '../simplify/storage.ts';
import type { Handlers } from '../simplify/walk.ts';
import { int64s, sizeOf } from '../tensor.ts';

/** Elements of a constant written into the graph. */
const MOST_ELEMENTS = 2 ** 24;

export const knownChoiceHandlers: Handlers = {
  /** Ones along a diagonal, k to the right of the main one. */

  *EyeLike(walk, node, scope) {
    const like = walk.value(node, 0, scope);
    const dims = walk.builder.staticDims(like);
    const code = attribute(node, 'dtype', 'int');
    const dataType = code === undefined ? walk.builder.type(like).dataType : dataTypeOf(code);
    const [rows = 0, columns = 0, ...others] = dims ?? [];
    if (dims?.length !== 2 || others.length > 0 || sizeOf(dims) > MOST_ELEMENTS) {
      return refuseNode(
        node,
        "the matrix that it takes the shape of is open or too large: give the input's sizes",
      );
    }
    if (dataType === undefined || !isNumeric(dataType)) return refuseNode(node, 'it makes no numbers');
    const result = zeros(dataType, dims);
    const elements = elementsOf(result);
    const shift = intOf(node, 'k');
    for (let row = Math.max(0, -shift); row < rows && row + shift < columns; row++) {
      elements[row * columns + row + shift] = holdsBigInts(dataType) ? 1n : 1;
    }
    return [valueBinding(walk.constant(result))];
  },

  /** The slices whose condition is true; without an axis, elements of the flattened value. */
  *Compress(walk, node, scope) {
    const axis = attribute(node, 'axis', 'int');
    const chosen = walk.knownIntegers(walk.value(node, 1, scope));
    if (chosen === undefined) {
      return refuseNode(node, "what it keeps depends on the input's values: export the model without it");
    }
    const places = int64s(chosen.flatMap((keep, index) => (keep === 0 ? [] : [index])));
    const value = walk.value(node, 0, scope);
    const from =
      axis === undefined ? yield* walk.apply('Reshape', [value, walk.constant(int64s([-1]))]) : value;
    const kept = yield* walk.apply('Gather', [from, walk.constant(places)], { axis: int(axis ?? 0) });
    return [valueBinding(kept)];
  },
};
