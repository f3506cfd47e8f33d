/** Cross-entropy as a graph, for attacks (hard labels) and for training with mixed targets. */
import { InputError } from '../core/errors.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { tensor } from '../graph/tensor.ts';

/**
 * Appends −log softmax(logits)[label] of each example. Its gradient by the logits is softmax − one-hot, stable for
 * any logits.
 *
 * @param logits [N, K] with K fixed
 * @param labels int64 [N], each in 0 … K−1; one outside gives the loss 0, so check labels where they are read
 * @returns the losses' name, [N]
 * @throws InputError when the logits are not [N, K]
 */
export function appendCrossEntropy(builder: GraphBuilder, logits: string, labels: string): string {
  const { dataType, dims } = builder.type(logits);
  const classes = classCountOf(builder, logits);
  if (builder.type(labels).dataType !== 'int64' || builder.dims(labels).length !== 1) {
    throw new InputError(`the labels ${labels} of a cross-entropy must be int64 of one dimension`);
  }
  const range = builder.constant(
    tensor(
      'int64',
      [1, classes],
      BigInt64Array.from({ length: classes }, (_, label) => BigInt(label)),
    ),
  );
  const hot = builder.equal(builder.unsqueeze(labels, [dims.length - 1]), range);
  return appendSoftCrossEntropy(builder, logits, builder.cast(hot, dataType));
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
  classCountOf(builder, logits);
  const weighted = builder.mul(builder.logSoftmax(logits, 1), targets);
  return builder.neg(builder.reduceSum(weighted, [1], false));
}

function classCountOf(builder: GraphBuilder, logits: string): number {
  const dims = builder.dims(logits);
  const [, classes] = dims;
  if (dims.length !== 2 || typeof classes !== 'number') {
    throw new InputError(
      `the logits ${logits} have the shape [${dims.join(', ')}]: a cross-entropy needs [N, K] with a fixed K`,
    );
  }
  return classes;
}
