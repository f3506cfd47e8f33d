/** McNemar's test: do two classifiers err equally often on the same examples? */
import { binomialProbability, regularizedIncompleteBeta } from './beta.ts';
import { assertCounts } from './interval.ts';

/**
 * The two-sided p-value of McNemar's test in its exact, conditional form (Q. McNemar 1947): given the number
 * of examples on which exactly one is wrong, each is as likely to be wrong there as the other, so that
 * `onlyFirst` is Binomial(n, ½); p is twice the smaller tail, at most 1.
 *
 * @param onlyFirst examples that only the first gets wrong
 * @param onlySecond examples that only the second gets wrong
 * @param options.midP counts only half of the observed outcome's probability (Fagerland, Lydersen and Laake,
 *   The McNemar test for binary matched-pairs data, 2013): less conservative, no longer exact
 * @returns p in (0, 1]; 1 when they never differ
 * @throws InputError when a count is no whole number ≥ 0
 */
export function mcnemarExact(
  onlyFirst: number,
  onlySecond: number,
  options: { readonly midP?: boolean } = {},
): number {
  const discordant = onlyFirst + onlySecond;
  assertCounts(onlyFirst, Math.max(discordant, 1));
  assertCounts(onlySecond, Math.max(discordant, 1));
  if (discordant === 0) return 1;
  const fewer = Math.min(onlyFirst, onlySecond);
  // P(X ≤ k) = I_(1/2)(n − k, k + 1) for X ~ Binomial(n, 1/2): DLMF 8.17.5.
  const tail = regularizedIncompleteBeta(discordant - fewer, fewer + 1, 0.5);
  const excess = options.midP === true ? binomialProbability(fewer, discordant, 0.5) : 0;
  return Math.min(1, 2 * tail - excess);
}
