/** One training run, scored for memorization, as a result states it: counts become rates with intervals. */
import type { Classifier } from '../classifier/classifier.ts';
import type { CorruptionSettings } from '../corruption/settings.ts';
import type { TrainingLabels } from '../evaluation/memorization/groups.ts';
import type { EpochScores, MemorizationScores } from '../evaluation/memorization/scores.ts';
import { encodeBits, encodePackedBits } from '../core/bits.ts';
import type { Seed } from '../core/random.ts';
import type { ModelDescription } from '../models/open.ts';
import { requireBounds } from '../models/options.ts';
import type {
  EpochError,
  ErrorRate,
  MemorizationCorruption,
  MemorizationCurves,
  MemorizationModel,
  MemorizationPerExample,
  MemorizationRun,
  Proportion,
} from '../results/memorization.ts';
import { encodeColumn } from '../results/column.ts';
import { errorRate } from '../results/error-rate.ts';
import { describeReading } from './models.ts';
import { type CardTraining, trainingFacts } from './training-facts.ts';

/** A scored training run and what is known of it. */
export interface ScoredRun {
  /** Names the run in other fields of the result; by it two results are compared. */
  readonly id: string;
  /** What tables call it. */
  readonly name: string;
  /** What was trained on which labels: runs that share it differ in their seed alone. Its id where it is absent. */
  readonly variant?: string;
  /** What its random decisions come from; null where it is not known. */
  readonly seed: Seed | null;
  readonly source: MemorizationRun['source'];
  /** The checkpoints in the order of the epochs; absent where the predictions come from elsewhere. */
  readonly models?: readonly MemorizationModel[];
  /** What a reader must know of how the predictions were made, one sentence each. */
  readonly warnings?: readonly string[];
  /** Null where it is not known how the network was trained. */
  readonly training: CardTraining | null;
  /** How the labels were corrupted, with `hash()` of the data set that carries them; null where they were not. */
  readonly corruption: { readonly settings: CorruptionSettings; readonly labelsSha256: string } | null;
  /** The labels of the training examples, in the order of their predictions. */
  readonly labels: TrainingLabels;
  readonly scores: MemorizationScores;
  /** The learning rate at the end of each scored epoch; null where it is not known. */
  readonly learningRates: readonly number[] | null;
  /** The mean over each scored epoch of the loss that was minimized; null where it is not known. */
  readonly objectives: readonly number[] | null;
}

export function memorizationRun(run: ScoredRun): MemorizationRun {
  const { id, name, variant = id, seed, source, models, training, corruption, scores } = run;
  const { groups, best, last, learning, areaUnderMargin, membership, calibration } = scores;
  return {
    id,
    name,
    variant,
    seed,
    source,
    ...(models === undefined ? {} : { models: [...models] }),
    training: training === null ? null : trainingFacts(training),
    corruption: corruption === null ? null : corruptionFacts(corruption),
    groups: { ...groups },
    testError: { best: testErrorAt(best, groups.test), last: testErrorAt(last, groups.test) },
    trainingError: {
      real: orNull(errorRate, last.realErrors, groups.real),
      corrupted: orNull(errorRate, last.corruptedErrors, groups.corrupted),
      changed: orNull(errorRate, last.changedErrors, groups.changed),
    },
    restored: {
      corrupted: orNull(proportion, last.corruptedRestored, groups.corrupted),
      changed: orNull(proportion, last.changedRestored, groups.changed),
    },
    memorizationGap: scores.memorizationGap,
    learning: { ...learning },
    areaUnderMargin: { ...areaUnderMargin },
    membership: { ...membership },
    calibration: { error: calibration.error, bins: [...calibration.bins] },
    curves: curvesOf(run),
    perExample: perExampleOf(run),
    testOutcomes: testOutcomesOf(scores),
  };
}

/** A checkpoint as a result describes it. */
export function describeCheckpoint(description: ModelDescription, classifier: Classifier): MemorizationModel {
  const { check, notes = [] } = classifier;
  const { name, file, sha256, format, inputShape, outputs } = description;
  const { lower, upper } = requireBounds(name, description.bounds);
  return {
    file,
    sha256,
    format,
    inputShape: [...inputShape],
    bounds: { lower, upper },
    outputs,
    ...describeReading(description, notes),
    ...(check === undefined ? {} : { check: { ...check } }),
  };
}

function corruptionFacts({
  settings,
  labelsSha256,
}: NonNullable<ScoredRun['corruption']>): MemorizationCorruption {
  const { mode, rate, exact, matrix, seed } = settings;
  return {
    mode,
    rate,
    exact,
    matrix: matrix === null ? null : matrix.map((row) => [...row]),
    seed,
    labelsSha256,
  };
}

function testErrorAt({ epoch, testErrors }: EpochScores, count: number): EpochError {
  return { epoch, error: errorRate(testErrors, count) };
}

function orNull<Rate>(rate: (part: number, whole: number) => Rate, part: number, whole: number): Rate | null {
  return whole === 0 ? null : rate(part, whole);
}

function proportion(examples: number, count: number): Proportion {
  const { rate, interval }: ErrorRate = errorRate(examples, count);
  return { examples, rate, interval };
}

function curvesOf({ scores: { epochs }, learningRates, objectives }: ScoredRun): MemorizationCurves {
  const curve = (key: CurveName): number[] => epochs.map((epoch) => epoch[key]);
  return {
    epoch: curve('epoch'),
    learningRate: learningRates === null ? null : [...learningRates],
    objective: objectives === null ? null : [...objectives],
    testErrors: curve('testErrors'),
    testTop5Errors: known(epochs.map(({ testTop5Errors }) => testTop5Errors)),
    trainErrors: curve('trainErrors'),
    realErrors: curve('realErrors'),
    corruptedErrors: curve('corruptedErrors'),
    changedErrors: curve('changedErrors'),
    corruptedRestored: curve('corruptedRestored'),
    changedRestored: curve('changedRestored'),
    chance: known(epochs.map(({ chance }) => chance)),
    trainLoss: curve('trainLoss'),
    testLoss: curve('testLoss'),
    membershipAdvantage: curve('membershipAdvantage'),
    membershipAuc: curve('membershipAuc'),
    membershipRealAdvantage: known(epochs.map(({ membershipReal }) => membershipReal?.advantage ?? null)),
    membershipRealAuc: known(epochs.map(({ membershipReal }) => membershipReal?.auc ?? null)),
    calibrationError: curve('calibrationError'),
  };
}

/** The scores of an epoch that are always known. */
type CurveName = Exclude<keyof EpochScores, 'chance' | 'testTop5Errors' | 'membershipReal'>;

/** A curve that is known for all epochs or for none. */
function known(values: readonly (number | null)[]): number[] | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? null : numbers;
}

function testOutcomesOf({
  epochs,
  testExamples,
}: MemorizationScores): NonNullable<MemorizationRun['testOutcomes']> {
  const { predictions, ranks, losses, right, rightTop5 } = testExamples;
  return {
    predictions: encodeColumn(predictions),
    ranks: encodeColumn(ranks),
    losses: encodeColumn(losses),
    right: encodeRows(right, epochs.length),
    rightTop5: rightTop5 === null ? null : encodeRows(rightTop5, epochs.length),
  };
}

/** Packed bits, a text for each epoch. */
function encodeRows(packed: Uint8Array, epochs: number): string[] {
  const length = packed.length / epochs;
  return Array.from({ length: epochs }, (_, row) =>
    encodePackedBits(packed.subarray(row * length, (row + 1) * length)),
  );
}

function perExampleOf({ labels, scores: { epochs, examples } }: ScoredRun): MemorizationPerExample {
  return {
    corrupted: encodeBits(labels.masked),
    changed: encodeBits(
      Uint8Array.from(labels.given, (label, place) => (label === labels.true[place] ? 0 : 1)),
    ),
    firstLearned: [...examples.firstLearned],
    forgettingEvents: [...examples.forgettingEvents],
    areaUnderMargin: Array.from(examples.areaUnderMargin, (area) => Math.round(area * 1e4) / 1e4),
    correct: encodeRows(examples.correct, epochs.length),
  };
}
