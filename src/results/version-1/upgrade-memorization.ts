/**
 * Brings memorization results of version 1 up: each run is a variant of its own, and what that version did not keep
 * (the outcomes of test examples, top-5 errors, membership of real examples over the epochs) stays unknown.
 */
import { memorizationSchemaId, type MemorizationResult } from '../memorization.ts';
import type * as one from './memorization.ts';

export function upgradeMemorization(old: one.MemorizationResult): MemorizationResult {
  return {
    ...old,
    schema: memorizationSchemaId,
    runs: old.runs.map((run) => ({
      ...run,
      variant: run.id,
      seed: run.training?.seed ?? null,
      curves: {
        ...run.curves,
        testTop5Errors: null,
        membershipRealAdvantage: null,
        membershipRealAuc: null,
      },
      testOutcomes: null,
    })),
  };
}
