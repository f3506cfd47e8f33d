/** The evaluator's outcomes as entries of a result: counts become rates with intervals. */
import type { AttackOutcome, CleanOutcome } from '../evaluation/outcomes.ts';
import type { SizeColumns } from '../evaluation/records.ts';
import type { Score } from '../evaluation/score.ts';
import type { ErrorRate, PerturbationSummary, ResultEvaluation } from '../results/result.ts';
import { stateTargets } from '../results/targets.ts';
import { wilsonInterval } from '../statistics/proportion.ts';

/** With five classes or fewer every label is among the best five. */
const TOP_FIVE = 5;

export function cleanEvaluation(
  { model, classCount, score }: CleanOutcome,
  idOf: (name: string) => string,
): ResultEvaluation {
  return {
    setting: 'clean',
    attack: null,
    source: null,
    target: idOf(model),
    ...scoreEntries(score, classCount),
    perturbation: null,
    rounded8Bit: null,
    targetsReached: null,
    gradientsPerExample: null,
  };
}

export function attackEvaluation(
  outcome: AttackOutcome,
  classCount: number,
  idOf: (name: string) => string,
  attack: string,
): ResultEvaluation {
  const { score, rounded, gradientCounts } = outcome;
  const { outcomes, ...errors } = scoreEntries(score, classCount);
  const roundedErrors = (top: number): number => rounded?.ranks.filter((rank) => rank >= top).length ?? 0;
  return {
    setting: outcome.box === 'white' ? 'white-box' : 'black-box',
    attack,
    source: idOf(outcome.source),
    target: idOf(outcome.target),
    ...errors,
    outcomes: { ...outcomes, ...targetList(outcome) },
    perturbation: perturbationSummary(outcome.perturbation),
    rounded8Bit:
      rounded === null || outcome.roundedPerturbation === null
        ? null
        : {
            top1: errorRate(roundedErrors(1), rounded.ranks.length),
            top5: classCount > TOP_FIVE ? errorRate(roundedErrors(TOP_FIVE), rounded.ranks.length) : null,
            perturbation: perturbationSummary(outcome.roundedPerturbation),
          },
    ...(outcome.targetCounts === null ? { targetsReached: null } : stateTargets(outcome.targetCounts)),
    gradientsPerExample: mean(gradientCounts),
  };
}

/** The class that each example was led towards, null for those that it could not be. */
function targetList({ targets, led }: AttackOutcome): Pick<ResultEvaluation['outcomes'], 'targets'> {
  if (targets === null || led === null) return {};
  return { targets: Array.from(targets, (target, example) => (led[example] === 1 ? target : null)) };
}

function scoreEntries(
  { predictions, ranks, top1Errors, top5Errors }: Score,
  classCount: number,
): Pick<ResultEvaluation, 'count' | 'top1' | 'top5' | 'outcomes'> {
  const count = ranks.length;
  return {
    count,
    top1: errorRate(top1Errors, count),
    top5: classCount > TOP_FIVE ? errorRate(top5Errors, count) : null,
    outcomes: { predictions: [...predictions], ranks: [...ranks] },
  };
}

/** A count of errors as a rate with Wilson's interval. */
export function errorRate(errors: number, count: number): ErrorRate {
  const { lower, upper, level } = wilsonInterval(errors, count);
  return { errors, rate: errors / count, interval: { lower, upper, level, method: 'Wilson' } };
}

function perturbationSummary({ linf, l2 }: SizeColumns): PerturbationSummary {
  return { linf: summary(linf), l2: summary(l2), unit: 'fraction of range' };
}

function summary(sizes: ArrayLike<number>): PerturbationSummary['linf'] {
  return { max: Array.from(sizes).reduce((most, size) => Math.max(most, size), 0), mean: mean(sizes) };
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
