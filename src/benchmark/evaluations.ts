/** The evaluator's outcomes as a result stores them: one number for each example. */
import type { AttackOutcome, CleanOutcome } from '../evaluation/outcomes.ts';
import type { Score } from '../evaluation/score.ts';
import { encodeColumn } from '../results/column.ts';
import type { Result, ResultAttackRun, ResultOutcomes } from '../results/result.ts';

type IdOf = (name: string) => string;

export function cleanEntry({ model, score }: CleanOutcome, idOf: IdOf): Result['clean'][number] {
  return { model: idOf(model), outcomes: outcomesOf(score) };
}

/** The outcomes of one attack on one source, on each model that they were scored on, as one run. */
export function runEntries(
  outcomes: readonly AttackOutcome[],
  idOf: IdOf,
  attackOf: (outcome: AttackOutcome) => string,
): ResultAttackRun[] {
  const groups = new Map<AttackOutcome['run'], Map<string, AttackOutcome[]>>();
  for (const outcome of outcomes) {
    const bySource = groups.get(outcome.run) ?? new Map<string, AttackOutcome[]>();
    bySource.set(outcome.source, [...(bySource.get(outcome.source) ?? []), outcome]);
    groups.set(outcome.run, bySource);
  }
  const sources = new Set(outcomes.map(({ source }) => source));
  return [...sources].flatMap((source) =>
    [...groups.values()].flatMap((bySource) => {
      const own = bySource.get(source) ?? [];
      const [first] = own;
      return first === undefined ? [] : [runEntry(first, own, idOf, attackOf(first))];
    }),
  );
}

function runEntry(
  { source, perturbation, roundedPerturbation, targets, led, gradientCounts }: AttackOutcome,
  scored: readonly AttackOutcome[],
  idOf: IdOf,
  attack: string,
): ResultAttackRun {
  return {
    attack,
    source: idOf(source),
    sizes: { linf: encodeColumn(perturbation.linf), l2: encodeColumn(perturbation.l2) },
    gradients: encodeColumn(gradientCounts),
    ...(targets === null || led === null
      ? {}
      : { targets: encodeColumn(targets.map((target, example) => (led[example] === 1 ? target : -1))) }),
    rounded: { linf: encodeColumn(roundedPerturbation.linf), l2: encodeColumn(roundedPerturbation.l2) },
    scored: scored.map(({ target, score, rounded }) => ({
      model: idOf(target),
      outcomes: outcomesOf(score),
      rounded: { predictions: encodeColumn(rounded.predictions), ranks: encodeColumn(rounded.ranks) },
    })),
  };
}

function outcomesOf({ predictions, ranks, losses }: Score): ResultOutcomes {
  return {
    predictions: encodeColumn(predictions),
    ranks: encodeColumn(ranks),
    losses: encodeColumn(Float32Array.from(losses)),
  };
}
