/** Layers that are activations. */
import { activateOutput, elementwise, elu, minimum, only } from '../activations.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';

/** x from the threshold up, slope·(x − threshold) below it, never above the maximum. */
const relu: LayerHandler = elementwise((scope, { value }) => {
  const slope = scope.number('negative_slope', 0);
  const threshold = scope.number('threshold', 0);
  const limit = scope.setting('max_value') ?? null;
  const bent = threshold === 0 ? leaky(scope, value, slope) : bentAt(scope, value, slope, threshold);
  return limit === null ? bent : minimum(scope, bent, scope.number('max_value', 0));
});

function leaky({ builder }: LayerScope, value: string, slope: number): string {
  if (slope === 0) return builder.relu(value);
  return builder.apply('LeakyRelu', [value], { alpha: { kind: 'float', value: slope } });
}

function bentAt({ builder }: LayerScope, value: string, slope: number, threshold: number): string {
  const limit = builder.scalar(threshold);
  const below = builder.mul(builder.sub(value, limit), builder.scalar(slope));
  return builder.where(builder.less(value, limit), below, value);
}

/** max(x, 0) + alpha · min(x, 0), with an alpha of its own for each element that is not shared. */
const parametricRelu: LayerHandler = elementwise((scope, input) => {
  const { builder } = scope;
  const stored = scope.weight('alpha', scope.rank(input) - 1);
  const alpha = scope.broadcast('alpha', [1, ...stored.dims], stored.data, input);
  const positive = builder.relu(input.value);
  return builder.add(positive, builder.mul(alpha, builder.sub(input.value, positive)));
});

/** exp(x) over its sum along one axis or several. */
const softmax: LayerHandler = elementwise((scope, input) => {
  const { builder } = scope;
  // tfjs counts along axis 1 where nothing is said, Keras along the last.
  const fallback = scope.dialect === 'tfjs' ? 1 : -1;
  const axes = scope.axes('axis', scope.rank(input), fallback).map((axis) => scope.axis(input, axis));
  const [axis = -1] = axes;
  if (axes.length === 1) return builder.softmax(input.value, axis);
  const least = builder.sub(input.value, builder.reduceMax(input.value, axes));
  const powers = builder.exp(least);
  return builder.div(powers, builder.reduceSum(powers, axes));
});

const activation: LayerHandler = (scope: LayerScope, inputs: readonly LayerValue[]) =>
  activateOutput(scope, only(scope, inputs));

export const activationLayers: Readonly<Record<string, LayerHandler>> = {
  Activation: activation,
  ReLU: relu,
  // Keras 3 calls negative_slope what was alpha; both have 0.3 where nothing is said.
  LeakyReLU: elementwise((scope, { value }) =>
    leaky(scope, value, scope.number('negative_slope', scope.number('alpha', 0.3))),
  ),
  PReLU: parametricRelu,
  ELU: elementwise((scope, { value }) => elu(scope, value, scope.number('alpha', 1))),
  ThresholdedReLU: elementwise((scope, { value }) => {
    const { builder } = scope;
    const above = builder.greater(value, builder.scalar(scope.number('theta', 1)));
    return builder.where(above, value, builder.scalar(0));
  }),
  Softmax: softmax,
};
