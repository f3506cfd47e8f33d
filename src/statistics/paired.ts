/** How two classifiers' outcomes on the same examples fall together: the table that paired statistics read. */
import { InputError } from '../core/errors.ts';
import { assertCounts } from './interval.ts';

/** The four cells of the paired table; they sum to the number of examples. */
export interface PairedCounts {
  readonly bothRight: number;
  /** Right by the first, wrong by the second: newly wrong, where the second is the newer. */
  readonly onlyFirstRight: number;
  /** Wrong by the first, right by the second: newly right, where the second is the newer. */
  readonly onlySecondRight: number;
  readonly bothWrong: number;
}

/**
 * Counts the paired table from the ranks of the true label.
 *
 * @param firstRanks rank of the true label of each example, 0 = the highest score
 * @param secondRanks the same of the second classifier, the same examples in the same order
 * @param top an example is right when its rank is below this: 1 for top-1, 5 for top-5
 * @throws InputError when the lengths differ
 */
export function pairRanks(
  firstRanks: ArrayLike<number>,
  secondRanks: ArrayLike<number>,
  top: number,
): PairedCounts {
  if (firstRanks.length !== secondRanks.length) {
    throw new InputError(
      `paired statistics need the same examples twice, not ${String(firstRanks.length)} and ${String(secondRanks.length)}`,
    );
  }
  const counts = { bothRight: 0, onlyFirstRight: 0, onlySecondRight: 0, bothWrong: 0 };
  for (let index = 0; index < firstRanks.length; index++) {
    const first = (firstRanks[index] ?? 0) < top;
    const second = (secondRanks[index] ?? 0) < top;
    counts[first ? (second ? 'bothRight' : 'onlyFirstRight') : second ? 'onlySecondRight' : 'bothWrong']++;
  }
  return counts;
}

/**
 * The number of examples of a paired table.
 *
 * @throws InputError when a cell is no count or all are 0
 */
export function pairedTotal(counts: PairedCounts): number {
  const cells = [counts.bothRight, counts.onlyFirstRight, counts.onlySecondRight, counts.bothWrong];
  const total = cells.reduce((sum, cell) => sum + cell, 0);
  for (const cell of cells) assertCounts(cell, total);
  return total;
}
