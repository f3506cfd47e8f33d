/** The gradient of Slice: each element back to the place it was taken from, zeros between and around. */
import type { BackwardNode } from '../backward.ts';
import { interleaveZeros, padOrCrop } from '../../graph/reshaping.ts';

/** The places taken along an axis: first, first + step, … */
interface Taken {
  readonly axis: number;
  readonly size: number;
  readonly first: number;
  readonly count: number;
  readonly step: number;
}

export function slicedInput(node: BackwardNode): string {
  const { builder } = node;
  const taken = slicedAxes(node);
  const backwards = taken.filter(({ step }) => step < 0);
  const forwards =
    backwards.length === 0
      ? node.gradient
      : builder.slice(node.gradient, {
          starts: backwards.map(() => -1),
          ends: backwards.map(({ count }) => -count - 1),
          axes: backwards.map(({ axis }) => axis),
          steps: backwards.map(() => -1),
        });
  const apart = interleaveZeros(
    builder,
    forwards,
    taken.map(({ axis, step }) => ({ axis, step: Math.abs(step) })),
  );
  const margins = taken.map(({ axis, size, first, count, step }) => {
    const last = first + (count - 1) * step;
    return { axis, begin: Math.min(first, last), end: size - 1 - Math.max(first, last) };
  });
  return padOrCrop(builder, apart, margins);
}

/** The axes along which something is left out or turned round. */
function slicedAxes(node: BackwardNode): Taken[] {
  const starts = node.constants(1, 'starts') ?? [];
  const ends = node.constants(2, 'ends') ?? [];
  const axes = node.constants(3, 'axes') ?? starts.map((_, place) => place);
  const steps = node.constants(4, 'steps') ?? starts.map(() => 1);
  return starts.flatMap((start, place) => {
    const [end = 0, step = 1, given = 0] = [ends[place], steps[place], axes[place]];
    const axis = given < 0 ? given + node.rank : given;
    const [size = 0] = node.dims(node.input(0)).slice(axis);
    if (typeof size === 'string') {
      // An axis of unknown size is whole when its begin and end are the extremes.
      if (start === 0 && step === 1 && end >= 2 ** 31 - 1) return [];
      throw node.refuse(`it cuts the dimension ${size}, which must be a fixed size`);
    }
    const first = bounded(start, size, step > 0 ? [0, size] : [0, size - 1]);
    const stop = bounded(end, size, step > 0 ? [0, size] : [-1, size - 1]);
    const count = Math.max(Math.ceil((stop - first) / step), 0);
    if (count === 0) throw node.refuse(`it takes nothing of axis ${String(axis)}`);
    return count === size && step === 1 ? [] : [{ axis, size, first, count, step }];
  });
}

function bounded(position: number, size: number, [least, greatest]: readonly [number, number]): number {
  return Math.min(Math.max(position < 0 ? position + size : position, least), greatest);
}
