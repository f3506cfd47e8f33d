/**
 * When each training example is learned and how often it is forgotten again, after M. Toneva et al., An Empirical
 * Study of Example Forgetting during Deep Neural Network Learning (ICLR 2019). With acc(t) = 1 where the example is
 * predicted as its given label at its t-th evaluation, else 0, and acc(0) = 0:
 *
 *   forgetting events  the number of t with acc(t) > acc(t + 1)
 *   unforgettable      learned at some t, and acc = 1 from the first such t to the end: no forgetting event
 *   never learned      acc(t) = 0 at every t; it has no event, and the paper ranks it as forgotten most of all
 *
 * There the evaluations of an example are its own training passes: once an epoch, when its minibatch comes, before
 * that minibatch's update, with augmentation and batch statistics. Here they are at the end of each epoch, by the same
 * weights for all examples, in evaluation mode and without augmentation: as many evaluations, at other moments, so that
 * counts differ from the paper's in either direction. It is also what mixup needs, whose training passes see mixed
 * examples, which have no label of their own. Where predictions of epochs are missing, what happened between them is
 * not seen, and a warning says so.
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
