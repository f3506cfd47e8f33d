/** The gradient of Pad: what the padding copied goes back to where it was copied from. */
import type { GraphBuilder } from '../../graph/builder.ts';
import type { BackwardNode } from '../backward.ts';
import { crop, padOrCrop, reshapeLike } from '../../graph/reshaping.ts';
import type { Margin } from '../../graph/reshaping.ts';

/** The gradient by the padded value. */
export function paddedInput(node: BackwardNode): string {
  const { builder } = node;
  const mode = node.text('mode');
  const margins = marginsOf(node);
  const removed = margins.map(negated);
  if (mode === 'constant') return padOrCrop(builder, node.gradient, removed);
  if (mode !== 'reflect' && mode !== 'edge') throw node.refuse(`the mode ${mode} has no gradient rule`);
  const folded = margins
    .filter(({ begin, end }) => begin > 0 || end > 0)
    .reduce((current, margin) => {
      const size = node.fixedDim(current, margin.axis);
      return fold(builder, current, margin, size, mode);
    }, node.gradient);
  // Negative margins cut the value before it is mirrored.
  return padOrCrop(
    builder,
    folded,
    removed.map(({ axis, begin, end }) => ({ axis, begin: Math.max(begin, 0), end: Math.max(end, 0) })),
  );
}

/** The gradient by the constant that fills the padding: all that does not go to the padded value. */
export function padValue(node: BackwardNode): string {
  const { builder } = node;
  const total = (value: string): string =>
    builder.reduceSum(
      value,
      node.dims(value).map((_, axis) => axis),
      false,
    );
  const filled = builder.sub(total(node.gradient), total(paddedInput(node)));
  return reshapeLike(builder, filled, node.input(2));
}

function negated({ axis, begin, end }: Margin): Margin {
  return { axis, begin: -begin, end: -end };
}

function marginsOf(node: BackwardNode): Margin[] {
  const pads = node.attribute('pads', 'ints') ?? node.constants(1, 'pads') ?? [];
  const axes = node.constants(3, 'axes') ?? Array.from({ length: node.rank }, (_, axis) => axis);
  return axes
    .map((axis, place) => ({
      axis: axis < 0 ? axis + node.rank : axis,
      begin: pads[place] ?? 0,
      end: pads[place + axes.length] ?? 0,
    }))
    .filter(({ begin, end }) => begin !== 0 || end !== 0);
}

/** Adds the strips before and after the middle of an axis onto it: reversed for `reflect`, summed for `edge`. */
function fold(
  builder: GraphBuilder,
  gradient: string,
  { axis, begin: before, end: after }: Margin,
  wide: number,
  mode: 'reflect' | 'edge',
): string {
  const [begin, end] = [Math.max(before, 0), Math.max(after, 0)];
  const size = wide - begin - end;
  const strip = (from: number, count: number): string => {
    if (mode === 'reflect') {
      const last = from + count - 1;
      const stop = from === 0 ? -wide - 1 : from - 1;
      return builder.slice(gradient, { starts: [last], ends: [stop], axes: [axis], steps: [-1] });
    }
    return builder.reduceSum(
      builder.slice(gradient, { starts: [from], ends: [from + count], axes: [axis] }),
      [axis],
    );
  };
  const place = (value: string, at: number, count: number): string =>
    padOrCrop(builder, value, [{ axis, begin: at, end: size - at - count }]);

  const parts = [crop(builder, gradient, [{ axis, begin: -begin, end: -end }])];
  if (begin > 0)
    parts.push(mode === 'reflect' ? place(strip(0, begin), 1, begin) : place(strip(0, begin), 0, 1));
  if (end > 0) {
    const tail = strip(begin + size, end);
    parts.push(mode === 'reflect' ? place(tail, size - 1 - end, end) : place(tail, size - 1, 1));
  }
  return parts.reduce((sum, part) => builder.add(sum, part));
}
