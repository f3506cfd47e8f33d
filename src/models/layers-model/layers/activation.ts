/** Layers that are activations or leave an input as it is when a model is evaluated. */
import { float32 } from '../../../graph/tensor.ts';
import { activateOutput, elementwise, elu, minimum, only } from '../activations.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';
import { transposed } from '../transposition.ts';

const identity: LayerHandler = (scope, inputs) => only(scope, inputs);

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
  const alpha = scope.constant(`alpha/${input.order}`, () => alphaOf(scope, input));
  const positive = builder.relu(input.value);
  return builder.add(positive, builder.mul(alpha, builder.sub(input.value, positive)));
});

function alphaOf(scope: LayerScope, input: LayerValue): ReturnType<LayerScope['weight']> {
  const rank = scope.rank(input);
  const stored = scope.weight('alpha', rank - 1);
  const alpha = float32([1, ...stored.dims], stored.data);
  if (input.order === 'as in Keras' || rank <= 2) return alpha;
  return transposed(alpha, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, index) => index + 1)]);
}

export const activationLayers: Readonly<Record<string, LayerHandler>> = {
  Activation: (scope, inputs) => activateOutput(scope, only(scope, inputs)),
  ReLU: relu,
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
  Softmax: elementwise((scope, input) =>
    scope.builder.softmax(input.value, scope.axis(input, scope.number('axis', -1))),
  ),
  Dropout: identity,
  SpatialDropout1D: identity,
  SpatialDropout2D: identity,
  AlphaDropout: identity,
  GaussianDropout: identity,
  GaussianNoise: identity,
  ActivityRegularization: identity,
};
