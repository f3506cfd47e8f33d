/** Keras activation functions by name, written with operators that have gradients. */
import type { Dialect } from './dialect.ts';
import { snakeCase } from './scope.ts';
import type { LayerHandler, LayerScope, LayerValue } from './scope.ts';
import { layerIn } from './topology.ts';

type Activation = (scope: LayerScope, input: LayerValue) => string;

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** What every dialect knows, and means alike. */
const common: Readonly<Record<string, Activation>> = {
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
};

/** The approximation of Hendrycks and Gimpel 2016, equation 2: gelu_new of tfjs, gelu_approximate elsewhere. */
function approximateGelu({ builder }: LayerScope, { value }: LayerValue): string {
  const cube = builder.mul(builder.mul(value, value), value);
  const inner = builder.add(value, builder.mul(cube, builder.scalar(0.044715)));
  const tanh = builder.tanh(builder.mul(inner, builder.scalar(Math.sqrt(2 / Math.PI))));
  return builder.mul(builder.mul(value, builder.scalar(0.5)), builder.add(builder.scalar(1), tanh));
}

/** clip(0.2·x + 0.5, 0, 1): hard_sigmoid before Keras 3. */
function steepSigmoid({ builder }: LayerScope, { value }: LayerValue): string {
  const line = builder.add(builder.mul(value, builder.scalar(0.2)), builder.scalar(0.5));
  return builder.apply('Clip', [line, builder.scalar(0), builder.scalar(1)]);
}

/** relu6(x + 3) / 6: hard_sigmoid in Keras 3. */
function flatSigmoid(scope: LayerScope, { value }: LayerValue): string {
  const { builder } = scope;
  const moved = builder.relu(builder.add(value, builder.scalar(3)));
  return builder.mul(minimum(scope, moved, 6), builder.scalar(1 / 6));
}

function hardSwish(scope: LayerScope, input: LayerValue): string {
  return scope.builder.mul(input.value, flatSigmoid(scope, input));
}

function leakyRelu({ builder }: LayerScope, { value }: LayerValue): string {
  return builder.apply('LeakyRelu', [value], { alpha: { kind: 'float', value: 0.2 } });
}

function between(scope: LayerScope, value: string, least: number, most: number): string {
  const { builder } = scope;
  return builder.apply('Clip', [value, builder.scalar(least), builder.scalar(most)]);
}

/** What Keras 3 alone has by name; Keras 2 would have found it among a program's own functions. */
const keras3: Readonly<Record<string, Activation>> = {
  hard_sigmoid: flatSigmoid,
  hard_silu: hardSwish,
  hard_swish: hardSwish,
  leaky_relu: leakyRelu,
  celu: (scope, { value }) => elu(scope, value, 1),
  hard_tanh: (scope, { value }) => between(scope, value, -1, 1),
  tanh_shrink: ({ builder }, { value }) => builder.sub(value, builder.tanh(value)),
  log_sigmoid: ({ builder }, { value }) => builder.neg(builder.apply('Softplus', [builder.neg(value)])),
  soft_shrink: (scope, { value }) => scope.builder.sub(value, between(scope, value, -0.5, 0.5)),
  hard_shrink: ({ builder }, { value }) => {
    const beyond = builder.greater(builder.abs(value), builder.scalar(0.5));
    return builder.where(beyond, value, builder.scalar(0));
  },
  // (x + √(x² + 4)) / 2
  squareplus: ({ builder }, { value }) => {
    const root = builder.sqrt(builder.add(builder.mul(value, value), builder.scalar(4)));
    return builder.mul(builder.add(value, root), builder.scalar(0.5));
  },
  sparse_sigmoid: (scope, { value }) => {
    const { builder } = scope;
    const line = builder.mul(builder.add(value, builder.scalar(1)), builder.scalar(0.5));
    return between(scope, line, 0, 1);
  },
  // 0 up to −1, (x + 1)² / 4 up to 1, then x.
  sparse_plus: (scope, { value }) => {
    const { builder } = scope;
    const bent = builder.add(between(scope, value, -1, 1), builder.scalar(1));
    const curve = builder.mul(builder.mul(bent, bent), builder.scalar(0.25));
    return builder.add(curve, builder.relu(builder.sub(value, builder.scalar(1))));
  },
};

const activations: Readonly<Record<Dialect, Readonly<Record<string, Activation>>>> = {
  tfjs: { ...common, hard_sigmoid: steepSigmoid, gelu_new: approximateGelu },
  // leaky_relu is TensorFlow's own function, with TensorFlow's slope.
  'Keras 2': { ...common, hard_sigmoid: steepSigmoid, gelu_new: approximateGelu, leaky_relu: leakyRelu },
  'Keras 3': { ...common, ...keras3 },
};

function swish({ builder }: LayerScope, { value }: LayerValue): string {
  return builder.mul(value, builder.sigmoid(value));
}

/** Applies an activation by its name in the file's dialect. */
export function activate(scope: LayerScope, name: string, input: LayerValue): LayerValue {
  // tfjs writes hardSigmoid and geluNew, Keras hard_sigmoid and gelu_new.
  const key = snakeCase(name);
  const known = activations[scope.dialect];
  const activation = Object.hasOwn(known, key) ? known[key] : undefined;
  if (activation === undefined) {
    throw scope.refuse(
      `has the activation ${name}, which is not one of those of ${scope.dialect}: ${Object.keys(known).join(', ')}`,
    );
  }
  return { value: activation(scope, input), order: input.order };
}

/**
 * Applies what a setting says: an activation's name, a function written as an object that holds its name, or an
 * activation layer.
 */
export function activateBy(scope: LayerScope, key: string, fallback: string, input: LayerValue): LayerValue {
  const setting = scope.setting(key);
  const layer = layerIn(setting);
  if (layer === undefined) return activate(scope, scope.text(key, fallback), input);
  const { className, module = '', config } = layer;
  const name = config['layers'];
  if (className === 'function' && (module === '' || module === 'builtins') && typeof name === 'string') {
    return activate(scope, name, input);
  }
  // Functions by class name, as tfjs and Keras 2 write some: {"class_name": "relu", "config": {}}.
  if (Object.hasOwn(activations[scope.dialect], snakeCase(className))) {
    return activate(scope, className, input);
  }
  return scope.apply({ ...layer, weightsOf: [scope.layer.name] }, [input]);
}

/** The activation that a layer applies to its own output. */
export function activateOutput(scope: LayerScope, output: LayerValue): LayerValue {
  return activateBy(scope, 'activation', 'linear', output);
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
