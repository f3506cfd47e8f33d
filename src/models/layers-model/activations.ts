/** Keras activation functions by name, written with operators that have gradients. */
import type { LayerHandler, LayerScope, LayerValue } from './scope.ts';

type Activation = (scope: LayerScope, input: LayerValue) => string;

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

const activations: Readonly<Record<string, Activation>> = {
  linear: (_scope, { value }) => value,
  relu: ({ builder }, { value }) => builder.relu(value),
  relu6: (scope, { value }) => minimum(scope, scope.builder.relu(value), 6),
  softmax: (scope, input) => scope.builder.softmax(input.value, scope.axis(input, -1)),
  log_softmax: (scope, input) => scope.builder.logSoftmax(input.value, scope.axis(input, -1)),
  sigmoid: ({ builder }, { value }) => builder.sigmoid(value),
  tanh: ({ builder }, { value }) => builder.tanh(value),
  exponential: ({ builder }, { value }) => builder.exp(value),
  elu: (scope, { value }) => elu(scope, value, 1),
  selu: (scope, { value }) =>
    scope.builder.mul(elu(scope, value, SELU_ALPHA), scope.builder.scalar(SELU_SCALE)),
  softplus: ({ builder }, { value }) => builder.apply('Softplus', [value]),
  softsign: ({ builder }, { value }) =>
    builder.div(value, builder.add(builder.scalar(1), builder.abs(value))),
  swish,
  silu: swish,
  mish: ({ builder }, { value }) => builder.mul(value, builder.tanh(builder.apply('Softplus', [value]))),
  gelu: ({ builder }, { value }) => {
    const erf = builder.apply('Erf', [builder.mul(value, builder.scalar(Math.SQRT1_2))]);
    return builder.mul(builder.mul(value, builder.scalar(0.5)), builder.add(builder.scalar(1), erf));
  },
  // The approximation of Hendrycks and Gimpel 2016, equation 2.
  gelu_new: ({ builder }, { value }) => {
    const cube = builder.mul(builder.mul(value, value), value);
    const inner = builder.add(value, builder.mul(cube, builder.scalar(0.044715)));
    const tanh = builder.tanh(builder.mul(inner, builder.scalar(Math.sqrt(2 / Math.PI))));
    return builder.mul(builder.mul(value, builder.scalar(0.5)), builder.add(builder.scalar(1), tanh));
  },
  hard_sigmoid: ({ builder }, { value }) => {
    const line = builder.add(builder.mul(value, builder.scalar(0.2)), builder.scalar(0.5));
    return builder.apply('Clip', [line, builder.scalar(0), builder.scalar(1)]);
  },
};

function swish({ builder }: LayerScope, { value }: LayerValue): string {
  return builder.mul(value, builder.sigmoid(value));
}

/** Applies an activation by its Keras name. */
export function activate(scope: LayerScope, name: string, input: LayerValue): LayerValue {
  // tfjs writes hardSigmoid and geluNew, Keras hard_sigmoid and gelu_new.
  const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const activation = Object.hasOwn(activations, key) ? activations[key] : undefined;
  if (activation === undefined) {
    throw scope.refuse(
      `has the activation ${name}, which is not one of ${Object.keys(activations).join(', ')}`,
    );
  }
  return { value: activation(scope, input), order: input.order };
}

/** The activation that a layer applies to its own output. */
export function activateOutput(scope: LayerScope, output: LayerValue): LayerValue {
  const setting = scope.setting('activation');
  if (setting !== null && typeof setting === 'object') {
    throw scope.refuse('has an activation that is an object of its own; use one of Keras by name');
  }
  return activate(scope, scope.text('activation', 'linear'), output);
}

/** max(x, 0) + alpha · (exp(min(x, 0)) − 1). */
export function elu({ builder }: LayerScope, value: string, alpha: number): string {
  const positive = builder.relu(value);
  const decay = builder.sub(builder.exp(builder.sub(value, positive)), builder.scalar(1));
  return builder.add(positive, builder.mul(decay, builder.scalar(alpha)));
}

/** min(x, limit), written with Clip: the gradient is 1 inside and 0 beyond. */
export function minimum({ builder }: LayerScope, value: string, limit: number): string {
  return builder.apply('Clip', [value, '', builder.scalar(limit)]);
}

/** The single input of a layer that takes one. */
export function only(scope: LayerScope, inputs: readonly LayerValue[]): LayerValue {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    throw scope.refuse(`is applied to ${String(inputs.length)} values, expected one`);
  }
  return input;
}

/** A handler for a layer that works on each element by itself, whatever the order of the axes. */
export function elementwise(apply: (scope: LayerScope, input: LayerValue) => string): LayerHandler {
  return (scope, inputs) => {
    const input = only(scope, inputs);
    return { value: apply(scope, input), order: input.order };
  };
}
