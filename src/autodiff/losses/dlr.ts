/** The difference-of-logits ratio and its targeted form as graphs (Croce and Hein 2020). */
import type { GraphBuilder } from '../../graph/builder.ts';
import { scalar } from '../../graph/filling.ts';
import { int64s, tensor } from '../../graph/tensor.ts';
import { appendOneHot } from './labels.ts';
import { appendMargin } from './margin.ts';

/** Added to the denominator, as the loss's authors do. */
const LEAST_DENOMINATOR = 1e-12;

/** A logit below this is that of a class which cannot be chosen, and no measure of the others' scale. */
const LEAST_LOGIT = -1e29;

/**
 * Appends (max_{j≠y} z_j − z_y) / (z_(1) − z_(3)) of each example, z_(k) being the k-th greatest logit. A scale and a
 * shift of the logits leave it as it is. Where fewer than three classes can be chosen, the margin undivided.
 *
 * @param logits [N, K] with K fixed, three or more
 * @param labels int64 [N], each in 0 … K−1
 * @returns the losses' name, [N]
 * @throws InputError when the logits are not [N, K]
 */
export function appendDlr(builder: GraphBuilder, logits: string, labels: string): string {
  const spread = weightedRanks(builder, logits, [1, 0, -1]);
  return divided(builder, appendMargin(builder, logits, labels), spread, logits);
}

/**
 * Appends (z_t − z_y) / (z_(1) − (z_(3) + z_(4)) / 2) of each example.
 *
 * @param logits [N, K] with K fixed, four or more
 * @param labels int64 [N], each in 0 … K−1
 * @param targets int64 [N], each in 0 … K−1
 * @returns the losses' name, [N]
 * @throws InputError when the logits are not [N, K]
 */
export function appendTargetedDlr(
  builder: GraphBuilder,
  logits: string,
  labels: string,
  targets: string,
): string {
  const spread = weightedRanks(builder, logits, [1, 0, -0.5, -0.5]);
  const lead = builder.sub(logitOf(builder, logits, targets), logitOf(builder, logits, labels));
  return divided(builder, lead, spread, logits);
}

/** The logit of a class of each example, [N]. */
function logitOf(builder: GraphBuilder, logits: string, labels: string): string {
  const hot = appendOneHot(builder, logits, labels, 'targeted DLR');
  const zero = scalar(builder, 0, builder.type(logits).dataType);
  return builder.reduceSum(builder.where(hot, logits, zero), [1], false);
}

/** Σ weight · z_(k) over the greatest logits, [N]; its value where a logit is masked is below −LEAST_LOGIT / 2 in size. */
function weightedRanks(builder: GraphBuilder, logits: string, weights: readonly number[]): string {
  const count = builder.constant(int64s([weights.length]));
  const outputs = [builder.fresh('greatest'), builder.fresh('classes')];
  const [greatest = ''] = builder.node('TopK', [logits, count], {}, { outputs });
  const { dataType } = builder.type(logits);
  const row = builder.cast(
    builder.constant(tensor('float32', [1, weights.length], Float32Array.from(weights))),
    dataType,
  );
  return builder.reduceSum(builder.mul(greatest, row), [1], false);
}

function divided(builder: GraphBuilder, numerator: string, spread: string, logits: string): string {
  const { dataType } = builder.type(logits);
  const measured = builder.apply('Less', [spread, scalar(builder, -LEAST_LOGIT / 2, dataType)]);
  const denominator = builder.add(spread, scalar(builder, LEAST_DENOMINATOR, dataType));
  const one = scalar(builder, 1, dataType);
  return builder.div(numerator, builder.where(measured, denominator, one));
}
