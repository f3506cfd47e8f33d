/** Layers that join several values. */
import { range } from '../scope.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';

/** Below this sum of squares Dot does not normalise: tfjs's epsilon, and that of Keras. */
const LEAST_SQUARES = { tfjs: 1e-7, 'Keras 2': 1e-12, 'Keras 3': 1e-12 };

/** Folds the inputs from the left, all in the order of the one of most axes. */
function fold(
  join: (scope: LayerScope, left: string, right: string) => string,
  finish: (scope: LayerScope, value: string, count: number) => string = (_scope, value) => value,
): LayerHandler {
  return (scope, inputs) => {
    const given = several(scope, inputs);
    const rank = Math.max(...given.map((input) => scope.rank(input)));
    const order = given.find((input) => scope.rank(input) === rank)?.order ?? 'as in Keras';
    const [first = '', ...rest] = given.map((input) => scope.inOrder(widened(scope, input, rank), order));
    let value = first;
    for (const next of rest) value = join(scope, value, next);
    return { value: finish(scope, value, inputs.length), order };
  };
}

/** The value with axes of size 1 behind the batch until it has the rank, as Keras broadcasts. */
function widened(scope: LayerScope, input: LayerValue, rank: number): LayerValue {
  const missing = rank - scope.rank(input);
  if (missing === 0) return input;
  const axes = range(1, 1 + missing);
  return { value: scope.builder.unsqueeze(scope.asInKeras(input), axes), order: 'as in Keras' };
}

const concatenate: LayerHandler = (scope, inputs) => {
  const [first, ...rest] = several(scope, inputs);
  const rank = scope.rank(first);
  if (rest.some((input) => scope.rank(input) !== rank)) {
    throw scope.refuse('joins values with different numbers of axes; reshape them to the same first');
  }
  const parts = [first.value, ...rest.map((input) => scope.inOrder(input, first.order))];
  const axis = scope.axis(first, scope.number('axis', -1));
  return { value: scope.builder.concat(parts, axis), order: first.order };
};

/** Products of the vectors along an axis of each of two values of two or three axes. */
const dot: LayerHandler = (scope, inputs) => {
  const { builder } = scope;
  const [left, right, ...more] = several(scope, inputs);
  if (right === undefined || more.length > 0) throw scope.refuse('multiplies exactly two values');
  const ranks = [scope.rank(left), scope.rank(right)];
  if (ranks.some((rank) => rank > 3)) throw scope.refuse('multiplies values of two or three axes only');
  const given = scope.setting('axes');
  const pair: readonly unknown[] = Array.isArray(given) ? given : [given, given];
  const [a = 0, b = 0] = pair.map((axis, side) => contracted(scope, axis, ranks[side] ?? 0));
  // [N, rows, summed] and [N, summed, columns], a vector being one row or column.
  const rows = matrix(scope, left, a, 'last');
  const columns = matrix(scope, right, b, 'first');
  const product = builder.matMul(rows, columns);
  const single = [...(ranks[0] === 2 ? [1] : []), ...(ranks[1] === 2 ? [2] : [])];
  // Two vectors give one number, which keeps an axis of its own.
  const dropped = single.length === 2 ? [1] : single;
  const value = dropped.length === 0 ? product : builder.squeeze(product, dropped);
  return { value, order: 'as in Keras' };
};

function contracted(scope: LayerScope, axis: unknown, rank: number): number {
  const place = typeof axis === 'number' && axis < 0 ? axis + rank : axis;
  if (typeof place !== 'number' || !Number.isInteger(place) || place < 1 || place >= rank) {
    throw scope.malformed('axes', 'an axis, or one for each value, that is not the batch');
  }
  return place;
}

function matrix(scope: LayerScope, input: LayerValue, axis: number, place: 'first' | 'last'): string {
  const { builder } = scope;
  const keras = scope.asInKeras(input);
  const value = scope.flag('normalize', false) ? normalized(scope, keras, axis) : keras;
  if (scope.rank(input) === 2) return builder.unsqueeze(value, [place === 'last' ? 1 : 2]);
  const stands = axis === (place === 'last' ? 2 : 1);
  return stands ? value : builder.transpose(value, [0, 2, 1]);
}

function normalized(scope: LayerScope, value: string, axis: number): string {
  const { builder } = scope;
  const squares = builder.reduceSum(builder.mul(value, value), [axis]);
  const least = builder.scalar(LEAST_SQUARES[scope.dialect]);
  return builder.div(value, builder.sqrt(builder.apply('Max', [squares, least])));
}

function several(scope: LayerScope, inputs: readonly LayerValue[]): [LayerValue, ...LayerValue[]] {
  const [first, ...rest] = inputs;
  if (first === undefined || rest.length === 0) {
    throw scope.refuse(`joins ${String(inputs.length)} values, expected two or more`);
  }
  return [first, ...rest];
}

export const mergeLayers: Readonly<Record<string, LayerHandler>> = {
  Add: fold(({ builder }, a, b) => builder.add(a, b)),
  Subtract: fold(({ builder }, a, b) => builder.sub(a, b)),
  Multiply: fold(({ builder }, a, b) => builder.mul(a, b)),
  Average: fold(
    ({ builder }, a, b) => builder.add(a, b),
    ({ builder }, sum, count) => builder.mul(sum, builder.scalar(1 / count)),
  ),
  Maximum: fold(({ builder }, a, b) => builder.apply('Max', [a, b])),
  Minimum: fold(({ builder }, a, b) => builder.apply('Min', [a, b])),
  Concatenate: concatenate,
  Dot: dot,
};
