/**
 * Differences between runs, each with its interval over examples: paired where both were measured on the same
 * examples and it is known which of them each got wrong.
 */
import { decodeBits } from '../core/bits.ts';
import { decodeColumn } from '../results/column.ts';
import type { MemorizationRun } from '../results/memorization.ts';
import { riseAfterBest } from '../results/memorization-rise.ts';
import { contrast } from '../statistics/contrast.ts';
import { pairedDifference } from '../statistics/difference.ts';
import { pairRanks } from '../statistics/paired.ts';

/** A difference of errors as fractions of 1. */
export interface Difference {
  readonly value: number;
  readonly interval: { readonly lower: number; readonly upper: number };
}

/** How much more the first errs on the test examples after its last epoch; null where that is not known. */
export function testErrorDifference(
  first: MemorizationRun,
  second: MemorizationRun,
  metric: 'top1' | 'top5',
): Difference | null {
  const [one, other] = [first.testOutcomes, second.testOutcomes];
  if (one === null || other === null) {
    if (metric === 'top5') return null;
    return independent(first.testError.last.error, second.testError.last.error);
  }
  if (metric === 'top5' && (one.rightTop5 === null || other.rightTop5 === null)) return null;
  const ranks = [other, one].map((outcomes) => decodeColumn(outcomes.ranks, 'int32'));
  const { difference, interval } = pairedDifference(
    pairRanks(ranks[0] ?? [], ranks[1] ?? [], metric === 'top1' ? 1 : 5),
  );
  return { value: difference, interval };
}

/** How much more the first errs on the corrupted labels that it was trained on; null where nothing is corrupted. */
export function memorizationDifference(first: MemorizationRun, second: MemorizationRun): Difference | null {
  const [one, other] = [first.trainingError.corrupted, second.trainingError.corrupted];
  if (one === null || other === null) return null;
  const sameLabels =
    first.corruption !== null &&
    first.corruption.labelsSha256 === second.corruption?.labelsSha256 &&
    first.perExample.corrupted === second.perExample.corrupted;
  if (!sameLabels) return independent(one, other);
  const corrupted = flags(first.perExample.corrupted, first);
  const wrong = ({ perExample, groups }: MemorizationRun): Uint8Array =>
    flags(perExample.correct.at(-1) ?? '', { groups })
      .filter((_, place) => corrupted[place] === 1)
      .map((right) => 1 - right);
  // A rank of 1 is an error as well as any.
  const { difference, interval } = pairedDifference(pairRanks(wrong(second), wrong(first), 1));
  return { value: difference, interval };
}

/** The rise since the best epoch, see memorization-rise.ts; null where it is not known. */
export function riseOf(run: MemorizationRun): Difference | null {
  const rise = riseAfterBest(run);
  return rise === null ? null : { value: rise.difference, interval: rise.interval };
}

/**
 * How much more the first rises since its best epoch than the second since its own, each by its paired interval; the
 * two rises are taken for independent. Null where one is not known.
 */
export function riseDifference(first: MemorizationRun, second: MemorizationRun): Difference | null {
  const [one, other] = [riseAfterBest(first), riseAfterBest(second)];
  if (one === null || other === null) return null;
  return contrast([
    { sign: 1, estimate: one.difference, interval: one.interval },
    { sign: -1, estimate: other.difference, interval: other.interval },
  ]);
}

type Estimate = Pick<MemorizationRun['testError']['last']['error'], 'rate' | 'interval'>;

function independent(first: Estimate, second: Estimate): Difference {
  return contrast([
    { sign: 1, estimate: first.rate, interval: first.interval },
    { sign: -1, estimate: second.rate, interval: second.interval },
  ]);
}

/** Of the training examples. */
function flags(text: string, { groups }: Pick<MemorizationRun, 'groups'>): Uint8Array {
  return decodeBits(text, groups.train) ?? new Uint8Array(groups.train);
}
