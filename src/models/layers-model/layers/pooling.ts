/** Pooling layers, over one spatial axis or two. */
import { only } from '../activations.ts';
import { padsOf } from '../padding.ts';
import type { LayerHandler, LayerScope } from '../scope.ts';

/** A window over the spatial axes. Padding never counts: it is no maximum and no part of an average. */
function pool(kind: 'maxPool' | 'averagePool', axes: number): LayerHandler {
  return (scope, inputs) => {
    const input = only(scope, inputs);
    scope.assertChannelsLast();
    const kernel = scope.perAxis('pool_size', axes, 2);
    const strides = (scope.setting('strides') ?? null) === null ? kernel : scope.perAxis('strides', axes, 1);
    const window = { kernel, strides, dilations: kernel.map(() => 1) };
    const pads = padsOf(scope, scope.shape(input).slice(0, -1), window);
    const value = scope.builder[kind](scope.channelsFirst(input), { kernelShape: kernel, strides, pads });
    return { value, order: 'channels first' };
  };
}

function globalPool(
  reduce: (scope: LayerScope, value: string, axes: readonly number[]) => string,
): LayerHandler {
  return (scope, inputs) => {
    const input = only(scope, inputs);
    scope.assertChannelsLast();
    const value = scope.channelsFirst(input);
    const axes = Array.from({ length: scope.rank(input) - 2 }, (_, axis) => axis + 2);
    const pooled = reduce(scope, value, axes);
    if (scope.flag('keepdims', false)) return { value: pooled, order: 'channels first' };
    return { value: scope.builder.flatten(pooled), order: 'as in Keras' };
  };
}

const globalAverage = globalPool(({ builder }, value) => builder.globalAveragePool(value));
const globalMax = globalPool(({ builder }, value, axes) => builder.reduceMax(value, axes));

export const poolingLayers: Readonly<Record<string, LayerHandler>> = {
  MaxPooling1D: pool('maxPool', 1),
  MaxPooling2D: pool('maxPool', 2),
  AveragePooling1D: pool('averagePool', 1),
  AveragePooling2D: pool('averagePool', 2),
  GlobalAveragePooling1D: globalAverage,
  GlobalAveragePooling2D: globalAverage,
  GlobalMaxPooling1D: globalMax,
  GlobalMaxPooling2D: globalMax,
};
