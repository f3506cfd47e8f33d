/** Multilayer perceptrons: linear layers with ReLU between them. Arrays of higher rank than features are flattened. */
import { assertDepth, type Architecture, type Family } from './architecture.ts';

/** `mlp` has two hidden layers; `mlp-N` has N, and `mlp-0` is linear. */
export const perceptrons: Family = {
  names: ['mlp', 'mlp-N'],
  find: (name) => {
    const match = /^mlp(?:-(\d+))?$/.exec(name);
    if (match === null) return undefined;
    const hiddenLayers = Number(match[1] ?? 2);
    assertDepth(name, hiddenLayers, 0, 1);
    return perceptron(hiddenLayers);
  },
};

/** The width is the number of units of each hidden layer; dropout follows each activation. */
function perceptron(hiddenLayers: number): Architecture {
  return {
    width: 128,
    input: 'any',
    add: (layers, x, { width, dropout, classCount }) => {
      let value = layers.builder.dims(x).length === 2 ? x : layers.builder.flatten(x);
      for (let index = 1; index <= hiddenLayers; index++) {
        const activated = layers.relu(layers.linear(`fc${String(index)}`, value, width));
        value = layers.dropout(`dropout${String(index)}`, activated, dropout);
      }
      return layers.linear(`fc${String(hiddenLayers + 1)}`, value, classCount);
    },
  };
}
