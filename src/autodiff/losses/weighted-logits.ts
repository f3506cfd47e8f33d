/** A weighted sum of logits as a graph: its gradient by the input is the vector-Jacobian product of the logits. */
import type { GraphBuilder } from '../../graph/builder.ts';
import { classCountOf } from './labels.ts';

/**
 * Appends Σ_k w_k z_k of each example.
 *
 * @param logits [N, K] with K fixed
 * @param weights [N, K], of the logits' type
 * @returns the sums' name, [N]
 * @throws InputError when the logits are not [N, K]
 */
export function appendWeightedLogits(builder: GraphBuilder, logits: string, weights: string): string {
  classCountOf(builder, logits, 'weighted sum');
  return builder.reduceSum(builder.mul(logits, weights), [1], false);
}
