/** The verdict of the gate: one row for each error that was compared. */
import type { ResultEvaluation } from '../results/result.ts';
import type { Interval } from '../statistics/interval.ts';

/**
 * One error of one target in one setting, before and after, on the same examples. Of a targeted attack there is also
 * the row `targets`, whose examples are those that both results led towards a class, and whose errors reached it.
 */
export interface GateRow {
  readonly setting: ResultEvaluation['setting'];
  /** The attack's id, null when clean. */
  readonly attack: string | null;
  /** The attack's epsilon as written in the baseline, null when clean. */
  readonly epsilonText: string | null;
  /** The id of the model the examples were made on, null when clean. */
  readonly source: string | null;
  readonly target: string;
  readonly metric: 'top1' | 'top5' | 'targets';
  /** Examples compared. */
  readonly count: number;
  readonly baselineErrors: number;
  readonly currentErrors: number;
  /** Examples the baseline gets right and the current model wrong. */
  readonly newlyWrong: number;
  /** Examples the baseline gets wrong and the current model right. */
  readonly newlyRight: number;
  /** Error rate of the current model less that of the baseline, in [−1, 1]: positive is worse. */
  readonly increase: number;
  /** Of the increase, at the level 1 − alpha. */
  readonly interval: Interval;
  /** Two-sided exact McNemar test of equal error rates. */
  readonly pValue: number;
  /** Whether pValue < alpha. Shown, and without influence on `passed`. */
  readonly significant: boolean;
  /** Whether the increase is at most the greatest one allowed. */
  readonly passed: boolean;
}

export interface GateReport {
  /** Whether every row passed. */
  readonly passed: boolean;
  /** The greatest increase allowed, as a fraction: 0.01 is one percentage point. */
  readonly maxIncrease: number;
  readonly alpha: number;
  /** In the order of the baseline's evaluations, top-1 before top-5. */
  readonly rows: readonly GateRow[];
  /** What a reader should know and what is no reason to fail, one sentence each. */
  readonly notes: readonly string[];
}
