/** Pooling layers, over one to three spatial axes. */
import { only } from '../activations.ts';
import { maskNumbers, maskedRefusal } from '../masks.ts';
import { padsOf } from '../padding.ts';
import { range } from '../scope.ts';
import type { LayerHandler, LayerScope } from '../scope.ts';

/** A window over the spatial axes. Padding never counts: it is no maximum and no part of an average. */
function pool(kind: 'maxPool' | 'averagePool', axes: number): LayerHandler {
  return (scope, inputs) => {
    const input = only(scope, inputs);
    const x = scope.windowed(input);
    const kernel = scope.sizes('pool_size', axes, 2);
    const strides = (scope.setting('strides') ?? null) === null ? kernel : scope.sizes('strides', axes, 1);
    const window = { kernel, strides, dilations: kernel.map(() => 1) };
    const pads = padsOf(scope, scope.sizesAfter(x, 2), window);
    const value = scope.builder[kind](x, { kernelShape: kernel, strides, pads });
    return { value, order: scope.channelsOrder() };
  };
}

function globalPool(
  reduce: (scope: LayerScope, value: string, axes: readonly number[]) => string,
): LayerHandler {
  return (scope, inputs) => {
    const input = only(scope, inputs);
    const value = scope.windowed(input);
    const pooled = reduce(scope, value, range(2, scope.rank(input)));
    if (scope.flag('keepdims', false)) return { value: pooled, order: scope.channelsOrder() };
    return { value: scope.builder.flatten(pooled), order: 'as in Keras' };
  };
}

const globalAverage = globalPool(({ builder }, value) => builder.globalAveragePool(value));
/** The mean over the steps that count. */
const globalAverageOfSteps: LayerHandler = (scope, inputs) => {
  const { value, order, mask } = only(scope, inputs);
  // tfjs averages masked steps too.
  if (mask === undefined || scope.dialect === 'tfjs') return globalAverage(scope, [{ value, order }]);
  const { builder } = scope;
  if (scope.channelsOrder() === 'as in Keras') throw maskedRefusal(scope);
  const counted = maskNumbers(scope, mask, 3);
  const keepDims = scope.flag('keepdims', false);
  const sum = builder.reduceSum(builder.mul(scope.asInKeras({ value, order }), counted), [1], keepDims);
  return { value: builder.div(sum, builder.reduceSum(counted, [1], keepDims)), order: 'as in Keras' };
};
const globalMax = globalPool(({ builder }, value, axes) => builder.reduceMax(value, axes));

export const poolingLayers: Readonly<Record<string, LayerHandler>> = {
  MaxPooling1D: pool('maxPool', 1),
  MaxPooling2D: pool('maxPool', 2),
  MaxPooling3D: pool('maxPool', 3),
  AveragePooling1D: pool('averagePool', 1),
  AveragePooling2D: pool('averagePool', 2),
  AveragePooling3D: pool('averagePool', 3),
  GlobalAveragePooling1D: globalAverageOfSteps,
  GlobalAveragePooling2D: globalAverage,
  GlobalAveragePooling3D: globalAverage,
  GlobalMaxPooling1D: globalMax,
  GlobalMaxPooling2D: globalMax,
  GlobalMaxPooling3D: globalMax,
};
