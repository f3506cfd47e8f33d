/** Brings StridedSlice, with its five masks, to one slice an axis. */
import type { Dimension } from '../../graph/types.ts';
import type { OperatorScope } from './scope.ts';

/** A part of one axis. Negative places count from the end, as in a slice of the graph. */
export interface AxisSlice {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export interface DenseSlices {
  /** Axes that are kept whole have none. */
  readonly slices: readonly AxisSlice[];
  /** Axes of the operand of which one element is taken and which then go. */
  readonly shrunk: readonly number[];
  /** Axes of the result that are new, of size 1. */
  readonly added: readonly number[];
}

/** Beyond the end of any axis. */
export const END = 2 ** 31 - 1;

/**
 * Reads begin, end and strides (inputs 1 to 3) and the masks of a node.
 *
 * @param dims the operand's sizes
 */
export function denseSlices(scope: OperatorScope, dims: readonly Dimension[]): DenseSlices {
  const begins = scope.elements(1);
  const ends = scope.elements(2);
  const strides = scope.numbers(3, 'strides');
  if (begins?.length !== strides.length || ends?.length !== strides.length) {
    throw scope.refuse('takes a part whose place is computed from the image');
  }
  const has = (mask: string, at: number): boolean => ((scope.attribute(mask, 0) >> at) & 1) === 1;
  const entries = [...strides.keys()];
  const ellipses = entries.filter((at) => has('ellipsis_mask', at));
  if (ellipses.length > 1) throw scope.refuse('has more than one ellipsis');
  const ordinary = entries.filter((at) => !has('ellipsis_mask', at) && !has('new_axis_mask', at));
  if (ordinary.length > dims.length) {
    throw scope.refuse(`takes a part along ${String(ordinary.length)} axes of ${String(dims.length)}`);
  }
  const slices: AxisSlice[] = [];
  const shrunk: number[] = [];
  const added: number[] = [];
  let axis = 0;
  let result = 0;
  for (const at of entries) {
    if (has('ellipsis_mask', at)) {
      const skipped = dims.length - ordinary.length;
      axis += skipped;
      result += skipped;
    } else if (has('new_axis_mask', at)) {
      added.push(result++);
    } else {
      const [begin = 0, end = 0, step = 1] = [begins[at], ends[at], strides[at]];
      if (has('shrink_axis_mask', at)) {
        slices.push(single(scope, begin, axis, dims[axis] ?? 0));
        shrunk.push(axis);
      } else {
        const part = {
          begin: has('begin_mask', at) ? undefined : begin,
          end: has('end_mask', at) ? undefined : end,
          step,
        };
        slices.push(...ranged(scope, part, axis, dims[axis] ?? 0));
        result++;
      }
      axis++;
    }
  }
  return { slices, shrunk, added };
}

function single(scope: OperatorScope, begin: Dimension, axis: number, dim: Dimension): AxisSlice {
  const isInside = typeof begin === 'number' && (typeof dim === 'string' || (begin >= -dim && begin < dim));
  if (!isInside) throw scope.refuse(`takes element ${String(begin)} of ${String(dim)}`);
  return { axis, start: begin, end: begin === -1 ? END : begin + 1, step: 1 };
}

interface Range {
  /** Undefined where a mask says that the part begins, or ends, with the axis. */
  readonly begin: Dimension | undefined;
  readonly end: Dimension | undefined;
  readonly step: number;
}

function ranged(
  scope: OperatorScope,
  { begin, end, step }: Range,
  axis: number,
  dim: Dimension,
): AxisSlice[] {
  if (step === 0) throw scope.refuse('has a stride of 0');
  if (step > 0) {
    const start = begin ?? 0;
    const stop = end === dim ? END : (end ?? END);
    if (start === 0 && (stop === END || stop === dim) && step === 1) return [];
    return [{ axis, start: known(scope, start), end: known(scope, stop), step }];
  }
  return [{ axis, start: known(scope, begin ?? END), end: known(scope, end ?? -END), step }];
}

function known(scope: OperatorScope, place: Dimension): number {
  if (typeof place === 'number') return place;
  throw scope.refuse(`takes a part that depends on the size ${place}`);
}
