/** What a layer may be called with. */
import { isObject } from '../../core/json.ts';
import type { Json } from '../../core/json.ts';
import type { LayerScope, LayerValue } from './scope.ts';

/** Keywords that a layer's handler reads by itself, by class. */
const readKeywords: Readonly<Record<string, readonly string[]>> = {
  Bidirectional: ['initial_state'],
  ConvLSTM2D: ['initial_state'],
  GRU: ['initial_state'],
  LSTM: ['initial_state'],
  MultiHeadAttention: ['key', 'return_attention_scores', 'use_causal_mask', 'value'],
  RNN: ['initial_state'],
  SimpleRNN: ['initial_state'],
};

/** Operations of Keras 3 that equal the layers of the same name, on two values of the same rank. */
const likeLayers: readonly string[] = ['Add', 'Maximum', 'Minimum', 'Multiply', 'Subtract'];

/**
 * Refuses a call whose meaning is not that of the layer on its inputs alone: in training mode, with a mask or an
 * initial state, or of a class that only shares its name with a layer.
 *
 * @throws InputError
 */
export function assertPlainCall(scope: LayerScope, inputs: readonly LayerValue[]): void {
  const { className, module } = scope.layer;
  const { named, keywords } = scope.given;
  const read = Object.hasOwn(readKeywords, className) ? (readKeywords[className] ?? []) : [];
  const [valued] = [...named.keys()].filter((keyword) => !read.includes(keyword));
  if (valued !== undefined) {
    throw scope.refuse(`is called with a value as its argument ${valued}, which is not supported`);
  }
  for (const [keyword, argument] of Object.entries(keywords)) {
    if (isNothing(argument) || read.includes(keyword)) continue;
    if (keyword === 'training') {
      throw scope.refuse(
        'is called in training mode, in which its answers are random or depend on the batch; save the model without training=True',
      );
    }
    throw scope.refuse(
      `is called with the argument ${keyword} = ${JSON.stringify(argument).slice(0, 80)}, which is not supported`,
    );
  }
  if (module === undefined || /^(tf_)?keras(\.(?!src\.ops)|$)/.test(module)) return;
  const ranks = new Set(inputs.map((input) => scope.rank(input)));
  const alike = likeLayers.includes(className) && inputs.length === 2 && ranks.size === 1;
  if (!module.includes('keras.src.ops') || !alike) {
    throw scope.refuse(
      `is of the module ${module}, and only the layers of Keras are supported; export the model to ONNX and use that`,
    );
  }
}

function isNothing(argument: Json | undefined): boolean {
  return (
    argument === undefined ||
    argument === null ||
    argument === false ||
    (Array.isArray(argument) && argument.length === 0) ||
    (isObject(argument) && Object.keys(argument).length === 0)
  );
}
