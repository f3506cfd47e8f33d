/** What an evaluation returns: counts, and the outcome of every example. */
import type { AttackRun } from './plan.ts';
import type { OutputRanges } from './probability-check.ts';
import type { RoundedColumns, SizeColumns } from './records.ts';
import type { Score } from './score.ts';
import type { Range } from './units.ts';

export interface CleanOutcome {
  readonly model: string;
  readonly classCount: number;
  readonly score: Score;
  readonly outputs: OutputRanges;
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
  /** On the adversarial examples as 8-bit pixels within the ball; null where that was not asked for. */
  readonly rounded: RoundedColumns | null;
  /** Measured from the float32 examples, in units of the source's range, [count] each. */
  readonly perturbation: SizeColumns;
  /** The same of the 8-bit examples; above ε only where no 8-bit level is within ε of a clean value. */
  readonly roundedPerturbation: SizeColumns | null;
  /** The class each example was led towards, [count]; null when untargeted. */
  readonly targets: Int32Array | null;
  /** 1 where the example was led towards its target, 0 where the target was its label already, [count]; null when untargeted. */
  readonly led: Uint8Array | null;
  /** Counts of examples by their targets; null when untargeted. */
  readonly targetCounts: TargetCounts | null;
  /** Gradients of the source taken for each example, [count]. */
  readonly gradientCounts: Int32Array;
  /** Logits or decisions of the source asked for by the attack, for each example, [count]. */
  readonly queryCounts: Int32Array;
  /** Examples whose first gradient is zero everywhere. */
  readonly zeroGradients: number;
  /** Which examples those are, [count]. */
  readonly zeroGradientFlags: Uint8Array;
}

export interface TargetCounts {
  /** Examples that were led towards their target: those whose label it already was are left out. */
  readonly possible: number;
  /** Those among them that the scored model takes for their target. */
  readonly reached: number;
  /** All examples that the scored model takes for their target, whether or not they were led there. */
  readonly predicted: number;
}

export interface Evaluation {
  /** Positions of the plan that were evaluated: all of them, those of a shard, or those a budget sufficed for. */
  readonly done: Range & { readonly planned: number };
  /** Places in the data set, in the order of all outcomes. */
  readonly indices: Int32Array;
  /** True labels, [count]. */
  readonly labels: Int32Array;
  /** Every model of the plan, once. */
  readonly clean: readonly CleanOutcome[];
  /** White box before black box; within each by source, attack, target, in the order of the plan. */
  readonly attacks: readonly AttackOutcome[];
}
