/**
 * Models compared under the same attack on the same examples: the difference of their accuracies, and the ratio that
 * section 3.5 of the mixup paper calls "times more robust". The first model of each attack is the baseline of the
 * others. The intervals of the differences hold all at once: each has the level 1 − 0.05/m of Bonferroni's correction
 * for m comparisons.
 */
import { pairedDifference } from '../statistics/difference.ts';
import { pairRanks } from '../statistics/paired.ts';
import { pairedAccuracyRatio } from '../statistics/ratio.ts';
import type { DerivedComparison, DerivedEvaluation } from './derived.ts';

/** The chance, at most, that some interval of a result leaves out its true difference. */
const alpha = 0.05;

export function comparisonsOf(evaluations: readonly DerivedEvaluation[]): readonly DerivedComparison[] {
  const groups = new Map<string, DerivedEvaluation[]>();
  for (const evaluation of evaluations) {
    if (evaluation.attack === null) continue;
    const key = JSON.stringify([evaluation.attack, evaluation.transfer ? evaluation.source : null]);
    groups.set(key, [...(groups.get(key) ?? []), evaluation]);
  }
  const pairs = [...groups.values()].flatMap(([baseline, ...others]) =>
    baseline === undefined ? [] : others.map((other) => [baseline, other] as const),
  );
  return pairs.map(([baseline, other]) => compare(baseline, other, 1 - alpha / pairs.length));
}

function compare(baseline: DerivedEvaluation, other: DerivedEvaluation, level: number): DerivedComparison {
  const counts = pairRanks(baseline.outcomes.ranks, other.outcomes.ranks, 1);
  // The errors' difference with the roles exchanged is that of the accuracies.
  const exchanged = {
    ...counts,
    onlyFirstRight: counts.onlySecondRight,
    onlySecondRight: counts.onlyFirstRight,
  };
  const { difference, interval } = pairedDifference(exchanged, level);
  const { ratio, interval: ratioInterval } = pairedAccuracyRatio(counts);
  return {
    attack: baseline.attack ?? '',
    source: baseline.transfer ? baseline.source : null,
    access: baseline.access ?? 'gradient',
    baseline: baseline.model,
    model: other.model,
    baselineAccuracy: accuracyOf(baseline),
    modelAccuracy: accuracyOf(other),
    difference,
    interval,
    distinguishable: interval.lower > 0 || interval.upper < 0,
    ratio: ratio === null || ratioInterval === null ? null : { value: ratio, interval: ratioInterval },
  };
}

function accuracyOf({ count, top1 }: DerivedEvaluation): number {
  return (count - top1.errors) / count;
}
