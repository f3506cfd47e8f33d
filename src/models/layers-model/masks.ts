/**
 * What layers make of masks: which steps of a sequence count, as Masking and Embedding say. Some layers read a mask,
 * some pass it on, and the others end it without a word.
 */
import type { LayerHandler, LayerScope, LayerValue } from './scope.ts';

/** Layers that change each step by itself and pass the mask on, whoever wrote the file. */
const keepers: ReadonlySet<string> = new Set([
  'Activation',
  'AlphaDropout',
  'BatchNormalization',
  'Dense',
  'Dropout',
  'GaussianDropout',
  'GaussianNoise',
  'LayerNormalization',
  'PReLU',
  'ReLU',
  'SpatialDropout1D',
  'SpatialDropout2D',
  'SpatialDropout3D',
]);

/** Layers that pass the mask on in Keras, and in Keras 3 alone. */
const keptByKeras: ReadonlySet<string> = new Set([
  'ActivityRegularization',
  'ELU',
  'LeakyReLU',
  'ThresholdedReLU',
]);
const keptByKeras3: ReadonlySet<string> = new Set(['Identity', 'Normalization', 'Rescaling']);

/** Layers that leave masked steps out of what they compute: recurrent ones, and what may wrap them. */
const steppers: ReadonlySet<string> = new Set([
  'Bidirectional',
  'ConvLSTM2D',
  'GRU',
  'LSTM',
  'RNN',
  'SimpleRNN',
  'TimeDistributed',
]);

/** Layers whose handlers see to masks themselves. */
const readers: ReadonlySet<string> = new Set([
  'Bidirectional',
  'Embedding',
  'GlobalAveragePooling1D',
  'GRU',
  'LSTM',
  'Masking',
  'RNN',
  'SimpleRNN',
  'TimeDistributed',
]);

/** Layers that take masks in a way of their own, which is not supported. */
const takers: ReadonlySet<string> = new Set([
  'Concatenate',
  'ConvLSTM1D',
  'ConvLSTM2D',
  'ConvLSTM3D',
  'MultiHeadAttention',
  'Softmax',
]);

/** Layers that join values element by element, and in Keras 2 keep the steps that all of them keep. */
const joiners: ReadonlySet<string> = new Set([
  'Add',
  'Average',
  'Maximum',
  'Minimum',
  'Multiply',
  'Subtract',
]);

/**
 * Applies a layer to values that may bear masks.
 *
 * @throws InputError where the dialect does with a mask what is not supported
 */
export function applyMasked(
  scope: LayerScope,
  inputs: readonly LayerValue[],
  handler: LayerHandler,
): readonly LayerValue[] {
  const masks = inputs.flatMap(({ mask }) => mask ?? []);
  const { className } = scope.layer;
  // tfjs passes the last mask that it came by to every later layer, whether the layer's input has one or not.
  const stale = scope.dialect === 'tfjs' && inputs[0]?.mask === undefined && scope.masks.size > 0;
  if (stale && steppers.has(className)) {
    throw scope.refuse(
      'comes after a mask that does not belong to its input, and tfjs applies it all the same',
    );
  }
  const outputs =
    masks.length === 0 || readers.has(className)
      ? [handler(scope, inputs)].flat()
      : behindMasks(scope, inputs, masks, handler);
  for (const { mask } of outputs) if (mask !== undefined) scope.masks.add(mask);
  return outputs;
}

function behindMasks(
  scope: LayerScope,
  inputs: readonly LayerValue[],
  masks: readonly string[],
  handler: LayerHandler,
): readonly LayerValue[] {
  const mask = maskAfter(scope, masks);
  const bare = inputs.map(({ value, order }) => ({ value, order }));
  return [handler(scope, bare)].flat().map((output) => (mask === undefined ? output : { ...output, mask }));
}

/** The mask of what a layer gives for masked values; undefined where it ends. */
function maskAfter(scope: LayerScope, masks: readonly string[]): string | undefined {
  const { className } = scope.layer;
  const { dialect, builder } = scope;
  const [first = '', ...rest] = masks;
  const kept =
    keepers.has(className) ||
    (dialect !== 'tfjs' && keptByKeras.has(className)) ||
    (dialect === 'Keras 3' && keptByKeras3.has(className));
  if (kept) return first;
  const shapes = new Set(masks.map((mask) => builder.dims(mask).length));
  if (joiners.has(className) && dialect === 'Keras 2' && shapes.size === 1) {
    return rest.reduce((both, mask) => builder.apply('And', [both, mask]), first);
  }
  if ((takers.has(className) && dialect !== 'tfjs') || joiners.has(className)) throw maskedRefusal(scope);
  return undefined;
}

export function maskedRefusal(scope: LayerScope): Error {
  return scope.refuse('takes steps that a layer before it masks, which is not supported');
}

/** The numbers 0 and 1 of a mask, with axes of size 1 behind until it has the rank. */
export function maskNumbers(scope: LayerScope, mask: string, rank: number): string {
  return scope.builder.cast(widenedMask(scope, mask, rank), 'float32');
}

export function widenedMask({ builder }: LayerScope, mask: string, rank: number): string {
  const own = builder.dims(mask).length;
  const axes = Array.from({ length: rank - own }, (_, place) => own + place);
  return axes.length === 0 ? mask : builder.unsqueeze(mask, axes);
}
