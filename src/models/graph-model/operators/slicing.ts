/** Parts of tensors: slices, splits, elements at indices; and padding and repetition, their reverse. */
import { int } from '../../../graph/attributes.ts';
import { int64s } from '../../../graph/tensor.ts';
import { broadcastIn, withoutAxes } from '../operand.ts';
import type { Operand } from '../operand.ts';
import type { Handler, Handlers, OperatorScope } from '../scope.ts';
import { elementOf } from './reduction.ts';
import { denseSlices, END } from '../strided-slice.ts';
import type { AxisSlice } from '../strided-slice.ts';

/** The operand cut along axes of TensorFlow's. */
function sliced(scope: OperatorScope, x: Operand, slices: readonly AxisSlice[]): Operand {
  if (slices.length === 0) return x;
  const steps = slices.map(({ step }) => step);
  const value = scope.builder.slice(x.value, {
    starts: slices.map(({ start }) => start),
    ends: slices.map(({ end }) => end),
    axes: slices.map(({ axis }) => x.order.indexOf(axis)),
    ...(steps.some((step) => step !== 1) ? { steps } : {}),
  });
  return { value, order: x.order };
}

/** Begin and size of each axis; a size of −1 is the rest. */
const slice: Handler = (scope) => {
  const x = scope.operand(0);
  const dims = scope.dims(x);
  const [begins, sizes] = [scope.elements(1), scope.elements(2)];
  if (begins?.length !== dims.length || sizes?.length !== dims.length) {
    throw scope.refuse('takes a part whose place is computed from the image');
  }
  const slices = dims.flatMap((dim, axis): AxisSlice[] => {
    const [begin = 0, size = 0] = [begins[axis], sizes[axis]];
    if (begin === 0 && (size === -1 || size === dim)) return [];
    if (typeof begin === 'string' || typeof size === 'string') {
      throw scope.refuse(`takes a part of axis ${String(axis)} that depends on the size ${String(size)}`);
    }
    const end = size === -1 ? END : begin + size;
    if (typeof dim === 'number' && (begin > dim || (size !== -1 && end > dim))) {
      throw scope.refuse(`takes the elements ${String(begin)} to ${String(end)} of ${String(dim)}`);
    }
    return [{ axis, start: begin, end, step: 1 }];
  });
  return sliced(scope, x, slices);
};

const stridedSlice: Handler = (scope) => {
  const x = scope.operand(0);
  const { slices, shrunk, added } = denseSlices(scope, scope.dims(x));
  const part = sliced(scope, x, slices);
  const places = shrunk.map((axis) => part.order.indexOf(axis));
  const without: Operand =
    shrunk.length === 0
      ? part
      : { value: scope.builder.squeeze(part.value, places), order: withoutAxes(part.order, shrunk) };
  if (added.length === 0) return without;
  const rank = without.order.length + added.length;
  const order = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !added.includes(axis));
  // New axes stand first in the value, wherever TensorFlow has them.
  return {
    value: scope.builder.unsqueeze(
      without.value,
      added.map((_, at) => at),
    ),
    order: [...added, ...without.order.map((axis) => order[axis] ?? axis)],
  };
};

/** Equal parts; the axis comes first. */
const split: Handler = (scope) => {
  const x = scope.operand(1);
  const axis = scope.axis(scope.number(0, 'axis'), x.order.length);
  const count = scope.attribute('num_split', 1);
  const size = scope.dims(x)[axis];
  if (typeof size !== 'number' || size % count !== 0) {
    throw scope.refuse(`splits ${String(size)} elements into ${String(count)} parts`);
  }
  return parts(scope, x, axis, new Array<number>(count).fill(size / count));
};

/** Parts of given sizes, of which one may be −1, the rest. */
const splitBySizes: Handler = (scope) => {
  const x = scope.operand(0);
  const axis = scope.axis(scope.number(2, 'axis'), x.order.length);
  const given = scope.numbers(1, 'sizes');
  const rest = Number(scope.dims(x)[axis]) - given.reduce((sum, size) => sum + Math.max(size, 0), 0);
  return parts(
    scope,
    x,
    axis,
    given.map((size) => (size < 0 ? rest : size)),
  );
};

function parts(scope: OperatorScope, x: Operand, axis: number, sizes: readonly number[]): Operand[] {
  const { builder } = scope;
  // Sizes read off a shape stay known through slices.
  if (x.order.length === 1) {
    return sizes.map((size, index) => {
      const start = sizes.slice(0, index).reduce((sum, before) => sum + before, 0);
      return sliced(scope, x, [{ axis, start, end: start + size, step: 1 }]);
    });
  }
  const outputs = sizes.map(() => builder.fresh('part'));
  const place = int(x.order.indexOf(axis));
  builder.node('Split', [x.value, builder.shapeConstant(sizes)], { axis: place }, { outputs });
  return outputs.map((value) => ({ value, order: x.order }));
}

/** Every element along an axis by itself, without that axis. */
const unpack: Handler = (scope) => {
  const { builder } = scope;
  const x = scope.operand(0);
  const axis = scope.axis(scope.attribute('axis', 0), x.order.length);
  const count = scope.dims(x)[axis];
  if (typeof count !== 'number') throw scope.refuse('unpacks an axis whose size is not known');
  if (x.order.length === 1) {
    return Array.from({ length: count }, (_, at) => scope.result(elementOf(builder, x.value, at)));
  }
  return parts(scope, x, axis, new Array<number>(count).fill(1)).map(({ value, order }) => ({
    value: builder.squeeze(value, [order.indexOf(axis)]),
    order: withoutAxes(order, [axis]),
  }));
};

const gather: Handler = (scope) => {
  const { builder } = scope;
  if (scope.attribute('batch_dims', 0) !== 0) throw scope.refuse('gathers with batch_dims');
  const axis = scope.count > 2 ? scope.number(2, 'axis') : 0;
  const indices = builder.cast(scope.plain(1), 'int64');
  return scope.result(builder.gather(scope.plain(0), indices, scope.axis(axis, scope.rank(0))));
};

const gatherTuples: Handler = (scope) =>
  scope.result(scope.builder.apply('GatherND', [scope.plain(0), scope.plain(1)]));

/** Axes by number, or a truth value for each axis in the older form. */
const reverse: Handler = (scope) => {
  const x = scope.operand(0);
  const given = scope.numbers(1, 'axes');
  const isOlder = scope.node.operator === 'Reverse';
  const axes = isOlder ? given.flatMap((flag, axis) => (flag === 0 ? [] : [axis])) : given;
  return sliced(
    scope,
    x,
    axes.map((axis) => ({ axis: scope.axis(axis, x.order.length), start: -1, end: -END, step: -1 })),
  );
};

/** Begin and end of each axis. */
function paddings(scope: OperatorScope, x: Operand): readonly (readonly [number, number])[] {
  const given = scope.numbers(1, 'paddings');
  if (given.length !== 2 * x.order.length || given.some((pad) => pad < 0)) {
    throw scope.refuse(`has the paddings [${given.join(', ')}] for ${String(x.order.length)} axes`);
  }
  return x.order.map((_, axis) => [given[2 * axis] ?? 0, given[2 * axis + 1] ?? 0]);
}

const pad: Handler = (scope) => {
  const { builder } = scope;
  const x = scope.operand(0);
  const margins = paddings(scope, x);
  const amounts = [0, 1].flatMap((end) => x.order.map((axis) => margins[axis]?.[end] ?? 0));
  if (amounts.every((amount) => amount === 0)) return x;
  const inputs = [x.value, builder.shapeConstant(amounts)];
  const value = scope.count > 2 ? [scope.plain(2)] : [];
  return { value: builder.apply('Pad', [...inputs, ...value]), order: x.order };
};

/** Mirrors at the border, with the border's own elements (SYMMETRIC) or without (REFLECT), as a gather along each axis. */
const mirrorPad: Handler = (scope) => {
  const { builder } = scope;
  const x = scope.operand(0);
  const repeated = scope.text('mode', 'REFLECT').toUpperCase() === 'SYMMETRIC' ? 1 : 0;
  let { value } = x;
  for (const [axis, [begin, end]] of paddings(scope, x).entries()) {
    if (begin === 0 && end === 0) continue;
    const size = scope.dims(x)[axis];
    if (typeof size !== 'number' || Math.max(begin, end) > size - 1 + repeated) {
      throw scope.refuse(`mirrors ${String(Math.max(begin, end))} elements of ${String(size)}`);
    }
    const places = Array.from({ length: begin + size + end }, (_, at) => {
      const from = at - begin;
      if (from < 0) return -from - repeated;
      return from < size ? from : 2 * size - 2 + repeated - from;
    });
    value = builder.gather(value, builder.constant(int64s(places)), x.order.indexOf(axis));
  }
  return { value, order: x.order };
};

/** Repetitions may depend on the batch size, as those of a class token do. */
const tile: Handler = (scope) => {
  const { builder } = scope;
  const elements = scope.elements(1);
  if (elements === undefined || !elements.every((count) => typeof count === 'number')) {
    return scope.result(builder.apply('Tile', [scope.plain(0), scope.plain(1)]));
  }
  const x = scope.operand(0);
  const repeats = x.order.map((axis) => elements[axis] ?? 1);
  if (repeats.every((count) => count === 1)) return x;
  return { value: builder.apply('Tile', [x.value, builder.shapeConstant(repeats)]), order: x.order };
};

/** Condition, then the values where it holds and where not. The older form may choose whole rows by a vector. */
const select: Handler = (scope) => {
  const { builder } = scope;
  const [condition, a, b] = [scope.operand(0), scope.operand(1), scope.operand(2)];
  const rank = Math.max(condition.order.length, a.order.length, b.order.length);
  const byRows = scope.node.operator === 'Select' && condition.order.length === 1 && rank > 1;
  const axes = Array.from({ length: rank - 1 }, (_, at) => at + 1);
  const shaped = byRows ? scope.result(builder.unsqueeze(condition.value, axes)) : condition;
  const lead = [a, b, shaped].find(({ order }) => order.length === rank) ?? a;
  const [first = '', second = '', third = ''] = [shaped, a, b].map((operand) =>
    broadcastIn(builder, operand, lead.order),
  );
  return { value: builder.where(first, second, third), order: lead.order };
};

export const slicingOperators: Handlers = {
  Slice: slice,
  StridedSlice: stridedSlice,
  Split: split,
  SplitV: splitBySizes,
  Unpack: unpack,
  Gather: gather,
  GatherV2: gather,
  GatherNd: gatherTuples,
  Reverse: reverse,
  ReverseV2: reverse,
  Pad: pad,
  PadV2: pad,
  MirrorPad: mirrorPad,
  Tile: tile,
  Select: select,
  SelectV2: select,
};
