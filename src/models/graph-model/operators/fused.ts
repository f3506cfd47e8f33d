/** What TensorFlow's optimiser fuses onto convolutions and matrix products: `fused_ops`, applied one after the other. */
import { float } from '../../../graph/attributes.ts';
import { broadcastIn } from '../operand.ts';
import type { Operand } from '../operand.ts';
import type { OperatorScope } from '../scope.ts';
import { biased, relu6 } from './elementwise.ts';
import { normalized } from './normalization.ts';

/** How many of the node's further inputs an operation takes. */
const taken: Readonly<Record<string, number>> = { biasadd: 1, add: 1, prelu: 1, fusedbatchnorm: 4 };

/**
 * Applies the node's fused operations to what it computed.
 *
 * @param from the number of the node's first input that belongs to them
 */
export function withFused(scope: OperatorScope, result: Operand, from: number): Operand {
  const operations = scope.texts('fused_ops').map((name) => name.toLowerCase());
  let at = from;
  let operand = result;
  for (const operation of operations) {
    operand = { ...operand, value: applied(scope, operation, operand, at) };
    at += taken[operation] ?? 0;
  }
  if (at !== scope.count) {
    throw scope.refuse(
      `has ${String(scope.count)} inputs, and its fused_ops ${operations.join(', ')} ask for ${String(at)}`,
    );
  }
  return operand;
}

function applied(scope: OperatorScope, operation: string, operand: Operand, at: number): string {
  const { builder } = scope;
  const { value, order } = operand;
  switch (operation) {
    case 'biasadd':
    case 'add':
      return biased(scope, operand, scope.operand(at));
    case 'fusedbatchnorm':
      return normalized(scope, operand, at, scope.attribute('epsilon', 1e-4)).value;
    case 'linear':
      return value;
    case 'relu':
      return builder.relu(value);
    case 'relu6':
      return relu6(builder, value);
    case 'elu':
      return builder.apply('Elu', [value]);
    case 'sigmoid':
      return builder.sigmoid(value);
    case 'tanh':
      return builder.tanh(value);
    case 'leakyrelu':
      return builder.apply('LeakyRelu', [value], { alpha: float(scope.attribute('leakyrelu_alpha', 0.2)) });
    case 'prelu':
      return builder.apply('PRelu', [value, broadcastIn(builder, scope.operand(at), order)]);
    default:
      throw scope.refuse(`fuses ${operation}, which cannot be imported`);
  }
}
