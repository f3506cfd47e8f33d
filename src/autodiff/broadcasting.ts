/** The two directions between a value and the shape it is broadcast to. Sizes may be symbolic. */
import { InputError } from '../core/errors.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { shapeText } from '../graph/shapes/dimensions.ts';
import type { Dimension } from '../graph/types.ts';

/**
 * Sums a value over the axes that its shape gained by broadcasting: the reverse of broadcasting `to` to `from`.
 *
 * @param from the value's shape
 * @param to the shape before the broadcast
 */
export function sumTo(
  builder: GraphBuilder,
  value: string,
  from: readonly Dimension[],
  to: readonly Dimension[],
): string {
  const gained = from.length - to.length;
  const leading = Array.from({ length: gained }, (_, axis) => axis);
  const stretched = to.flatMap((dim, axis) =>
    dim === 1 && from[axis + gained] !== 1 ? [axis + gained] : [],
  );
  to.forEach((dim, axis) => {
    const wide = from[axis + gained];
    if (dim !== wide && dim !== 1) {
      throw new InputError(
        `the shape ${shapeText(to)} may or may not be broadcast to ${shapeText(from)}: give the model fixed sizes`,
      );
    }
  });
  if (stretched.length === 0) return gained === 0 ? value : builder.reduceSum(value, leading, false);
  const summed = builder.reduceSum(value, [...leading, ...stretched], true);
  return gained === 0 ? summed : builder.squeeze(summed, leading);
}

/** Repeats a value of the same rank, with 1 where the other is larger, to the shape of the other. */
export function expandLike(builder: GraphBuilder, value: string, like: string): string {
  const from = builder.dims(value);
  const target = builder.dims(like).map((dim, axis) => (dim === from[axis] ? 1 : dim));
  if (target.every((dim) => dim === 1)) return value;
  const shape = target.every((dim) => typeof dim === 'number')
    ? builder.shapeConstant(target)
    : builder.shape(like);
  return builder.expand(value, shape);
}
