/** The evaluator's outcomes as a result stores them: one number for each example. */
import type { AttackOutcome, CleanOutcome } from '../evaluation/outcomes.ts';
import type { Score } from '../evaluation/score.ts';
import { encodeColumn } from '../results/column.ts';
import type { Result, ResultAttackRun, ResultOutcomes } from '../results/result.ts';

type IdOf = (name: string) => string;

export function cleanEntry({ model, score, outputs }: CleanOutcome, idOf: IdOf): Result['clean'][number] {
  return {
    model: idOf(model),
    outcomes: outcomesOf(score),
    saturated: encodeColumn(score.saturatedFlags),
    logits: {
      least: encodeColumn(outputs.least),
      greatest: encodeColumn(outputs.greatest),
      leastSum: finite(outputs.leastSum),
      greatestSum: finite(outputs.greatestSum),
    },
  };
}

/** Sums with a logit of −∞, a class that is never chosen, are none; JSON has no infinities. */
function finite(sum: number): number | null {
  return Number.isFinite(sum) ? sum : null;
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
  outcome: AttackOutcome,
  scored: readonly AttackOutcome[],
  idOf: IdOf,
  attack: string,
): ResultAttackRun {
  const { source, perturbation, roundedPerturbation, targets, led } = outcome;
  const { linf, l2, l1, l0 } = perturbation;
  return {
    attack,
    source: idOf(source),
    sizes: {
      linf: encodeColumn(linf),
      l2: encodeColumn(l2),
      ...(l1 === undefined ? {} : { l1: encodeColumn(l1) }),
      ...(l0 === undefined ? {} : { l0: encodeColumn(l0) }),
    },
    gradients: encodeColumn(outcome.gradientCounts),
    queries: encodeColumn(outcome.queryCounts),
    zeroGradients: encodeColumn(outcome.zeroGradientFlags),
    ...(targets === null || led === null
      ? {}
      : { targets: encodeColumn(targets.map((target, example) => (led[example] === 1 ? target : -1))) }),
    ...(roundedPerturbation === null
      ? {}
      : {
          rounded: {
            linf: encodeColumn(roundedPerturbation.linf),
            l2: encodeColumn(roundedPerturbation.l2),
          },
        }),
    scored: scored.map(({ target, score, rounded }) => ({
      model: idOf(target),
      outcomes: outcomesOf(score),
      ...(rounded === null
        ? {}
        : {
            rounded: {
              predictions: encodeColumn(rounded.predictions),
              ranks: encodeColumn(rounded.ranks),
            },
          }),
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
