/** What follows from a result: all that tables, the gate and reports show. */
import type { Interval } from '../statistics/interval.ts';
import type { Rate } from './error-rate.ts';
import type { ErrorRate } from './definitions.ts';
import type { Result, ResultAttack, ResultPart } from './result.ts';

export interface Derived extends Pick<
  Result,
  'tool' | 'seed' | 'data' | 'models' | 'engine' | 'plan' | 'warnings'
> {
  readonly examples: {
    readonly count: number;
    readonly selection: Result['examples']['selection'];
    /** Positions in the split, [count]. */
    readonly indices: Int32Array;
    /** True labels, [count]. */
    readonly labels: Int32Array;
  };
  /** What the result lacks of its plan; null where it is whole. */
  readonly part: (ResultPart & { readonly lacking: string }) | null;
  readonly attacks: readonly DerivedAttack[];
  /** Each model on the examples as they are; then attacked by attacks on itself; then by examples made on others. */
  readonly evaluations: readonly DerivedEvaluation[];
  readonly comparisons: readonly DerivedComparison[];
  /** Of models that several attacks met with the same norm and radius. */
  readonly worst: readonly WorstCase[];
}

export interface DerivedAttack extends ResultAttack {
  /** The attack as tables name it: `I-FGSM 4/255`, followed by what differs from the usual; no two have the same. */
  readonly name: string;
}

/** One model on one set of examples: as they are, or as one attack on one model made them. */
export interface DerivedEvaluation {
  /** The attack's id; null for the examples as they are. */
  readonly attack: string | null;
  /** The id of the model that the examples were made on; null for the examples as they are. */
  readonly source: string | null;
  /** The id of the model whose errors these are. */
  readonly model: string;
  /** What the attack asked of its source; null without one. */
  readonly access: ResultAttack['access'] | null;
  /** Whether the examples were made on another model. */
  readonly transfer: boolean;
  readonly count: number;
  readonly top1: ErrorRate;
  /** null with five classes or fewer. */
  readonly top5: ErrorRate | null;
  /** null where losses were not stored. */
  readonly meanLoss: number | null;
  /** Sizes of the perturbations, by norm; null without an attack. */
  readonly sizes: DerivedSizes | null;
  /** The same examples as 8-bit pixels; null where that was not measured. */
  readonly rounded: {
    readonly top1: ErrorRate;
    readonly top5: ErrorRate | null;
    readonly sizes: DerivedSizes | null;
  } | null;
  /** Of targeted attacks; else null. */
  readonly targets: DerivedTargets | null;
  /** Gradients of the source taken for an example, on average; null without an attack. */
  readonly gradients: number | null;
  /** Times that the source was asked about an example, on average; null where that was not measured. */
  readonly queries: number | null;
  /** Examples whose gradient at the original is zero; null where that was not measured. */
  readonly zeroGradients: number | null;
  readonly outcomes: DerivedOutcomes;
}

/** What became of each example, [count] each. */
export interface DerivedOutcomes {
  readonly predictions: Int32Array;
  readonly ranks: Int32Array;
  readonly losses: Float32Array | null;
  /** The class that each was led towards, −1 where that is its label; null where that is not known, or untargeted. */
  readonly targets: Int32Array | null;
}

/** Norms of the perturbations, as fractions of the source's range, or counts for L0. */
export type DerivedSizes = Readonly<Record<'linf' | 'l2', SizeSummary>> &
  Readonly<Partial<Record<'l1' | 'l0', SizeSummary>>>;

export interface SizeSummary {
  readonly max: number;
  readonly mean: number;
  /** null where only the others were stored. */
  readonly median: number | null;
}

/** Counts of examples by the class that they were led towards. */
export interface DerivedTargets {
  /** Those led towards a class that are taken for it; where `possible` is null, all that are taken for it. */
  readonly reached: number;
  /** Those that were led: all but those whose label the class is already; null where that is not known. */
  readonly possible: number | null;
  /** All that are taken for the class aimed at; null where that is not known. */
  readonly predicted: number | null;
  /** `reached` of `possible`; null where nothing could be led, or it is not known what. */
  readonly rate: Rate | null;
}

/** Two models under the same attack: each on its own examples, or both on those made on a third. */
export interface DerivedComparison {
  readonly attack: string;
  /** The id of the model that the examples were made on; null where each model was attacked itself. */
  readonly source: string | null;
  readonly access: ResultAttack['access'];
  /** Ids of the model compared with, and of the one spoken of. */
  readonly baseline: string;
  readonly model: string;
  readonly baselineAccuracy: number;
  readonly modelAccuracy: number;
  /** Top-1 accuracy of the model less that of the baseline, in [−1, 1]. */
  readonly difference: number;
  /** Of the difference; its level is corrected for the number of comparisons. */
  readonly interval: Interval<'Tango'>;
  /** Whether the interval leaves out 0. */
  readonly distinguishable: boolean;
  /** Accuracy of the model divided by that of the baseline, "times more robust"; null where the baseline is never right. */
  readonly ratio: { readonly value: number; readonly interval: Interval<'Nam-Blackwelder'> } | null;
}

/** A model against all attacks of the same norm and radius at once: an example counts as wrong where one of them, or the original, is misclassified. */
export interface WorstCase {
  readonly model: string;
  readonly norm: ResultAttack['norm'];
  readonly radius: NonNullable<ResultAttack['radius']>;
  /** What was met: the attack's id, and the source of the examples. */
  readonly met: readonly { readonly attack: string; readonly source: string }[];
  readonly top1: ErrorRate;
}
