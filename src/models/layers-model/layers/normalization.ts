/** Layers that shift and scale: normalisation by running or own statistics, and the preprocessing layers. */
import { isNumbers } from '../../../core/json.ts';
import { float32, sizeOf } from '../../../graph/tensor.ts';
import { elementwise, only } from '../activations.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';

/** Keras's `epsilon()`, below which Normalization does not let a standard deviation fall. */
const LEAST_DEVIATION = 1e-7;

/** By the running statistics, whatever batch an example comes in. */
const batchNormalization: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const [axis = -1, ...more] = scope.axes('axis', scope.rank(input), -1);
  if (more.length > 0) throw scope.refuse('normalises along several axes; only one is supported');
  const order = channelsFirstBy(scope, input, axis);
  const mean = scope.weight('moving_mean', 1);
  const filled = (value: number) => float32(mean.dims, new Float32Array(mean.data.length).fill(value));
  const parameter = (name: string, present: boolean, absent: number): string =>
    scope.constant(name, () => (present ? scope.weight(name, 1) : filled(absent)));
  const value = scope.builder.batchNormalization(
    scope.inOrder(input, order),
    parameter('gamma', scope.flag('scale', true), 1),
    parameter('beta', scope.flag('center', true), 0),
    parameter('moving_mean', true, 0),
    parameter('moving_variance', true, 1),
    scope.number('epsilon', 1e-3),
  );
  return { value, order };
};

/** The order in which Keras's axis is axis 1 of the graph. */
function channelsFirstBy(scope: LayerScope, input: LayerValue, axis: number): LayerValue['order'] {
  const rank = scope.rank(input);
  if (axis === rank - 1) return rank <= 2 ? input.order : 'channels first';
  if (axis === 1) return 'as in Keras';
  throw scope.refuse(
    `normalises along axis ${String(axis)}; only the first after the batch and the last are supported`,
  );
}

/** (x − mean) / √(variance + epsilon) · gamma + beta, over the axes of each example. */
const layerNormalization: LayerHandler = elementwise((scope, input) => {
  const { builder } = scope;
  if (scope.flag('rms_scaling', false)) throw scope.refuse('has rms_scaling, which is not supported');
  const rank = scope.rank(input);
  const keras = scope.axes('axis', rank, -1);
  assertAscending(scope, rank);
  const axes = keras.map((axis) => scope.axis(input, axis));
  const centred = builder.sub(input.value, builder.reduceMean(input.value, axes));
  const variance = builder.reduceMean(builder.mul(centred, centred), axes);
  const spread = builder.sqrt(builder.add(variance, builder.scalar(scope.number('epsilon', 1e-3))));
  const shape = scope.shape(input);
  const dims = [1, ...shape.map((size, axis) => (keras.includes(axis + 1) ? size : 1))];
  const parameter = (name: string): string => {
    const { data } = scope.weight(name, keras.length);
    if (data.length !== sizeOf(dims))
      throw scope.refuse(`has the weight ${name} of another size than its axes`);
    return scope.broadcast(name, dims, data, input);
  };
  const normal = builder.div(centred, spread);
  const scaled = scope.flag('scale', true) ? builder.mul(normal, parameter('gamma')) : normal;
  return scope.flag('center', true) ? builder.add(scaled, parameter('beta')) : scaled;
});

/** The weights lie in the order of the axes as given, which Keras reshapes without regard to it. */
function assertAscending(scope: LayerScope, rank: number): void {
  const given = scope.setting('axis');
  if (!isNumbers(given)) return;
  const axes = given.map((axis) => (axis < 0 ? axis + rank : axis));
  if (axes.some((axis, place) => place > 0 && axis < (axes[place - 1] ?? 0))) {
    throw scope.refuse(`normalises along the axes ${given.join(', ')}, which are not in ascending order`);
  }
}

/** x · scale + offset, each a number or one per channel. */
const rescaling: LayerHandler = elementwise((scope, input) => {
  const scale = perChannelSetting(scope, input, 'scale', 1);
  const offset = perChannelSetting(scope, input, 'offset', 0);
  return scope.builder.add(scope.builder.mul(input.value, scale), offset);
});

/** (x − mean) / max(√variance, 10⁻⁷), statistics along some axes or over all; inverted, the other way round. */
const normalization: LayerHandler = elementwise((scope, input) => {
  const given = scope.setting('axis');
  const overAll = given === null || (Array.isArray(given) && given.length === 0);
  const axes = overAll ? [] : scope.axes('axis', scope.rank(input), -1);
  const dims = [1, ...scope.shape(input).map((size, axis) => (axes.includes(axis + 1) ? size : 1))];
  const constant = (name: string, numbers: readonly number[]): string => {
    if (numbers.length !== 1 && numbers.length !== sizeOf(dims)) {
      throw scope.refuse(
        `has ${String(numbers.length)} numbers for ${name}, expected ${String(sizeOf(dims))}`,
      );
    }
    return scope.broadcast(name, numbers.length === 1 ? dims.map(() => 1) : dims, numbers, input);
  };
  const mean = constant('mean', statistic(scope, 'mean'));
  const spread = statistic(scope, 'variance').map((variance) =>
    Math.max(Math.sqrt(variance), LEAST_DEVIATION),
  );
  const deviation = constant('deviation', spread);
  const { builder } = scope;
  if (scope.flag('invert', false)) return builder.add(mean, builder.mul(input.value, deviation));
  return builder.div(builder.sub(input.value, mean), deviation);
});

/** Statistics are settings where they were given, weights where they were learned from data. */
function statistic(scope: LayerScope, name: 'mean' | 'variance'): readonly number[] {
  if (scope.hasWeight(name)) return Array.from(scope.weight(name).data);
  const given: unknown = scope.setting(name);
  const flat = Array.isArray(given) ? (given as unknown[]).flat(Infinity) : [given];
  if (!isNumbers(flat)) throw scope.refuse(`has no ${name}: adapt it to data before saving the model`);
  return flat;
}

function perChannelSetting(scope: LayerScope, input: LayerValue, key: string, fallback: number): string {
  const value = scope.setting(key) ?? fallback;
  return perChannel(scope, key, isNumbers(value) ? value : [scope.number(key, fallback)], input);
}

/** Numbers along Keras's last axis, or one number, that broadcast against the value. */
function perChannel(
  scope: LayerScope,
  name: string,
  numbers: readonly number[],
  against: LayerValue,
): string {
  const [channels] = scope.shape(against).slice(-1);
  if (numbers.length !== 1 && numbers.length !== channels) {
    throw scope.refuse(
      `has ${String(numbers.length)} numbers for ${name}, expected 1 or ${String(channels)}`,
    );
  }
  const ones = Array.from({ length: scope.rank(against) - 1 }, () => 1);
  return scope.broadcast(name, [...ones, numbers.length], numbers, against);
}

export const normalizationLayers: Readonly<Record<string, LayerHandler>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Rescaling: rescaling,
  Normalization: normalization,
};
