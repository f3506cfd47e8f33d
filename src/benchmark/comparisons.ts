/**
 * "k times more robust" (section 3.5 of the mixup paper): the ratio of two models' accuracies on adversarial examples
 * of the same setting and attack. The first model is the baseline of the others.
 */
import type { ResultComparison, ResultEvaluation } from '../results/result.ts';
import { pairRanks } from '../statistics/paired.ts';
import { pairedAccuracyRatio } from '../statistics/ratio.ts';

/** @param source the id of the black box's source model */
export function comparisonsOf(
  evaluations: readonly ResultEvaluation[],
  source: string | undefined,
): ResultComparison[] {
  const attacked = evaluations.filter(({ setting }) => setting !== 'clean');
  const groups = new Map<string, ResultEvaluation[]>();
  for (const evaluation of attacked) {
    const key = `${evaluation.setting} ${evaluation.attack ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), evaluation]);
  }
  return [...groups.values()].flatMap(([baseline, ...others]) =>
    baseline === undefined ? [] : others.map((other) => compare(baseline, other, source ?? null)),
  );
}

function compare(
  baseline: ResultEvaluation,
  other: ResultEvaluation,
  source: string | null,
): ResultComparison {
  const counts = pairRanks(baseline.outcomes.ranks, other.outcomes.ranks, 1);
  const ratio = pairedAccuracyRatio(counts);
  const setting = baseline.setting === 'black-box' ? 'black-box' : 'white-box';
  return {
    kind: 'times more robust',
    setting,
    attack: baseline.attack ?? '',
    source: setting === 'black-box' ? source : null,
    metric: 'top1',
    baseline: baseline.target,
    model: other.target,
    accuracyRatio: ratio.ratio,
    interval: ratio.interval === null ? null : { ...ratio.interval, method: 'Nam-Blackwelder' },
  };
}
