/** Test errors over the last epochs of a run, which depend less on where it happened to stop than the last one does. */
import { quartiles } from '../statistics/quantiles.ts';
import type { MemorizationRun } from './memorization.ts';

/**
 * The median test error after the last epochs, as a fraction.
 *
 * @param metric whether the label has to be the best, or among the best five
 * @param count how many epochs: the paper takes five on ImageNet, ten in its ablation on CIFAR-10
 * @returns null where there are fewer epochs, or top-5 errors were not counted
 */
export function medianTestError(
  { curves, groups }: MemorizationRun,
  metric: 'top1' | 'top5',
  count: number,
): number | null {
  const errors = metric === 'top1' ? curves.testErrors : curves.testTop5Errors;
  if (errors === null || errors.length < count) return null;
  return quartiles(errors.slice(-count)).median / groups.test;
}
