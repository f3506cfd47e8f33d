/**
 * Has a run's test error risen since its best epoch? The last error less the least one is never below 0, whatever the
 * network does: the least of many noisy errors is below what that epoch would show on new examples, so that an
 * interval around this difference says nothing. Here the best epoch is chosen on one half of the test examples, and
 * the rise is measured on the other, where nothing was chosen (D. R. Cox, A note on data-splitting for the evaluation
 * of significance levels, Biometrika 62, 1975): given the choice, the paired interval holds as for any two epochs.
 * Examples at even places choose, those at odd places measure.
 */
import { decodeBits } from '../core/bits.ts';
import { pairedDifference, type PairedDifference } from '../statistics/difference.ts';
import { pairRanks } from '../statistics/paired.ts';
import type { MemorizationRun } from './memorization.ts';

export interface RiseAfterBest extends PairedDifference {
  /** The epoch that errs least, the first of several, on the examples at even places; counted from 1. */
  readonly chosenEpoch: number;
  /** The examples that measure. */
  readonly count: number;
}

/** @returns null where the outcomes of test examples were not kept, or there are fewer than two */
export function riseAfterBest({ testOutcomes, groups, curves }: MemorizationRun): RiseAfterBest | null {
  if (testOutcomes === null || groups.test < 2) return null;
  const halves = testOutcomes.right.map((text) => {
    const wrong = decodeBits(text, groups.test)?.map((right) => 1 - right) ?? new Uint8Array(groups.test);
    const half = (odd: 0 | 1): Uint8Array => wrong.filter((_, place) => place % 2 === odd);
    return { choosing: half(0), measuring: half(1) };
  });
  const errors = halves.map(({ choosing }) => choosing.reduce((sum, wrong) => sum + wrong, 0));
  const chosen = errors.indexOf(errors.reduce((least, count) => Math.min(least, count), Infinity));
  const [best, last] = [halves[chosen], halves.at(-1)];
  if (best === undefined || last === undefined) return null;
  return {
    chosenEpoch: curves.epoch[chosen] ?? 0,
    // A rank of 1 is an error as well as any.
    ...pairedDifference(pairRanks(best.measuring, last.measuring, 1)),
    count: last.measuring.length,
  };
}
