/** Shapes brought to given sizes: reshaping with a symbolic size, padding and cropping, zeros between elements. */
import type { GraphBuilder } from './builder.ts';
import type { Dimension } from './types.ts';

/**
 * Reshapes to sizes. One symbolic size takes what is left; of several, each is the value's own at its place, or one
 * that the value has by that name elsewhere.
 */
export function reshapeTo(builder: GraphBuilder, value: string, dims: readonly Dimension[]): string {
  const own = builder.dims(value);
  const open = dims.filter((dim) => typeof dim === 'string').length;
  const target = dims.map((dim, axis) => {
    if (typeof dim === 'number') return dim;
    return open > 1 && dim === own[axis] ? 0 : -1;
  });
  if (target.filter((size) => size === -1).length <= 1) return builder.reshape(value, target);
  const sizes = builder.shape(value);
  const parts = dims.map((dim) => {
    if (typeof dim === 'number') return builder.shapeConstant([dim]);
    if (!own.includes(dim)) throw new RangeError(`the size ${dim} is none of [${own.join(', ')}]`);
    return builder.gather(sizes, builder.shapeConstant([own.indexOf(dim)]));
  });
  return builder.apply('Reshape', [value, builder.concat(parts, 0)]);
}

/** Reshapes to the shape of another value. */
export function reshapeLike(builder: GraphBuilder, value: string, like: string): string {
  const dims = builder.dims(like);
  if (dims.filter((dim) => typeof dim === 'string').length <= 1) return reshapeTo(builder, value, dims);
  return builder.apply('Reshape', [value, builder.shape(like)]);
}

/** How much an axis grows (or, negative, shrinks) at its begin and at its end. */
export interface Margin {
  readonly axis: number;
  readonly begin: number;
  readonly end: number;
}

/** Cuts off the negative margins. */
export function crop(builder: GraphBuilder, value: string, margins: readonly Margin[]): string {
  const cut = margins.filter(({ begin, end }) => begin < 0 || end < 0);
  if (cut.length === 0) return value;
  return builder.slice(value, {
    starts: cut.map(({ begin }) => Math.max(-begin, 0)),
    ends: cut.map(({ end }) => (end < 0 ? end : Number.MAX_SAFE_INTEGER)),
    axes: cut.map(({ axis }) => axis),
  });
}

/** Pads with zeros where a margin is positive and crops where it is negative. */
export function padOrCrop(builder: GraphBuilder, value: string, margins: readonly Margin[]): string {
  const cropped = crop(builder, value, margins);
  if (margins.every(({ begin, end }) => begin <= 0 && end <= 0)) return cropped;
  const rank = builder.dims(value).length;
  const pads = Array.from({ length: 2 * rank }, () => 0);
  for (const { axis, begin, end } of margins) {
    pads[axis] = Math.max(begin, 0);
    pads[axis + rank] = Math.max(end, 0);
  }
  return builder.pad(cropped, pads);
}

/** Puts step − 1 zeros between neighbours along fixed axes: a size n becomes (n − 1)·step + 1. */
export function interleaveZeros(
  builder: GraphBuilder,
  value: string,
  steps: readonly { readonly axis: number; readonly step: number }[],
): string {
  return steps
    .filter(({ step }) => step > 1)
    .reduce((current, { axis, step }) => {
      const dims = builder.dims(current);
      const size = dims[axis];
      if (typeof size !== 'number') throw new RangeError('zeros can be put only along an axis of fixed size');
      const apart = reshapeTo(builder, current, [...dims.slice(0, axis + 1), 1, ...dims.slice(axis + 1)]);
      const padded = padOrCrop(builder, apart, [{ axis: axis + 1, begin: 0, end: step - 1 }]);
      const joined = reshapeTo(builder, padded, [
        ...dims.slice(0, axis),
        size * step,
        ...dims.slice(axis + 1),
      ]);
      return crop(builder, joined, [{ axis, begin: 0, end: 1 - step }]);
    }, value);
}
