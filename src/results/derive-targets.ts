/**
 * Whether targeted attacks reached their targets. An example whose label the target is already cannot be led there: it
 * is left out of what was possible and of what was reached.
 */
import type { DerivedOutcomes, DerivedTargets } from './derived.ts';
import { rateOf } from './error-rate.ts';
import type { ResultAttack, StatedTargets } from './result.ts';
import { givenClass } from './target-class.ts';

/** @param stated what version 1 stated where it did not list the targets */
export function targetsOf(
  { predictions, targets }: Pick<DerivedOutcomes, 'predictions' | 'targets'>,
  { target }: Pick<ResultAttack, 'target'>,
  stated: StatedTargets | null,
): DerivedTargets | null {
  if (targets === null) return stated === null ? null : withRate(stated);
  // Only a class by its number can be an example's label already, and then it is that class.
  const own = givenClass(target);
  const count = (holds: (goal: number, label: number) => boolean): number =>
    targets.reduce((sum, goal, index) => sum + (holds(goal, predictions[index] ?? -1) ? 1 : 0), 0);
  return withRate({
    reached: count((goal, label) => goal >= 0 && label === goal),
    possible: count((goal) => goal >= 0),
    predicted: count((goal, label) => label === (goal >= 0 ? goal : own)),
  });
}

function withRate({ reached, possible, predicted }: StatedTargets): DerivedTargets {
  const rate = possible === null || possible === 0 ? null : rateOf(reached, possible);
  return { reached, possible, predicted, rate };
}
