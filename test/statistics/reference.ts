/**
 * Reference values, computed once outside this project and stored in reference.json.
 * incompleteBeta, clopperPearson: SciPy 1.17.1 (`special.betainc`, `stats.beta.ppf` and `isf`). normalDeviate,
 * wilson: mpmath, 40 digits. mcnemar: sums of exact fractions. difference, ratio: mpmath, 30 digits, the score
 * statistic with its constrained maximum likelihood found on the derivative of the multinomial likelihood,
 * not by the closed forms; cells are [both right, only first right, only second right, both wrong].
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

type Rows = readonly (readonly number[])[];

export const reference = JSON.parse(
  readFileSync(new URL('./reference.json', import.meta.url), 'utf8'),
) as Readonly<
  Record<
    'incompleteBeta' | 'normalDeviate' | 'wilson' | 'clopperPearson' | 'mcnemar' | 'difference' | 'ratio',
    Rows
  >
>;

/** Fails unless the two agree to 1e-9, relative to the expected value (absolute where that is 0). */
export function assertClose(actual: number, expected: number, what: string): void {
  const tolerance = 1e-9 * (expected === 0 ? 1 : Math.abs(expected));
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${what}: ${String(actual)}, expected ${String(expected)}`,
  );
}
