/** The margin as a graph: by how much the best wrong class leads (Carlini and Wagner 2017). */
import { InputError } from '../../core/errors.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import { scalar } from '../../graph/filling.ts';
import { appendOneHot, classCountOf } from './labels.ts';

const NAME = 'margin';

/**
 * Appends max_{j≠y} z_j − z_y of each example: positive where it is misclassified, so that ascending it attacks. Its
 * gradient by the logits is 1 at the best wrong class, −1 at the label; wrong classes that tie share the 1 evenly.
 *
 * @param logits [N, K] with K fixed, two or more
 * @param labels int64 [N], each in 0 … K−1; one outside gives the margin 0
 * @returns the margins' name, [N]
 * @throws InputError when the logits are not [N, K] or have one class
 */
export function appendMargin(builder: GraphBuilder, logits: string, labels: string): string {
  const { dataType } = builder.type(logits);
  if (classCountOf(builder, logits, NAME) < 2) {
    throw new InputError(`the logits ${logits} have one class: a ${NAME} needs two or more`);
  }
  const hot = appendOneHot(builder, logits, labels, NAME);
  const zero = scalar(builder, 0, dataType);
  const wrong = builder.where(hot, scalar(builder, -Infinity, dataType), logits);
  const own = builder.reduceSum(builder.where(hot, logits, zero), [1], false);
  const margin = builder.sub(builder.reduceMax(wrong, [1], false), own);
  const labelled = builder.greater(builder.reduceSum(builder.cast(hot, dataType), [1], false), zero);
  return builder.where(labelled, margin, zero);
}
