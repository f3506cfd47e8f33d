/** Sizes of perturbations: measured of each example, or stated of all together by version 1. */
import { quartiles } from '../statistics/quantiles.ts';
import { decodeColumn } from './column.ts';
import type { DerivedEvaluation, DerivedSizes, SizeSummary } from './derived.ts';
import { errorRate } from './error-rate.ts';
import type { Column, ResultAttackRun, ResultScored, StatedNorm, StatedSizes } from './result.ts';

export function sizesOf({ sizes }: ResultAttackRun, stated: ResultScored['stated']): DerivedSizes | null {
  if (sizes === undefined) return stated === undefined ? null : statedSizes(stated.perturbation);
  const { linf, l2, l1, l0 } = sizes;
  return {
    linf: summaryOf(linf),
    l2: summaryOf(l2),
    ...(l1 === undefined ? {} : { l1: summaryOf(l1) }),
    ...(l0 === undefined ? {} : { l0: summaryOf(l0) }),
  };
}

/** @param hasTop5 whether the model has more than five classes */
export function roundedOf(
  run: ResultAttackRun,
  { rounded, stated, outcomes }: ResultScored,
  hasTop5: boolean,
): DerivedEvaluation['rounded'] {
  if (rounded !== undefined) {
    const ranks = decodeColumn(rounded.ranks, 'int32');
    const rate = (top: number): ReturnType<typeof errorRate> =>
      errorRate(
        ranks.reduce((sum, rank) => sum + (rank >= top ? 1 : 0), 0),
        ranks.length,
      );
    return {
      top1: rate(1),
      top5: hasTop5 ? rate(5) : null,
      sizes:
        run.rounded === undefined
          ? null
          : { linf: summaryOf(run.rounded.linf), l2: summaryOf(run.rounded.l2) },
    };
  }
  if (stated?.rounded == null) return null;
  const { top1Errors, top5Errors, perturbation } = stated.rounded;
  const count = outcomes.ranks.length;
  return {
    top1: errorRate(top1Errors, count),
    top5: top5Errors === null ? null : errorRate(top5Errors, count),
    sizes: perturbation === null ? null : statedSizes(perturbation),
  };
}

function summaryOf(column: Column): SizeSummary {
  const sizes = decodeColumn(column, 'float64');
  return {
    max: sizes.reduce((most, size) => Math.max(most, size), 0),
    mean: sizes.reduce((sum, size) => sum + size, 0) / sizes.length,
    median: quartiles(sizes).median,
  };
}

function statedSizes({ linf, l2 }: StatedSizes): DerivedSizes {
  const summary = ({ max, mean }: StatedNorm): SizeSummary => ({ max, mean, median: null });
  return { linf: summary(linf), l2: summary(l2) };
}
