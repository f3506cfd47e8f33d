/** The margin of probabilities as a graph (Gao et al. 2022, PMA): bounded, and steep where the decision is near. */
import type { GraphBuilder } from '../../graph/builder.ts';
import { appendMargin } from './margin.ts';

/**
 * Appends max_{j≠y} p_j − p_y of each example, p being the softmax of the logits.
 *
 * @param logits [N, K] with K fixed, two or more
 * @param labels int64 [N], each in 0 … K−1
 * @returns the margins' name, [N], each in [−1, 1]
 * @throws InputError when the logits are not [N, K] or have one class
 */
export function appendProbabilityMargin(builder: GraphBuilder, logits: string, labels: string): string {
  return appendMargin(builder, builder.softmax(logits, 1), labels);
}
