/** Normalisation by stored statistics, local response normalisation, softmax. */
import { float, int } from '../../../graph/attributes.ts';
import { inOrder } from '../operand.ts';
import type { Operand } from '../operand.ts';
import type { Handler, Handlers, OperatorScope } from '../scope.ts';

const batchNormalization: Handler = (scope) => {
  if (scope.flag('is_training')) {
    throw scope.refuse(
      'normalises by the statistics of the batch (is_training); convert the model for inference',
    );
  }
  return normalized(scope, scope.operand(0), 1, scope.attribute('epsilon', 1e-3));
};

/** (x − mean) / √(variance + epsilon) · scale + offset; the inputs from a place on are scale, offset, mean, variance. */
export function normalized(scope: OperatorScope, x: Operand, from: number, epsilon: number): Operand {
  const { builder } = scope;
  const order = scope.channelsFirst(x);
  const [scale = '', offset = '', mean = '', variance = ''] = [0, 1, 2, 3].map((at) =>
    scope.plain(from + at),
  );
  const value = inOrder(builder, x, order);
  return {
    value: builder.batchNormalization(value, scale, offset, mean, variance, epsilon),
    order,
  };
}

/** x / (bias + alpha · Σ x²)^beta over the channels within the radius; the graph's alpha is divided by the window. */
const localResponse: Handler = (scope) => {
  const x = scope.operand(0);
  const order = scope.channelsFirst(x);
  const size = 2 * scope.attribute('depth_radius', 5) + 1;
  const value = scope.builder.apply('LRN', [inOrder(scope.builder, x, order)], {
    size: int(size),
    alpha: float(scope.attribute('alpha', 1) * size),
    beta: float(scope.attribute('beta', 0.5)),
    bias: float(scope.attribute('bias', 1)),
  });
  return { value, order };
};

function overLastAxis(operator: 'softmax' | 'logSoftmax'): Handler {
  return (scope) => {
    const { value, order } = scope.operand(0);
    return { value: scope.builder[operator](value, order.indexOf(order.length - 1)), order };
  };
}

export const normalizationOperators: Handlers = {
  FusedBatchNorm: batchNormalization,
  FusedBatchNormV2: batchNormalization,
  FusedBatchNormV3: batchNormalization,
  LRN: localResponse,
  Softmax: overLastAxis('softmax'),
  LogSoftmax: overLastAxis('logSoftmax'),
};
