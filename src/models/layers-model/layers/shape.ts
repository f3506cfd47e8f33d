/** Layers that move elements: what they do depends on Keras's order of the axes, channels last. */
import { sizeOf } from '../../../graph/tensor.ts';
import { only } from '../activations.ts';
import { isNumbers } from '../../../core/json.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';

const flatten: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  scope.assertChannelsLast();
  const spatial = scope.shape(input).slice(0, -1);
  // Where all spatial sizes are 1 both orders hold the elements alike.
  const value = sizeOf(spatial) === 1 ? input.value : scope.asInKeras(input);
  return { value: scope.builder.flatten(value), order: 'as in Keras' };
};

const reshape: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const total = sizeOf(scope.shape(input));
  const wanted = scope.numbers('target_shape');
  const known = sizeOf(wanted.filter((size) => size !== -1));
  const target = wanted.map((size) => (size === -1 ? total / known : size));
  if (sizeOf(target) !== total || !target.every((size) => Number.isInteger(size) && size > 0)) {
    throw scope.refuse(`reshapes ${String(total)} elements to [${wanted.join(', ')}]`);
  }
  return { value: scope.builder.reshape(scope.asInKeras(input), [0, ...target]), order: 'as in Keras' };
};

const permute: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const dims = scope.numbers('dims');
  const sorted = dims.toSorted((a, b) => a - b);
  if (dims.length !== scope.rank(input) - 1 || sorted.some((axis, index) => axis !== index + 1)) {
    throw scope.refuse(`permutes by [${dims.join(', ')}], which is no order of the axes after the batch`);
  }
  return { value: scope.builder.transpose(scope.asInKeras(input), [0, ...dims]), order: 'as in Keras' };
};

const zeroPadding: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const margins = marginsOf(scope, input, 'padding', 1);
  const pads = [0, 0, ...margins.map(([begin]) => begin), 0, 0, ...margins.map(([, end]) => end)];
  return { value: scope.builder.pad(scope.channelsFirst(input), pads), order: 'channels first' };
};

const cropping: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const margins = marginsOf(scope, input, 'cropping', 0);
  const sizes = scope.shape(input);
  const ends = margins.map(([, end], axis) => (sizes[axis] ?? 0) - end);
  if (margins.some(([begin], axis) => begin >= (ends[axis] ?? 0))) {
    throw scope.refuse(`crops its whole input of [${sizes.join(', ')}] away`);
  }
  const value = scope.builder.slice(scope.channelsFirst(input), {
    starts: margins.map(([begin]) => begin),
    ends,
    axes: margins.map((_, axis) => axis + 2),
  });
  return { value, order: 'channels first' };
};

/** Repeats each element along each spatial axis, written as a broadcast along new axes of size 1. */
const upSampling: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  scope.assertChannelsLast();
  const interpolation = scope.text('interpolation', 'nearest');
  if (interpolation !== 'nearest') throw scope.refuse(`interpolates by ${interpolation}, expected nearest`);
  const { builder } = scope;
  const shape = scope.shape(input);
  const spatial = shape.slice(0, -1);
  const [channels = 1] = shape.slice(-1);
  const factors = scope.perAxis('size', spatial.length, 2);
  const opened = builder.reshape(scope.channelsFirst(input), [
    0,
    channels,
    ...spatial.flatMap((size) => [size, 1]),
  ]);
  const repeats = builder.shapeConstant([1, 1, ...factors.flatMap((factor) => [1, factor])]);
  const value = builder.reshape(builder.expand(opened, repeats), [
    0,
    channels,
    ...spatial.map((size, axis) => size * (factors[axis] ?? 1)),
  ]);
  return { value, order: 'channels first' };
};

/** Begin and end of each spatial axis, from a number, one per axis, or a pair per axis. */
function marginsOf(scope: LayerScope, input: LayerValue, key: string, fallback: number): [number, number][] {
  scope.assertChannelsLast();
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
    throw scope.refuse(`has the setting ${key} = ${JSON.stringify(value)}, expected a pair per spatial axis`);
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
  ZeroPadding1D: zeroPadding,
  ZeroPadding2D: zeroPadding,
  Cropping1D: cropping,
  Cropping2D: cropping,
  UpSampling1D: upSampling,
  UpSampling2D: upSampling,
};
