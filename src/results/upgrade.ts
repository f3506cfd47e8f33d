/**
 * Brings results of earlier versions up to this one. Those counted every example that was taken for its target, those
 * included whose label it is; what they hold of each example tells how many could be led there, and how many were.
 */
import type { Result, ResultEvaluation } from './result.ts';
import { givenClass, impliedTargets, stateTargets } from './targets.ts';

/** The same result where there is nothing to bring up; else a copy. */
export function upgradeResult(result: Result): Result {
  const evaluations = result.evaluations.map((evaluation) => upgradeTargets(result, evaluation));
  const changed = evaluations.some((evaluation, index) => evaluation !== result.evaluations[index]);
  return changed ? { ...result, evaluations } : result;
}

function upgradeTargets(result: Result, evaluation: ResultEvaluation): ResultEvaluation {
  const { targetsReached, targetsPossible, outcomes, count } = evaluation;
  const attack = result.attacks.find(({ id }) => id === evaluation.attack);
  if (attack === undefined || targetsReached === null || targetsPossible !== undefined) return evaluation;
  const targets = impliedTargets(result, evaluation, attack);
  if (targets !== null) {
    const reached = outcomes.predictions.filter((label, index) => label === targets[index]).length;
    const possible = targets.filter((target) => target !== null).length;
    const stated = stateTargets({ possible, reached, predicted: targetsReached });
    return { ...evaluation, ...stated, outcomes: { ...outcomes, targets } };
  }
  // No way to tell who was led to the given class: the old count stays what it was.
  if (givenClass(attack.target) !== null || attack.target === 'next') return evaluation;
  // Every other rule chooses a class that is not the example's own.
  return {
    ...evaluation,
    ...stateTargets({ possible: count, reached: targetsReached, predicted: targetsReached }),
  };
}
