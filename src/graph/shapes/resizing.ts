/** The sizes that Resize gives, shared by its shape rule and its expansion. */
import type { Dimension } from '../types.ts';
import { multiply } from './dimensions.ts';

/** What a node says of the axes it resizes: scales or sizes, one of them, and how they are meant. */
export interface Resizing {
  readonly axes: readonly number[];
  readonly scales: readonly number[] | undefined;
  readonly sizes: readonly Dimension[] | undefined;
  /** stretch, not_larger or not_smaller */
  readonly policy: string;
}

/** The size and the scale of an axis after resizing; undefined where only a run can tell. */
export interface ResizedAxis {
  readonly size: Dimension;
  readonly scale: number | undefined;
}

/** ⌊in · scale⌋ an axis, or the sizes given; with a policy other than stretch one scale keeps the aspect ratio. */
export function resizedAxes(
  dims: readonly Dimension[],
  { axes, scales, sizes, policy }: Resizing,
): readonly (ResizedAxis | undefined)[] {
  const common =
    sizes === undefined || policy === 'stretch' ? undefined : commonScale(dims, axes, sizes, policy);
  return dims.map((size, axis) => {
    const place = axes.indexOf(axis);
    if (place < 0) return { size, scale: 1 };
    if (sizes !== undefined) {
      const target = sizes[place];
      if (policy === 'stretch') {
        if (target === undefined) return undefined;
        const known = typeof target === 'number' && typeof size === 'number';
        return { size: target, scale: known ? Math.fround(target / size) : undefined };
      }
      if (common === undefined || typeof size !== 'number') return undefined;
      return { size: Math.floor(Math.fround(common * size) + 0.5), scale: common };
    }
    const scale = scales?.[place];
    if (scale === undefined) return undefined;
    // Runtimes multiply in float32, where 10 · 0.7 is 7.
    if (typeof size === 'number') return { size: Math.floor(Math.fround(scale * size)), scale };
    return Number.isInteger(scale) ? { size: multiply(size, scale), scale } : undefined;
  });
}

function commonScale(
  dims: readonly Dimension[],
  axes: readonly number[],
  sizes: readonly Dimension[],
  policy: string,
): number | undefined {
  const scales = axes.map((axis, place) => {
    const [from, to] = [dims[axis], sizes[place]];
    return typeof from === 'number' && typeof to === 'number' ? Math.fround(to / from) : Number.NaN;
  });
  if (scales.some(Number.isNaN)) return undefined;
  return policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
}
