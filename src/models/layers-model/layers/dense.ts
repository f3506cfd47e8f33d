/** The fully connected layer. On more than two axes it acts on the last one of Keras's order. */
import { activateOutput, only } from '../activations.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';

const dense: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const kernel = scope.constant('kernel', () => scope.weight('kernel', 2));
  const bias = scope.flag('use_bias', true)
    ? scope.constant('bias', () => scope.weight('bias', 1))
    : undefined;
  return activateOutput(scope, { value: product(scope, input, kernel, bias), order: 'as in Keras' });
};

function product(scope: LayerScope, input: LayerValue, kernel: string, bias: string | undefined): string {
  const { builder } = scope;
  const value = scope.asInKeras(input);
  if (scope.rank(input) === 2) return builder.gemm(value, kernel, bias);
  const result = builder.matMul(value, kernel);
  return bias === undefined ? result : builder.add(result, bias);
}

export const denseLayers: Readonly<Record<string, LayerHandler>> = { Dense: dense };
