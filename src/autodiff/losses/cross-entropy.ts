/** Cross-entropy as a graph, for attacks (hard labels) and for training with mixed targets. */
import type { GraphBuilder } from '../../graph/builder.ts';
import { scalar } from '../../graph/filling.ts';
import { appendOneHot, classCountOf } from './labels.ts';

const NAME = 'cross-entropy';

/**
 * Appends −log softmax(logits)[label] of each example. Its gradient by the logits is softmax − one-hot, stable for
 * any logits, with those of −∞ among them: classes that cannot be chosen.
 *
 * @param logits [N, K] with K fixed
 * @param labels int64 [N], each in 0 … K−1; one outside gives the loss 0, so check labels where they are read
 * @returns the losses' name, [N]
 * @throws InputError when the logits are not [N, K]
 */
export function appendCrossEntropy(builder: GraphBuilder, logits: string, labels: string): string {
  const hot = appendOneHot(builder, logits, labels, NAME);
  // Chosen, not multiplied by 0 and 1: the logarithm of a class of logit −∞ is −∞, and 0 · −∞ no number.
  const zero = scalar(builder, 0, builder.type(logits).dataType);
  const chosen = builder.where(hot, builder.logSoftmax(logits, 1), zero);
  return builder.neg(builder.reduceSum(chosen, [1], false));
}

/**
 * Appends −Σ targets·log softmax(logits) of each example.
 *
 * @param logits [N, K] with K fixed
 * @param targets [N, K], of the logits' type
 * @returns the losses' name, [N]
 * @throws InputError when the logits are not [N, K]
 */
export function appendSoftCrossEntropy(builder: GraphBuilder, logits: string, targets: string): string {
  classCountOf(builder, logits, NAME);
  const weighted = builder.mul(builder.logSoftmax(logits, 1), targets);
  return builder.neg(builder.reduceSum(weighted, [1], false));
}
