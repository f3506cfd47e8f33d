/**
 * Who was led where, by results of version 1. The first of them counted every example that was taken for its target,
 * those included whose label it is; what they hold of each example tells how many could be led there.
 */
import { givenClass } from '../target-class.ts';
import type { Result, ResultAttack, ResultEvaluation } from './result.ts';

/**
 * The targets of an evaluation: listed, or as they follow from what the result holds, of the rules `next` and a given
 * class.
 *
 * @returns null for an example whose label the target is; null for all where the rule draws or ranks classes, or where
 * it goes by the source's clean predictions and the result lacks them
 */
export function targetsOf(
  result: Result,
  { source, outcomes }: ResultEvaluation,
  { target, label }: ResultAttack,
): readonly (number | null)[] | null {
  if (outcomes.targets !== undefined) return outcomes.targets;
  const clean = result.evaluations.find((other) => other.setting === 'clean' && other.target === source);
  const labels = label === 'true' ? result.examples.labels : clean?.outcomes.predictions;
  const classCount = result.models.find(({ id }) => id === source)?.classCount;
  if (labels === undefined || classCount === undefined || target === null) return null;
  if (target === 'next') return labels.map((own) => (own + 1) % classCount);
  const given = givenClass(target);
  return given === null ? null : labels.map((own) => (own === given ? null : given));
}
