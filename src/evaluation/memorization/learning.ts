/**
 * When each training example is learned and how often it is forgotten again, after M. Toneva et al., An Empirical
 * Study of Example Forgetting during Deep Neural Network Learning (ICLR 2019): a forgetting event is a change from
 * predicted as the given label to not, between successive evaluations. There an example is evaluated whenever it is in
 * a minibatch; here all are evaluated at the end of each epoch by the same weights, in evaluation mode and without
 * augmentation, so that events within an epoch are not seen and counts are no greater. Examples that are never learned
 * have no events; they are counted apart, as the most forgotten of all.
 */
import { quartiles } from '../../statistics/quantiles.ts';
import type { ExampleSeries, LearningSummary } from './scores.ts';

export type LearningSeries = Pick<ExampleSeries, 'firstLearned' | 'learnedForGood' | 'forgettingEvents'>;

export interface LearningTracker {
  /** What has been recorded so far; the arrays go on changing. */
  readonly series: LearningSeries;
  /**
   * Takes in the next evaluation.
   *
   * @param epoch above the epochs before, at least 1
   * @param correct 1 where the given label is predicted, [n]
   */
  record(epoch: number, correct: Uint8Array): void;
}

/** Follows `count` examples. */
export function createLearningTracker(count: number): LearningTracker {
  const firstLearned = new Int32Array(count);
  const learnedForGood = new Int32Array(count);
  const forgettingEvents = new Int32Array(count);
  return {
    series: { firstLearned, learnedForGood, forgettingEvents },
    record(epoch, correct) {
      correct.forEach((isCorrect, example) => {
        const wasCorrect = learnedForGood[example] !== 0;
        if (isCorrect === 0) {
          if (wasCorrect) forgettingEvents[example] = (forgettingEvents[example] ?? 0) + 1;
          learnedForGood[example] = 0;
        } else if (!wasCorrect) {
          learnedForGood[example] = epoch;
          if (firstLearned[example] === 0) firstLearned[example] = epoch;
        }
      });
    },
  };
}

/**
 * Summarizes a group.
 *
 * @param places at least one example
 */
export function summarizeLearning(series: LearningSeries, places: Int32Array): LearningSummary {
  const first = places.map((place) => series.firstLearned[place] ?? 0).filter((epoch) => epoch !== 0);
  const forGood = places.map((place) => series.learnedForGood[place] ?? 0).filter((epoch) => epoch !== 0);
  const events = places.map((place) => series.forgettingEvents[place] ?? 0);
  const everForgotten = events.filter((count) => count > 0).length;
  return {
    count: places.length,
    neverLearned: places.length - first.length,
    neverForgotten: first.length - everForgotten,
    everForgotten,
    forgettingEvents: events.reduce((sum, count) => sum + count, 0),
    firstLearned: first.length === 0 ? null : quartiles(first),
    learnedForGood: forGood.length === 0 ? null : quartiles(forGood),
  };
}
