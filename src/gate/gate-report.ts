/** The verdict of the gate: one row for each error that was compared. */
import type { DerivedEvaluation } from '../results/derived.ts';
import type { Interval } from '../statistics/interval.ts';

/**
 * One error of one model on one set of examples, before and after. Of a targeted attack there is also the row
 * `targets`, whose examples are those that both results led towards a class, and whose errors reached it.
 */
export interface GateRow extends Pick<
  DerivedEvaluation,
  'attack' | 'source' | 'model' | 'access' | 'transfer'
> {
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
  /** Of the increase; its level is corrected for the number of rows, so that all intervals hold at once. */
  readonly interval: Interval;
  /** Two-sided exact McNemar test of equal error rates, of this row alone. */
  readonly pValue: number;
  /** The least increase that would have failed this row, were as many examples to change as did. */
  readonly detectable: number;
  /** Whether the increase as measured is above the greatest one allowed. */
  readonly rose: boolean;
  readonly passed: boolean;
}

export interface GateReport {
  /** Whether every row passed. */
  readonly passed: boolean;
  /** Whether the measured increase decides; else that part of it that chance does not explain. */
  readonly strict: boolean;
  /** The greatest increase allowed, as a fraction: 0.01 is one percentage point. */
  readonly maxIncrease: number;
  /** The chance, at most, that some interval leaves out its true increase. */
  readonly alpha: number;
  /** How the levels of the intervals are corrected for the number of rows. */
  readonly correction: 'Bonferroni';
  /** In the order of the baseline's evaluations, top-1 before top-5. */
  readonly rows: readonly GateRow[];
  /** What a reader should know and what is no reason to fail, one sentence each. */
  readonly notes: readonly string[];
}
