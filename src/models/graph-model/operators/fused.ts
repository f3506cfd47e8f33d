/** What TensorFlow's optimiser fuses onto convolutions and matrix products: `fused_ops`, applied one after the other. */
import { float } from '../../../graph/attributes.ts';
import { broadcastIn } from '../operand.ts';
import type { Operand } from '../operand.ts';
import type { OperatorScope } from '../scope.ts';
import { biased, relu6 } from './elementwise.ts';
import { normalized } from './normalization.ts';

/** How many of the node's further inputs an operation takes. */
const taken: Readonly<Record<string, number>> = { biasadd: 1, add: 1, prelu: 1, fusedbatchnorm: 4 };

export interface Fused {
  /** A vector along the channels that is added first, and that the operator may take as its own bias. */
  readonly bias: string | undefined;
  /** Applies the other operations to what the operator computed. */
  readonly finish: (result: Operand) => Operand;
}

/**
 * Reads the node's fused operations.
 *
 * @param from the number of the node's first input that belongs to them
 */
export function fusedOperations(scope: OperatorScope, from: number): Fused {
  const operations = scope.texts('fused_ops').map((name) => name.toLowerCase());
  const asked = operations.reduce((sum, operation) => sum + (taken[operation] ?? 0), from);
  if (asked !== scope.count) {
    throw scope.refuse(
      `has ${String(scope.count)} inputs, and its fused_ops [${operations.join(', ')}] ask for ${String(asked)}`,
    );
  }
  const hasBias = operations[0] === 'biasadd' && scope.rank(from) === 1;
  return {
    bias: hasBias ? scope.plain(from) : undefined,
    finish: (result) => {
      let at = hasBias ? from + 1 : from;
      let operand = result;
      for (const operation of hasBias ? operations.slice(1) : operations) {
        operand = { ...operand, value: applied(scope, operation, operand, at) };
        at += taken[operation] ?? 0;
      }
      return operand;
    },
  };
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
