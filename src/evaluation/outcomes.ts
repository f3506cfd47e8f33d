/** What an evaluation returns: counts, and the outcome of every example. */
import type { PerturbationSizes } from '../attacks/ball.ts';
import type { AttackRun } from './plan.ts';
import type { Score } from './score.ts';
import type { Warning } from './warnings.ts';

export interface CleanOutcome {
  readonly model: string;
  readonly classCount: number;
  readonly score: Score;
}

/** One attack, with examples made on one model and scored on one model. */
export interface AttackOutcome {
  readonly run: AttackRun;
  /** `white`: source and target are the same model. */
  readonly box: 'white' | 'black';
  readonly source: string;
  readonly target: string;
  /** On the adversarial examples as made, in float32. */
  readonly score: Score;
  /** On the adversarial examples rounded to 8-bit pixels. */
  readonly rounded: Score;
  /** Measured from the float32 examples, as parts of the source's range, [count] each. */
  readonly perturbation: PerturbationSizes;
  /** The class each example was led towards, [count]; null when untargeted. */
  readonly targets: Int32Array | null;
  /** Examples that the scored model takes for the class they were led towards; null when untargeted. */
  readonly targetsReached: number | null;
  /** Gradients of the source taken for each example, [count]. */
  readonly gradientCounts: Int32Array;
  /** Examples whose gradient at the clean input is zero everywhere. */
  readonly zeroGradients: number;
}

export interface Evaluation {
  /** Places in the data set, in the order of all outcomes. */
  readonly indices: Int32Array;
  /** True labels, [count]. */
  readonly labels: Int32Array;
  /** Every model of the plan, once. */
  readonly clean: readonly CleanOutcome[];
  /** White box before black box; within each by source, attack, target, in the order of the plan. */
  readonly attacks: readonly AttackOutcome[];
  readonly warnings: readonly Warning[];
}
