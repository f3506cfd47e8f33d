/**
 * What scoring a training run for memorization returns: plain data. Counts stand beside the sizes of their groups in
 * `MemorizationScores.groups`; rates and the intervals of counts are made where a result is.
 *
 * Groups of training examples: `real` were not chosen for corruption; `corrupted` were (the paper's corrupted labels:
 * a label that drew its own class again is among them); `changed` are the corrupted ones whose given label differs
 * from the true one. The given label is the one trained on. A prediction is the class of the greatest logit, the
 * first of equals.
 */
import type { AreaUnderCurve } from '../../statistics/auc.ts';
import type { Interval } from '../../statistics/interval.ts';
import type { Quartiles } from '../../statistics/quantiles.ts';

/** How many examples each group has. */
export interface GroupSizes {
  /** real + corrupted */
  readonly train: number;
  readonly real: number;
  readonly corrupted: number;
  readonly changed: number;
  readonly test: number;
}

/** One epoch's scores: a point of every curve. */
export interface EpochScores {
  /** Counted from 1. */
  readonly epoch: number;
  /** Test examples not predicted as their label, of `groups.test`. */
  readonly testErrors: number;
  /** Test examples whose label is not among the five greatest logits; null with five classes or fewer. */
  readonly testTop5Errors: number | null;
  /** Training examples not predicted as their given label, of `groups.train`. */
  readonly trainErrors: number;
  /** The same of `groups.real`: the training error on real labels. */
  readonly realErrors: number;
  /** The same of `groups.corrupted`: the training error on corrupted labels. */
  readonly corruptedErrors: number;
  /** The same of `groups.changed`. */
  readonly changedErrors: number;
  /** Corrupted examples predicted as their true label, of `groups.corrupted`. */
  readonly corruptedRestored: number;
  /** Changed examples predicted as their true label, of `groups.changed`. */
  readonly changedRestored: number;
  /**
   * The accuracy on the given labels of corrupted examples that these predictions would have if those labels had no
   * influence on them, in [0, 1]; null where nothing is corrupted or the noise is not known. The memorization gap of
   * the epoch is 1 − corruptedErrors / groups.corrupted − chance.
   */
  readonly chance: number | null;
  /** Mean cross-entropy of the given labels of the training examples, in nats. */
  readonly trainLoss: number;
  /** Mean cross-entropy of the test examples, in nats. */
  readonly testLoss: number;
  /** The membership attack of all training examples, see `MembershipScores`. */
  readonly membershipAdvantage: number;
  readonly membershipAuc: number;
  /** The same of the real ones, see `MemorizationScores.membership`; null where there are none. */
  readonly membershipReal: { readonly advantage: number; readonly auc: number } | null;
  /** Expected calibration error on the test examples, see `CalibrationScores`. */
  readonly calibrationError: number;
}

/** Accuracy on the given labels of corrupted examples, less the chance level; see memorization-gap.ts. */
export interface MemorizationGap {
  /** Corrupted examples predicted as their given label. */
  readonly hits: number;
  /** The number of corrupted examples, at least 1. */
  readonly count: number;
  /** In [0, 1]. */
  readonly chance: number;
  /** hits / count − chance, in [−1, 1]. */
  readonly gap: number;
  readonly interval: Interval<'Wilson less chance'>;
}

/** When the examples of a group were learned and how often they were forgotten; see learning.ts. */
export interface LearningSummary {
  /** The size of the group, at least 1. */
  readonly count: number;
  /** Examples that no evaluated epoch predicts as their given label. */
  readonly neverLearned: number;
  /** Examples learned at some epoch and never forgotten after it ("unforgettable"). */
  readonly neverForgotten: number;
  /** Examples that were forgotten at least once; neverLearned + neverForgotten + everForgotten = count. */
  readonly everForgotten: number;
  /** Forgetting events of all of them together. */
  readonly forgettingEvents: number;
  /** Of the first epoch that predicts the given label, over the examples ever learned; null where there are none. */
  readonly firstLearned: Quartiles | null;
  /** Of the epoch since which the given label is always predicted, over those right at the last; null: none are. */
  readonly learnedForGood: Quartiles | null;
}

/** The area under the margin over the examples of a group; see margin.ts. */
export interface MarginSummary {
  /** The size of the group, at least 1. */
  readonly count: number;
  readonly mean: number;
  readonly quartiles: Quartiles;
}

/** Can a training example be told from a test example by its loss? See membership.ts. */
export interface MembershipScores {
  /** The attack's threshold: the mean loss of the members, in nats. */
  readonly threshold: number;
  /** Members, of `members`, whose loss is at most the threshold. */
  readonly truePositives: number;
  readonly members: number;
  /** Test examples, of `nonMembers`, whose loss is at most the threshold. */
  readonly falsePositives: number;
  readonly nonMembers: number;
  /** True less false positive rate, in [−1, 1]. */
  readonly advantage: number;
  readonly interval: Interval<'Newcombe'>;
  /** The advantage at the threshold that is best in hindsight, in [0, 1]: optimistic, no attacker knows it. */
  readonly bestAdvantage: number;
  /** The loss tells members (lower) from non-members. */
  readonly curve: AreaUnderCurve;
}

/** One bin of a reliability diagram. */
export interface CalibrationBin {
  /** The bin holds confidences in (lower, upper]. */
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
  /** Mean confidence and accuracy; null in an empty bin. */
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

/** Do confidences say how often predictions are right? See calibration.ts. */
export interface CalibrationScores {
  /** Expected calibration error, in [0, 1]. */
  readonly error: number;
  /** Equal widths, ascending. */
  readonly bins: readonly CalibrationBin[];
}

/** A summary of each group of training examples; null for a group without examples. */
export interface ByGroup<Summary> {
  readonly real: Summary | null;
  readonly corrupted: Summary | null;
  readonly changed: Summary | null;
}

/** What became of each training example, in their order. All but `areaUnderMargin` follows from `correct`. */
export interface ExampleSeries {
  /** The first evaluated epoch that predicts the given label, 0 where none does, [train]. */
  readonly firstLearned: Int32Array;
  /** The epoch since which every evaluated epoch predicts the given label, 0 where the last does not, [train]. */
  readonly learnedForGood: Int32Array;
  /** Changes from right to wrong between successive evaluated epochs, [train]. */
  readonly forgettingEvents: Int32Array;
  /** Area under the margin, [train]. */
  readonly areaUnderMargin: Float32Array;
  /**
   * Whether the given label is predicted, one bit an example, [epochs, ⌈train / 8⌉] bytes: example i of an epoch is
   * bit i mod 8, counted from the least significant, of byte ⌊i / 8⌋ of its row (numpy.unpackbits with
   * bitorder='little'). Unused bits are 0.
   */
  readonly correct: Uint8Array;
}

/** What became of each test example, in their order. */
export interface TestSeries {
  /** The predicted class at the last epoch, [test]. */
  readonly predictions: Int32Array;
  /** The rank of the label at the last epoch, 0 for the best, [test]. */
  readonly ranks: Int32Array;
  /** Cross-entropy of the label at the last epoch, in nats, [test]. */
  readonly losses: Float32Array;
  /** Whether the label is predicted, packed as `ExampleSeries.correct` is, [epochs, ⌈test / 8⌉] bytes. */
  readonly right: Uint8Array;
  /** Whether the label is among the five greatest logits, packed alike; null with five classes or fewer. */
  readonly rightTop5: Uint8Array | null;
}

/** All scores of one training run. */
export interface MemorizationScores {
  readonly classCount: number;
  readonly groups: GroupSizes;
  /** In order, one for each epoch of the predictions; at least one. */
  readonly epochs: readonly EpochScores[];
  /**
   * The epoch with the fewest test errors, the first of several: chosen on the test examples as in the paper, so that
   * its error is lower than what new examples would show.
   */
  readonly best: EpochScores;
  readonly last: EpochScores;
  /** At the last epoch; null where nothing is corrupted or the noise is not known. */
  readonly memorizationGap: MemorizationGap | null;
  readonly learning: ByGroup<LearningSummary>;
  readonly areaUnderMargin: ByGroup<MarginSummary> & {
    /**
     * How well the area under the margin tells labels as they should be (positives: given = true) from changed ones
     * (negatives); null where either is missing.
     */
    readonly separation: AreaUnderCurve | null;
  };
  /** At the last epoch. */
  readonly membership: {
    /** Members: all training examples with their given labels. */
    readonly all: MembershipScores;
    /**
     * Members: the real ones only, whose labels are distributed as the test labels are; null where there are none.
     * Without corruption the same as `all`.
     */
    readonly real: MembershipScores | null;
  };
  /** Of the test examples at the last epoch. */
  readonly calibration: CalibrationScores;
  readonly examples: ExampleSeries;
  readonly testExamples: TestSeries;
}
