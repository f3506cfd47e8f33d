/** The groups of training examples, and the errors that predictions make on each of them. */
import type { ByGroup, EpochScores, GroupSizes } from './scores.ts';

/** The labels of the training examples. */
export interface TrainingLabels {
  /** The labels trained on, [n]. */
  readonly given: Int32Array;
  /** The labels before corruption, [n]. */
  readonly true: Int32Array;
  /** 1 where the example was chosen for corruption, also where it drew its own class again, [n]. */
  readonly masked: Uint8Array;
}

/** The places of the examples of each group, ascending. */
export interface Groups {
  readonly real: Int32Array;
  readonly corrupted: Int32Array;
  readonly changed: Int32Array;
}

export function groupsOf({ given, true: truth, masked }: TrainingLabels): Groups {
  const places = Int32Array.from(given.keys());
  return {
    real: places.filter((place) => masked[place] === 0),
    corrupted: places.filter((place) => masked[place] !== 0),
    changed: places.filter((place) => masked[place] !== 0 && given[place] !== truth[place]),
  };
}

/** The sizes of the groups, with those of the sets. */
export function groupSizes({ real, corrupted, changed }: Groups, test: number): GroupSizes {
  return {
    train: real.length + corrupted.length,
    real: real.length,
    corrupted: corrupted.length,
    changed: changed.length,
    test,
  };
}

/** Summarizes each group that is not empty. */
export function byGroup<Summary>(
  groups: Groups,
  summarize: (places: Int32Array) => Summary,
): ByGroup<Summary> {
  const orNull = (places: Int32Array): Summary | null => (places.length === 0 ? null : summarize(places));
  return {
    real: orNull(groups.real),
    corrupted: orNull(groups.corrupted),
    changed: orNull(groups.changed),
  };
}

export type GroupErrors = Pick<
  EpochScores,
  'trainErrors' | 'realErrors' | 'corruptedErrors' | 'changedErrors' | 'corruptedRestored' | 'changedRestored'
>;

/**
 * Counts the errors on given labels, and the corrupted examples that are predicted as their true label all the same.
 * On real labels and corrupted labels they are the training errors of Table 2 of H. Zhang et al., mixup: Beyond
 * Empirical Risk Minimization (ICLR 2018).
 *
 * @param predicted [n]
 */
export function groupErrors(predicted: Int32Array, labels: TrainingLabels, groups: Groups): GroupErrors {
  const differing = (places: Int32Array, wanted: Int32Array): number =>
    places.reduce((count, place) => (predicted[place] === wanted[place] ? count : count + 1), 0);
  const realErrors = differing(groups.real, labels.given);
  const corruptedErrors = differing(groups.corrupted, labels.given);
  return {
    trainErrors: realErrors + corruptedErrors,
    realErrors,
    corruptedErrors,
    changedErrors: differing(groups.changed, labels.given),
    corruptedRestored: groups.corrupted.length - differing(groups.corrupted, labels.true),
    changedRestored: groups.changed.length - differing(groups.changed, labels.true),
  };
}
