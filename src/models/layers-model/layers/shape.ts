/** Layers that move elements: what they do depends on Keras's order of the axes. */
import { isNumbers } from '../../../core/json.ts';
import { sizeOf } from '../../../graph/tensor.ts';
import { only } from '../activations.ts';
import { range } from '../scope.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';

/** Channels last in the flat order, whichever way the layer has them. */
const flatten: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const rank = scope.rank(input);
  if (scope.channelsOrder() === 'as in Keras' && rank > 2) {
    const last = scope.builder.transpose(scope.asInKeras(input), [0, ...range(2, rank), 1]);
    return { value: scope.builder.flatten(last), order: 'as in Keras' };
  }
  const spatial = scope.shape(input).slice(0, -1);
  // Where all spatial sizes are 1 both orders hold the elements alike.
  const value = sizeOf(spatial) === 1 ? input.value : scope.asInKeras(input);
  return { value: scope.builder.flatten(value), order: 'as in Keras' };
};

const reshape: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const total = sizeOf(scope.shape(input));
  const setting: unknown = scope.setting('target_shape');
  // tfjs writes null for the size that follows from the others, Keras −1.
  const wanted = Array.isArray(setting) ? setting.map((size: unknown) => size ?? -1) : setting;
  if (!isNumbers(wanted)) throw scope.malformed('target_shape', 'a list of numbers');
  const known = sizeOf(wanted.filter((size) => size !== -1));
  const target = wanted.map((size) => (size === -1 ? total / known : size));
  const fits = target.every((size) => Number.isInteger(size) && size > 0);
  if (sizeOf(target) !== total || !fits || wanted.filter((size) => size === -1).length > 1) {
    throw scope.refuse(`reshapes ${String(total)} elements to [${wanted.join(', ')}]`);
  }
  return { value: scope.builder.reshape(scope.asInKeras(input), [0, ...target]), order: 'as in Keras' };
};

const permute: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const dims = scope.setting('dims');
  if (!isNumbers(dims)) throw scope.malformed('dims', 'a list of numbers');
  const sorted = dims.toSorted((a, b) => a - b);
  if (dims.length !== scope.rank(input) - 1 || sorted.some((axis, index) => axis !== index + 1)) {
    throw scope.refuse(`permutes by [${dims.join(', ')}], which is no order of the axes after the batch`);
  }
  return { value: scope.builder.transpose(scope.asInKeras(input), [0, ...dims]), order: 'as in Keras' };
};

/** [N, features] n times along a new axis behind the batch. */
const repeatVector: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const { builder } = scope;
  if (scope.rank(input) !== 2) throw scope.refuse('repeats vectors, and its input has more axes');
  const opened = builder.unsqueeze(input.value, [1]);
  const value = builder.expand(opened, builder.shapeConstant([1, scope.size('n'), 1]));
  return { value, order: 'as in Keras' };
};

const zeroPadding: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const margins = marginsOf(scope, input, 'padding', 1);
  const pads = [0, 0, ...margins.map(([begin]) => begin), 0, 0, ...margins.map(([, end]) => end)];
  return { value: scope.builder.pad(scope.windowed(input), pads), order: scope.channelsOrder() };
};

const cropping: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const margins = marginsOf(scope, input, 'cropping', 0);
  const x = scope.windowed(input);
  const sizes = scope.sizesAfter(x, 2);
  const ends = margins.map(([, end], axis) => (sizes[axis] ?? 0) - end);
  if (margins.some(([begin], axis) => begin >= (ends[axis] ?? 0))) {
    throw scope.refuse(`crops its whole input of [${sizes.join(', ')}] away`);
  }
  const value = scope.builder.slice(x, {
    starts: margins.map(([begin]) => begin),
    ends,
    axes: margins.map((_, axis) => axis + 2),
  });
  return { value, order: scope.channelsOrder() };
};

/** Begin and end of each spatial axis, from a number, one per axis, or a pair per axis. */
function marginsOf(scope: LayerScope, input: LayerValue, key: string, fallback: number): [number, number][] {
  const axes = scope.rank(input) - 2;
  const value: unknown = scope.setting(key) ?? fallback;
  const list: unknown[] =
    typeof value === 'number' ? Array.from({ length: axes }, () => value) : Array.isArray(value) ? value : [];
  // Over one axis the pair may stand by itself: [begin, end].
  const entries = axes === 1 && list.length === 2 ? [list] : list;
  const margins = entries.map((entry) => (isNumbers(entry) ? entry : [entry, entry]));
  const pairs = margins.flatMap(([begin, end, more]): [number, number][] =>
    isMargin(begin) && isMargin(end) && more === undefined ? [[begin, end]] : [],
  );
  if (pairs.length !== axes || margins.length !== axes) {
    throw scope.malformed(key, 'a pair per spatial axis');
  }
  return pairs;
}

function isMargin(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}

export const shapeLayers: Readonly<Record<string, LayerHandler>> = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding1D: zeroPadding,
  ZeroPadding2D: zeroPadding,
  ZeroPadding3D: zeroPadding,
  Cropping1D: cropping,
  Cropping2D: cropping,
  Cropping3D: cropping,
};
