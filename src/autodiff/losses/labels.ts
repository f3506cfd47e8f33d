/** What losses of hard labels have in common: logits [N, K], labels int64 [N]. */
import { InputError } from '../../core/errors.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import { tensor } from '../../graph/tensor.ts';

/**
 * The number of classes of logits.
 *
 * @param loss names the loss in the message
 * @throws InputError when the logits are not [N, K] with a fixed K
 */
export function classCountOf(builder: GraphBuilder, logits: string, loss: string): number {
  const dims = builder.dims(logits);
  const [, classes] = dims;
  if (dims.length !== 2 || typeof classes !== 'number') {
    throw new InputError(
      `the logits ${logits} have the shape [${dims.join(', ')}]: a ${loss} needs [N, K] with a fixed K`,
    );
  }
  return classes;
}

/**
 * Appends which class is the label, bool [N, K]; no class where the label is none of 0 … K−1.
 *
 * @throws InputError when the logits are not [N, K], or the labels not int64 of one dimension
 */
export function appendOneHot(builder: GraphBuilder, logits: string, labels: string, loss: string): string {
  const classes = classCountOf(builder, logits, loss);
  if (builder.type(labels).dataType !== 'int64' || builder.dims(labels).length !== 1) {
    throw new InputError(`the labels ${labels} of a ${loss} must be int64 of one dimension`);
  }
  const range = builder.constant(
    tensor(
      'int64',
      [1, classes],
      BigInt64Array.from({ length: classes }, (_, label) => BigInt(label)),
    ),
  );
  return builder.equal(builder.unsqueeze(labels, [1]), range);
}
