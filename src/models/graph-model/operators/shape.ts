/** Operators on shapes: what changes the axes without computing, and what reads sizes. */
import type { Dimension } from '../../../graph/types.ts';
import { ownOrder, withoutAxes } from '../operand.ts';
import type { Operand } from '../operand.ts';
import { putTogether } from '../spreading.ts';
import type { Handler, Handlers, OperatorScope } from '../scope.ts';

/** Sizes as an int64 vector; of known sizes and one named, a constant with −1 for the named one. */
function target(scope: OperatorScope, index: number): string {
  const elements = scope.elements(index);
  const open = elements?.filter((size) => typeof size === 'string' || size < 0).length ?? 2;
  if (elements?.includes(0) === true) throw scope.refuse('reshapes to a size of 0');
  if (open === 0 && scope.dims(scope.operand(0)).some((size) => typeof size === 'string')) {
    throw scope.refuse(`reshapes a batch of any size to [${elements?.join(', ') ?? ''}]`);
  }
  if (elements === undefined || open > 1) return scope.plain(index);
  return scope.builder.shapeConstant(elements.map((size) => (typeof size === 'number' ? size : -1)));
}

const reshape: Handler = (scope) =>
  scope.result(scope.builder.apply('Reshape', [scope.plain(0), target(scope, 1)]));

/** Takes out axes of size 1: those of the attribute, or all that are known to be 1. */
const squeeze: Handler = (scope) => {
  const x = scope.operand(0);
  const dims = scope.dims(x);
  const given = scope.integers('squeeze_dims') ?? scope.integers('axis') ?? [];
  const axes =
    given.length > 0
      ? given.map((axis) => scope.axis(axis, dims.length))
      : ownOrder(dims.length).filter((axis) => dims[axis] === 1);
  if (axes.length === 0) return x;
  const places = axes.map((axis) => x.order.indexOf(axis));
  return { value: scope.builder.squeeze(x.value, places), order: withoutAxes(x.order, axes) };
};

const expandDims: Handler = (scope) => {
  const x = scope.operand(0);
  return expanded(scope, x, scope.axis(scope.number(1, 'axis'), x.order.length + 1));
};

/** The operand with an axis of size 1 more, which stands in the value where TensorFlow has it. */
export function expanded(scope: OperatorScope, x: Operand, axis: number): Operand {
  const order = x.order.map((other) => (other >= axis ? other + 1 : other)).toSpliced(axis, 0, axis);
  return { value: scope.builder.unsqueeze(x.value, [axis]), order };
}

/** Axis i of the result is axis permutation[i] of the operand: only the order changes. */
const transpose: Handler = (scope) => {
  const x = scope.operand(0);
  const rank = x.order.length;
  const permutation = scope.numbers(1, 'permutation').map((axis) => scope.axis(axis, rank));
  if (new Set(permutation).size !== rank || permutation.length !== rank) {
    throw scope.refuse(
      `transposes by [${permutation.join(', ')}], which is no order of ${String(rank)} axes`,
    );
  }
  return { value: x.value, order: x.order.map((axis) => permutation.indexOf(axis)) };
};

/** The sizes in TensorFlow's order, as an int64 vector. */
export function shapeOf(scope: OperatorScope, x: Operand): string {
  const { builder } = scope;
  const shape = builder.shape(x.value);
  const places = ownOrder(x.order.length).map((axis) => x.order.indexOf(axis));
  if (places.every((place, axis) => place === axis)) return shape;
  return builder.gather(shape, builder.shapeConstant(places));
}

const shape: Handler = (scope) => scope.result(shapeOf(scope, scope.operand(0)));
const shapes: Handler = (scope) => scope.operands().map((x) => scope.result(shapeOf(scope, x)));
const size: Handler = (scope) => scope.result(scope.builder.apply('Size', [scope.operand(0).value]));

const broadcastTo: Handler = (scope) => {
  const { builder } = scope;
  return scope.result(builder.expand(scope.plain(0), scope.plain(1)));
};

const cast: Handler = (scope) => {
  const x = scope.operand(0);
  const to = scope.type('DstT');
  if (scope.dataType(x) === to) return x;
  return { value: scope.builder.cast(x.value, to), order: x.order };
};

const identity: Handler = (scope) => scope.unevaluated(0);
const identities: Handler = (scope) => scope.operands();

/** tfjs passes the value on; TensorFlow would round it to a few levels. */
const fakeQuantization: Handler = (scope) => {
  scope.note('FakeQuantWithMinMaxVars passes its input on unchanged, as in tfjs');
  return scope.operand(0);
};

/** Taken apart only where something needs it: see spreading.ts. */
const spaceToBatch: Handler = (scope) => {
  const x = scope.operand(0);
  const blocks = scope.numbers(1, 'block shape');
  const paddings = scope.numbers(2, 'paddings');
  // Two numbers for each axis from the first spatial one on.
  const padOf = (axis: number, end: 0 | 1): number =>
    axis === 0 ? 0 : (paddings[2 * (axis - 1) + end] ?? 0);
  const pads = [...x.order.map((axis) => padOf(axis, 0)), ...x.order.map((axis) => padOf(axis, 1))];
  const value = pads.some((pad) => pad !== 0) ? scope.builder.pad(x.value, pads) : x.value;
  const padded: Operand = { value, order: x.order };
  assertBlocks(scope, scope.dims(padded).slice(1, 1 + blocks.length), blocks);
  return { ...padded, spread: { blocks } };
};

function assertBlocks(scope: OperatorScope, sizes: readonly Dimension[], blocks: readonly number[]): void {
  const fit = blocks.every((block, at) => typeof sizes[at] === 'number' && sizes[at] % block === 0);
  if (!fit) {
    throw scope.refuse(`takes [${sizes.join(', ')}] apart into blocks of [${blocks.join(', ')}]`);
  }
}

const batchToSpace: Handler = (scope) => {
  const { builder } = scope;
  const given = scope.unevaluated(0);
  const blocks = scope.numbers(1, 'block shape');
  const crops = scope.numbers(2, 'crops');
  const together = given.spread?.blocks;
  const isUndone = together?.length === blocks.length && together.every((block, at) => block === blocks[at]);
  const whole: Operand = isUndone
    ? { value: given.value, order: given.order }
    : putTogether(builder, scope.operand(0), blocks);
  if (crops.every((crop) => crop === 0)) return whole;
  const sizes = scope
    .dims(whole)
    .slice(1, 1 + blocks.length)
    .map(Number);
  const value = builder.slice(whole.value, {
    starts: blocks.map((_, at) => crops[2 * at] ?? 0),
    ends: sizes.map((length, at) => length - (crops[2 * at + 1] ?? 0)),
    axes: blocks.map((_, at) => whole.order.indexOf(at + 1)),
  });
  return { value, order: whole.order };
};

export const shapeOperators: Handlers = {
  Reshape: reshape,
  Squeeze: squeeze,
  ExpandDims: expandDims,
  Transpose: transpose,
  Shape: shape,
  ShapeN: shapes,
  Size: size,
  Rank: (scope) => scope.result(scope.builder.apply('Size', [shapeOf(scope, scope.operand(0))])),
  BroadcastTo: broadcastTo,
  Cast: cast,
  Identity: identity,
  IdentityN: identities,
  StopGradient: identity,
  PreventGradient: identity,
  CheckNumerics: identity,
  Snapshot: identity,
  EnsureShape: identity,
  FakeQuantWithMinMaxVars: fakeQuantization,
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
};
