/**
 * The area under the margin (AUM) of G. Pleiss et al., Identifying Mislabeled Data using the Area Under the Margin
 * Ranking (NeurIPS 2020). With the logits z(t) of an example of given label y at epoch t of T:
 *
 *   margin  M(t) = z_y(t) − max over i ≠ y of z_i(t)
 *   AUM          = (1 / T) Σ over t of M(t)
 *
 * Mislabeled examples tend to have low values: what is learned from the others pulls against their label. Only examples
 * of one run are compared, as the ranking does: logits are taken as they are, and models of other scale have other
 * areas.
 *
 * There z(t) are the logits of the training pass of epoch t, and T ends before the learning rate first drops, since
 * wrong labels are memorized after that. Here they are those at the end of epoch t, in evaluation mode and without
 * augmentation, which mixup has too, whose training passes see mixed examples; and T is every epoch that predictions
 * were given of. For the area up to an earlier epoch, score the predictions of the epochs up to it.
 */
import { areaUnderCurve, type AreaUnderCurve } from '../../statistics/auc.ts';
import { meanOf } from '../../statistics/mean.ts';
import { quartiles } from '../../statistics/quantiles.ts';
import type { MarginSummary } from './scores.ts';

export interface MarginTracker {
  /** Takes in the margins of the next evaluation, [n]. */
  record(margins: Float64Array): void;
  /** The mean of the margins recorded, at least one each, [n]. */
  means(): Float64Array;
}

/** Follows `count` examples. */
export function createMarginTracker(count: number): MarginTracker {
  const sums = new Float64Array(count);
  let evaluations = 0;
  return {
    record(margins) {
      evaluations++;
      margins.forEach((margin, example) => {
        sums[example] = (sums[example] ?? 0) + margin;
      });
    },
    means: () => sums.map((sum) => sum / evaluations),
  };
}

/**
 * Summarizes a group.
 *
 * @param areas area under the margin of every example
 * @param places at least one example
 */
export function summarizeMargins(areas: ArrayLike<number>, places: Int32Array): MarginSummary {
  const values = valuesAt(areas, places);
  return {
    count: values.length,
    mean: meanOf(values),
    quartiles: quartiles(values),
  };
}

/**
 * How well the area under the margin tells right labels from changed ones.
 *
 * @param areas area under the margin of every example
 * @param changed places of the examples whose given label is not their true one
 * @returns null where all labels or none are changed
 */
export function marginSeparation(areas: Float64Array, changed: Int32Array): AreaUnderCurve | null {
  if (changed.length === 0 || changed.length === areas.length) return null;
  const isChanged = new Set(changed);
  const right = areas.filter((_, example) => !isChanged.has(example));
  return areaUnderCurve(right, valuesAt(areas, changed));
}

function valuesAt(values: ArrayLike<number>, places: Int32Array): Float64Array {
  return Float64Array.from(places, (place) => values[place] ?? NaN);
}
