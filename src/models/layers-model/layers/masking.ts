/** Masking: steps that hold the mask value alone become zeros. What later layers make of the mask, they refuse. */
import { only } from '../activations.ts';
import type { LayerHandler } from '../scope.ts';

const masking: LayerHandler = (scope, inputs) => {
  const { builder } = scope;
  const input = only(scope, inputs);
  const axis = scope.axis(input, -1);
  const blank = builder.equal(input.value, builder.scalar(scope.number('mask_value', 0)));
  const other = builder.cast(builder.apply('Not', [blank]), 'float32');
  return {
    value: builder.mul(input.value, builder.reduceMax(other, [axis])),
    order: input.order,
    masked: true,
  };
};

/** Layers that skip masked steps, or leave them out of what they compute. */
export const maskReaders: ReadonlySet<string> = new Set([
  'Bidirectional',
  'ConvLSTM2D',
  'Dot',
  'GlobalAveragePooling1D',
  'GRU',
  'LSTM',
  'MultiHeadAttention',
  'RNN',
  'SimpleRNN',
  'Softmax',
  'TimeDistributed',
]);

/** Layers behind which there is no mask any more. */
export const maskEnds: ReadonlySet<string> = new Set(['Flatten', 'Reshape', 'Permute', 'RepeatVector']);

export const maskingLayers: Readonly<Record<string, LayerHandler>> = { Masking: masking };
