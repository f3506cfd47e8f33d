/** The places of examples in values of another shape, and in constants that have a part for each of them. */
import { pick } from '../simplify/storage.ts';
import { divideExactly, multiply, product } from '../shapes/dimensions.ts';
import { sizeOf } from '../tensor.ts';
import type { Dimension, Tensor } from '../types.ts';

/** Where examples lie along an axis: example n of N has the places (o·N + n)·inner + i, o below outer. */
export interface Places {
  readonly axis: number;
  readonly outer: number;
  readonly inner: number;
}

/**
 * The part of one example, where all have the same.
 *
 * @param count the number of examples that the constant has parts for
 * @returns the constant with outer · inner places along the axis; undefined where the examples' parts differ
 */
export function partOfOne(
  held: Tensor,
  { axis, outer, inner, count }: Places & { readonly count: number },
): Tensor | undefined {
  const { dims } = held;
  const behind = inner * sizeOf(dims.slice(axis + 1));
  const blocks = sizeOf(dims.slice(0, axis)) * outer;
  const offsets = Int32Array.from({ length: blocks * behind }, (_, place) => {
    return Math.floor(place / behind) * count * behind + (place % behind);
  });
  const values: ArrayLike<number | bigint | string> = held.data;
  const alike = offsets.every((first) =>
    Array.from({ length: count }, (_, example) => values[first + example * behind]).every((value) =>
      Object.is(value, values[first]),
    ),
  );
  return alike
    ? pick(
        held,
        dims.map((size, at) => (at === axis ? outer * inner : size)),
        offsets,
      )
    : undefined;
}

/**
 * Where a reshape may put the examples along several axes, no size being the batch's alone: with the stack of an
 * operator that goes through matrices (attention heads), or in front of everything (a flattened list of rows).
 */
export type Placement = 'stacked' | 'in front';

/**
 * The axis of a shape that the examples lie along: their distance in storage is the same before and after.
 *
 * @param dims the shape before, for any number of examples
 * @param after the shape afterwards, for the `count` examples of an export
 */
export function placeAfter(
  { axis, inner }: Places,
  dims: readonly Dimension[],
  after: readonly number[],
  { count, placement }: { readonly count: number; readonly placement: Placement },
): number | undefined {
  const distance = multiply(inner, product(dims.slice(axis + 1)));
  const places = after.flatMap((size, at) => {
    const within = divideExactly(distance, sizeOf(after.slice(at + 1)));
    const fits = typeof within === 'number' && within > 0 && size % (count * within) === 0;
    return fits ? [{ at, alone: within === 1 && size === count }] : [];
  });
  const alone = places.filter((place) => place.alone);
  const same = alone.find(({ at }) => at === axis) ?? alone[0];
  if (same !== undefined) return same.at;
  if (placement === 'in front') return places[0]?.at;
  return (places.filter(({ at }) => at < after.length - 1).at(-1) ?? places[0])?.at;
}
