/**
 * Whether targeted attacks reached their targets. An example whose label the target is already cannot be led there: it
 * is left out of what was possible and of what was reached.
 */
import { wilsonInterval } from '../statistics/proportion.ts';
import type { Result, ResultAttack, ResultEvaluation, TargetRate } from './result.ts';

/** Counts of examples. */
export interface TargetCounts {
  /** Led towards a target. */
  readonly possible: number;
  /** Led there: taken for the target. */
  readonly reached: number;
  /** Taken for the target, led there or not. */
  readonly predicted: number;
}

type TargetFields = 'targetsReached' | 'targetsPossible' | 'targetRate' | 'targetsPredicted';

/** The counts as an evaluation states them. */
export function stateTargets({
  possible,
  reached,
  predicted,
}: TargetCounts): Required<Pick<ResultEvaluation, TargetFields>> {
  return {
    targetsReached: reached,
    targetsPossible: possible,
    targetRate: targetRate(reached, possible),
    targetsPredicted: predicted,
  };
}

/** Null where nothing could be led. */
function targetRate(reached: number, possible: number): TargetRate | null {
  if (possible === 0) return null;
  const { lower, upper, level } = wilsonInterval(reached, possible);
  return { rate: reached / possible, interval: { lower, upper, level, method: 'Wilson' } };
}

/**
 * The targets of an attack where they follow from what a result holds: of the rules `next` and a given class.
 *
 * @returns null for an example whose label the target is; null for all where the rule draws or ranks classes, or where
 * it goes by the source's clean predictions and the result lacks them
 */
export function impliedTargets(
  result: Result,
  { source }: ResultEvaluation,
  { target, label }: ResultAttack,
): (number | null)[] | null {
  const clean = result.evaluations.find((other) => other.setting === 'clean' && other.target === source);
  const labels = label === 'true' ? result.examples.labels : clean?.outcomes.predictions;
  const classCount = result.models.find(({ id }) => id === source)?.classCount;
  if (labels === undefined || classCount === undefined || target === null) return null;
  if (target === 'next') return labels.map((own) => (own + 1) % classCount);
  const given = givenClass(target);
  return given === null ? null : labels.map((own) => (own === given ? null : given));
}

/** The class that a target rule names itself; null for a rule that chooses. */
export function givenClass(target: string | null): number | null {
  return target !== null && /^\d+$/.test(target) ? Number(target) : null;
}
