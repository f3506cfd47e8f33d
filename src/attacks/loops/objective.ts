/** What a gradient attack climbs: a loss of the labels, or the falling loss of the target classes. */
import type { LossGradient } from '../../classifier/classifier.ts';
import type { Objective } from '../../classifier/objective.ts';
import type { AttackTask } from '../attack.ts';

/** The losses of one label that can be climbed away from it, and descended towards it. */
export type LabelLoss = Extract<Objective, { labels: Int32Array }>['loss'] &
  Exclude<Objective['loss'], 'targeted-dlr'>;

/**
 * Loss and gradient of what is to grow at the points, [n, ...inputShape]: the loss of the label, or when targeted minus
 * the loss of the target.
 */
export async function climbed(
  { oracle, labels, targets }: Pick<AttackTask, 'oracle' | 'labels' | 'targets'>,
  loss: LabelLoss,
  points: Float32Array,
): Promise<LossGradient> {
  const result = await oracle.gradient(points, { loss, labels: targets ?? labels });
  if (targets === null) return result;
  const negated = (values: Float32Array): Float32Array => values.map((value) => -value);
  return { ...result, losses: negated(result.losses), gradients: negated(result.gradients) };
}

/** All of them, the customary one first. */
export const labelLosses: readonly LabelLoss[] = ['cross-entropy', 'margin', 'probability-margin', 'dlr'];

/** The loss that is asked for, or where the model has too few classes for it, the margin, which needs two. */
export function lossFor(wanted: LabelLoss, { oracle }: Pick<AttackTask, 'oracle'>): LabelLoss {
  if (oracle.losses.has(wanted)) return wanted;
  return oracle.losses.has('margin') ? 'margin' : 'cross-entropy';
}
