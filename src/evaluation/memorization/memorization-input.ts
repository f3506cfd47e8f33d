/** What is scored for memorization, and what it must satisfy. */
import { InputError } from '../../core/errors.ts';
import type { EpochPredictions, Predictions } from '../../predictions/predictions.ts';
import type { LabelNoise } from './memorization-gap.ts';
import type { EpochScores } from './scores.ts';

export interface MemorizationInput {
  readonly predictions: Predictions;
  /** At least 2. */
  readonly classCount: number;
  /** The labels trained on, in the order of the predictions, [n]. */
  readonly givenLabels: Int32Array;
  /** The labels before corruption, [n]. */
  readonly trueLabels: Int32Array;
  /** 1 where the example was chosen for corruption, also where it drew its own class again, [n]. */
  readonly masked: Uint8Array;
  /** [m] */
  readonly testLabels: Int32Array;
  /** The noise of the corruption; absent where nothing is corrupted or it is not known: then there is no gap. */
  readonly chance?: LabelNoise;
  /** Called after each epoch. */
  readonly onEpoch?: (scores: EpochScores) => void;
  readonly signal?: AbortSignal;
}

/**
 * @throws InputError when labels are missing, out of range, of different numbers, or contradict the mask, or when the
 *   predictions have no epochs in ascending order
 */
export function assertScorable(input: MemorizationInput): void {
  const { predictions, classCount, givenLabels, trueLabels, masked, testLabels } = input;
  const { name, epochs } = predictions;
  if (!Number.isSafeInteger(classCount) || classCount < 2) {
    throw new InputError(`${String(classCount)} classes cannot be told apart: memorization needs at least 2`);
  }
  if (trueLabels.length !== givenLabels.length || masked.length !== givenLabels.length) {
    throw new InputError(
      `${String(givenLabels.length)} given labels, ${String(trueLabels.length)} true labels and ` +
        `${String(masked.length)} mask entries do not belong together: give one of each for every training example`,
    );
  }
  assertLabels(givenLabels, classCount, 'given');
  assertLabels(trueLabels, classCount, 'true');
  assertLabels(testLabels, classCount, 'test');
  const contradiction = givenLabels.findIndex(
    (label, example) => masked[example] === 0 && label !== trueLabels[example],
  );
  if (contradiction >= 0) {
    throw new InputError(
      `training example ${String(contradiction)} is not marked as corrupted, yet its given label ` +
        `${String(givenLabels[contradiction])} is not its true label ${String(trueLabels[contradiction])}: ` +
        'are the labels those of this data set, in its order?',
    );
  }
  if (epochs.length === 0) throw new InputError(`${name} holds no epoch: save predictions of at least one`);
  const fallen = epochs.findIndex((epoch, index) => epoch <= (epochs[index - 1] ?? 0));
  if (fallen >= 0) {
    throw new InputError(`${name}: its epochs must ascend from 1, and ${String(epochs[fallen])} does not`);
  }
}

function assertLabels(labels: Int32Array, classCount: number, kind: string): void {
  if (labels.length === 0) throw new InputError(`there are no ${kind} labels: give at least one example`);
  const place = labels.findIndex((label) => label < 0 || label >= classCount);
  if (place >= 0) {
    throw new InputError(
      `the ${kind} label of example ${String(place)} is ${String(labels[place])}: ` +
        `with ${String(classCount)} classes labels are 0 to ${String(classCount - 1)}`,
    );
  }
}

/** @throws InputError when an epoch has other numbers of examples or classes than the labels */
export function assertPredictionsFit(
  { predictions, classCount, givenLabels, testLabels }: MemorizationInput,
  epoch: number,
  read: EpochPredictions,
): void {
  for (const [what, given, wanted] of [
    ['classes', read.classCount, classCount],
    ['training examples', read.trainCount, givenLabels.length],
    ['test examples', read.testCount, testLabels.length],
  ] as const) {
    if (given === wanted) continue;
    throw new InputError(
      `${predictions.name}: epoch ${String(epoch)} has predictions of ${String(given)} ${what} and the labels are of ` +
        `${String(wanted)}: give the data set and label file that the model was trained with`,
    );
  }
}
