/**
 * Everything that follows from a result: the one place where outcomes become rates, intervals, comparisons and worst
 * cases, for what writes, checks, compares and shows results. The same file gives the same numbers for ever.
 */
import { decodeColumn } from './column.ts';
import { namesOf } from './attack-name.ts';
import type { Derived, DerivedEvaluation, DerivedOutcomes } from './derived.ts';
import { comparisonsOf } from './derive-comparisons.ts';
import { roundedOf, sizesOf } from './derive-sizes.ts';
import { targetsOf } from './derive-targets.ts';
import { worstCasesOf } from './derive-worst.ts';
import { errorRate } from './error-rate.ts';
import { lackingOf } from './part.ts';
import type { Result, ResultAttack, ResultAttackRun, ResultOutcomes, ResultScored } from './result.ts';

/** Up to this many classes every label is among the best five. */
const topFive = 5;

/** @param result valid: as read, or as just made */
export function derive(result: Result): Derived {
  const { tool, seed, data, models, engine, plan, part, warnings, examples, attacks } = result;
  const names = namesOf(attacks);
  const named = attacks.map((attack, index) => ({ ...attack, name: names[index] ?? attack.id }));
  const evaluations = evaluationsOf(result);
  return {
    tool,
    seed,
    data,
    models,
    engine,
    plan,
    warnings,
    examples: {
      count: examples.count,
      selection: examples.selection,
      indices: decodeColumn(examples.indices, 'int32'),
      labels: decodeColumn(examples.labels, 'int32'),
    },
    part: part === null ? null : { ...part, lacking: lackingOf(part, examples.count) },
    attacks: named,
    evaluations,
    comparisons: comparisonsOf(evaluations),
    worst: worstCasesOf(evaluations, attacks),
  };
}

function evaluationsOf(result: Result): readonly DerivedEvaluation[] {
  const classCounts = new Map(result.models.map(({ id, classCount }) => [id, classCount]));
  const classCountOf = (id: string): number => classCounts.get(id) ?? 0;
  const clean = result.clean.map(({ model, outcomes }): DerivedEvaluation => ({
    attack: null,
    source: null,
    model,
    access: null,
    transfer: false,
    ...errorsOf(outcomes, classCountOf(model)),
    sizes: null,
    rounded: null,
    targets: null,
    gradients: null,
    queries: null,
    zeroGradients: null,
    outcomes: { ...decoded(outcomes), targets: null },
  }));
  const attacked = result.runs.flatMap((run) => {
    const attack = result.attacks.find(({ id }) => id === run.attack);
    return attack === undefined
      ? []
      : run.scored.map((scored) => attackedEvaluation(run, attack, scored, classCountOf(scored.model)));
  });
  return [
    ...clean,
    ...attacked.filter(({ transfer }) => !transfer),
    ...attacked.filter(({ transfer }) => transfer),
  ];
}

function attackedEvaluation(
  run: ResultAttackRun,
  attack: ResultAttack,
  scored: ResultScored,
  classCount: number,
): DerivedEvaluation {
  const { outcomes, stated } = scored;
  const targets = run.targets === undefined ? null : decodeColumn(run.targets, 'int32');
  const lists = { ...decoded(outcomes), targets };
  return {
    attack: attack.id,
    source: run.source,
    model: scored.model,
    access: attack.access,
    transfer: scored.model !== run.source,
    ...errorsOf(outcomes, classCount),
    sizes: sizesOf(run, stated),
    rounded: roundedOf(run, scored, classCount > topFive),
    targets: targetsOf(lists, attack, stated?.targets ?? null),
    gradients: meanOfColumn(run.gradients) ?? stated?.gradientsPerExample ?? null,
    queries: meanOfColumn(run.queries),
    zeroGradients:
      run.zeroGradients === undefined
        ? null
        : decodeColumn(run.zeroGradients, 'uint8').reduce((sum, flag) => sum + flag, 0),
    outcomes: lists,
  };
}

function decoded({ predictions, ranks, losses }: ResultOutcomes): Omit<DerivedOutcomes, 'targets'> {
  return {
    predictions: decodeColumn(predictions, 'int32'),
    ranks: decodeColumn(ranks, 'int32'),
    losses: losses === undefined ? null : decodeColumn(losses, 'float32'),
  };
}

function errorsOf(
  outcomes: ResultOutcomes,
  classCount: number,
): Pick<DerivedEvaluation, 'count' | 'top1' | 'top5' | 'meanLoss'> {
  const { ranks, losses } = decoded(outcomes);
  const errorsAt = (top: number): number => ranks.reduce((sum, rank) => sum + (rank >= top ? 1 : 0), 0);
  return {
    count: ranks.length,
    top1: errorRate(errorsAt(1), ranks.length),
    top5: classCount > topFive ? errorRate(errorsAt(topFive), ranks.length) : null,
    meanLoss: losses === null ? null : losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
  };
}

function meanOfColumn(column: ResultAttackRun['gradients']): number | null {
  if (column === undefined) return null;
  return decodeColumn(column, 'int32').reduce((sum, value) => sum + value, 0) / column.length;
}
