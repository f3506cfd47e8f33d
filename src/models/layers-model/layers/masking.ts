/** Masking: steps that hold the mask value alone become zeros and do not count. */
import { only } from '../activations.ts';
import type { LayerHandler } from '../scope.ts';

const masking: LayerHandler = (scope, inputs) => {
  const { builder } = scope;
  const value = scope.asInKeras(only(scope, inputs));
  const last = scope.builder.dims(value).length - 1;
  const blank = builder.equal(value, builder.scalar(scope.number('mask_value', 0)));
  const other = builder.cast(builder.apply('Not', [blank]), 'float32');
  const kept = builder.reduceMax(other, [last]);
  const mask = builder.cast(builder.squeeze(kept, [last]), 'bool');
  return { value: builder.mul(value, kept), order: 'as in Keras', mask };
};

export const maskingLayers: Readonly<Record<string, LayerHandler>> = { Masking: masking };
