/**
 * Scores a training run for memorization from its predictions at the end of each epoch. The epochs are read once and
 * one at a time: memory holds the predictions of one epoch and a few numbers for each training example.
 */
import { packBits } from '../../core/bits.ts';
import { interruptionPoint } from '../../core/interruption.ts';
import type { EpochPredictions } from '../../predictions/predictions.ts';
import { meanOf } from '../../statistics/mean.ts';
import { calibrationScores } from './calibration.ts';
import { byGroup, groupErrors, groupSizes, groupsOf } from './groups.ts';
import { assertPredictionsFit, assertScorable, type MemorizationInput } from './memorization-input.ts';
import { createLearningTracker, summarizeLearning } from './learning.ts';
import { createMarginTracker, marginSeparation, summarizeMargins } from './margin.ts';
import { membershipScores } from './membership.ts';
import { chanceLevel, memorizationGap } from './memorization-gap.ts';
import { examineRows, type Rows } from './rows.ts';
import type { EpochScores, MembershipScores, MemorizationScores } from './scores.ts';

/**
 * @throws InputError when labels are out of range or contradict the mask, when there is no epoch, or when the
 *   predictions are of other numbers of examples or classes than the labels
 * @throws the reason of `signal` when it is aborted
 */
export async function scoreMemorization(input: MemorizationInput): Promise<MemorizationScores> {
  assertScorable(input);
  const { predictions, classCount, testLabels, signal } = input;
  const labels = { given: input.givenLabels, true: input.trueLabels, masked: input.masked };
  const count = labels.given.length;
  const groups = groupsOf(labels);
  const learning = createLearningTracker(count);
  const margins = createMarginTracker(count);
  const rowLength = Math.ceil(count / 8);
  const correct = new Uint8Array(predictions.epochs.length * rowLength);
  const testRowLength = Math.ceil(testLabels.length / 8);
  const right = new Uint8Array(predictions.epochs.length * testRowLength);
  const rightTop5 = classCount > TOP ? new Uint8Array(right.length) : null;
  const epochs: EpochScores[] = [];
  let final: Evaluated | undefined;
  for (const [index, epoch] of predictions.epochs.entries()) {
    await interruptionPoint(signal);
    const read: EpochPredictions = await predictions.read(epoch);
    assertPredictionsFit(input, epoch, read);
    const train = examineRows(read.train, labels.given, classCount);
    const test = examineRows(read.test, testLabels, classCount);
    learning.record(epoch, train.correct);
    margins.record(train.margins);
    correct.set(packBits(train.correct), index * rowLength);
    right.set(packBits(test.correct), index * testRowLength);
    const inTop5 = Uint8Array.from(test.ranks, (rank) => (rank < TOP ? 1 : 0));
    rightTop5?.set(packBits(inTop5), index * testRowLength);
    const membership = membershipScores(train.losses, test.losses);
    const membershipReal = ofRealLabels(membership, train.losses, test.losses, groups.real);
    const calibration = calibrationScores(test.confidences, test.correct);
    const scores: EpochScores = {
      epoch,
      testErrors: countOf(test.correct, 0),
      testTop5Errors: rightTop5 === null ? null : countOf(inTop5, 0),
      ...groupErrors(train.predicted, labels, groups),
      chance:
        input.chance === undefined || groups.corrupted.length === 0
          ? null
          : chanceLevel(groups.corrupted, train.predicted, labels.true, input.chance),
      trainLoss: membership.threshold,
      testLoss: meanOf(test.losses),
      membershipAdvantage: membership.advantage,
      membershipAuc: membership.curve.auc,
      membershipReal:
        membershipReal === null
          ? null
          : { advantage: membershipReal.advantage, auc: membershipReal.curve.auc },
      calibrationError: calibration.error,
    };
    epochs.push(scores);
    final = { scores, test, membership: { all: membership, real: membershipReal }, calibration };
    input.onEpoch?.(scores);
  }
  if (final === undefined) throw new RangeError('predictions without epochs have passed the check');
  const { scores: last, test, membership, calibration } = final;
  const areas = margins.means();
  return {
    classCount,
    groups: groupSizes(groups, testLabels.length),
    epochs,
    best: epochs.reduce((best, candidate) => (candidate.testErrors < best.testErrors ? candidate : best)),
    last,
    memorizationGap:
      last.chance === null
        ? null
        : memorizationGap(
            groups.corrupted.length - last.corruptedErrors,
            groups.corrupted.length,
            last.chance,
          ),
    learning: byGroup(groups, (places) => summarizeLearning(learning.series, places)),
    areaUnderMargin: {
      ...byGroup(groups, (places) => summarizeMargins(areas, places)),
      separation: marginSeparation(areas, groups.changed),
    },
    membership,
    calibration,
    examples: { ...learning.series, areaUnderMargin: Float32Array.from(areas), correct },
    testExamples: {
      predictions: test.predicted,
      ranks: test.ranks,
      losses: Float32Array.from(test.losses),
      right,
      rightTop5,
    },
  };
}

/** One epoch while its rows are at hand. */
interface Evaluated {
  readonly scores: EpochScores;
  readonly test: Rows;
  readonly membership: MemorizationScores['membership'];
  readonly calibration: MemorizationScores['calibration'];
}

/** A label is right in the top 5 where fewer classes than this stand before it. */
const TOP = 5;

/** @param all the same attack on all training examples, which are the real ones where none is corrupted */
function ofRealLabels(
  all: MembershipScores,
  trainLosses: Float64Array,
  testLosses: Float64Array,
  real: Int32Array,
): MembershipScores | null {
  if (real.length === 0) return null;
  if (real.length === trainLosses.length) return all;
  return membershipScores(
    Float64Array.from(real, (place) => trainLosses[place] ?? NaN),
    testLosses,
  );
}

function countOf(flags: Uint8Array, wanted: 0 | 1): number {
  return flags.reduce((count, flag) => (flag === wanted ? count + 1 : count), 0);
}
