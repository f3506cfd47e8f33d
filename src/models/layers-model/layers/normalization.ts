/** Layers that shift and scale: batch normalisation by its running statistics, and the preprocessing layers. */
import { float32 } from '../../../graph/tensor.ts';
import { elementwise, only } from '../activations.ts';
import { isNumbers } from '../../../core/json.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';

/** Keras's `epsilon()`, below which Normalization does not let a standard deviation fall. */
const LEAST_DEVIATION = 1e-7;

const batchNormalization: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  assertLastAxis(scope, input, 'axis', [-1]);
  const mean = scope.weight('moving_mean', 1);
  const filled = (value: number) => float32(mean.dims, new Float32Array(mean.data.length).fill(value));
  const parameter = (name: string, present: boolean, absent: number): string =>
    scope.constant(name, () => (present ? scope.weight(name, 1) : filled(absent)));
  const value = scope.builder.batchNormalization(
    scope.channelsFirst(input),
    parameter('gamma', scope.flag('scale', true), 1),
    parameter('beta', scope.flag('center', true), 0),
    parameter('moving_mean', true, 0),
    parameter('moving_variance', true, 1),
    scope.number('epsilon', 1e-3),
  );
  return { value, order: 'channels first' };
};

/** x · scale + offset, each a number or one per channel. */
const rescaling: LayerHandler = elementwise((scope, input) => {
  const scale = perChannelSetting(scope, input, 'scale', 1);
  const offset = perChannelSetting(scope, input, 'offset', 0);
  return scope.builder.add(scope.builder.mul(input.value, scale), offset);
});

/** (x − mean) / max(√variance, 10⁻⁷), statistics per channel or over all. */
const normalization: LayerHandler = elementwise((scope, input) => {
  if (scope.flag('invert', false)) throw scope.refuse('inverts the normalisation, which is not supported');
  const overAll = scope.setting('axis') === null;
  if (!overAll) assertLastAxis(scope, input, 'axis', [-1]);
  const mean = statistic(scope, 'mean');
  const deviation = statistic(scope, 'variance').map((variance) =>
    Math.max(Math.sqrt(variance), LEAST_DEVIATION),
  );
  const centred = scope.builder.sub(input.value, scope.perChannel('mean', mean, input));
  return scope.builder.div(centred, scope.perChannel('deviation', deviation, input));
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
  return scope.perChannel(key, isNumbers(value) ? value : [scope.number(key, fallback)], input);
}

function assertLastAxis(
  scope: LayerScope,
  input: LayerValue,
  key: string,
  fallback: readonly number[],
): void {
  const value = scope.setting(key) ?? fallback;
  const axes = isNumbers(value) ? value : [scope.number(key, -1)];
  const [axis = -1] = axes;
  if (axes.length !== 1 || (axis !== -1 && axis !== scope.rank(input) - 1)) {
    throw scope.refuse(
      `normalises along axis ${axes.join(', ')}; only the last axis, the channels, is supported`,
    );
  }
}

export const normalizationLayers: Readonly<Record<string, LayerHandler>> = {
  BatchNormalization: batchNormalization,
  Rescaling: rescaling,
  Normalization: normalization,
};
