/** A run and its predictions as scores. */
import {
  type MemorizationScores,
  noiseProbability,
  type Predictions,
  readModelCard,
  scoreMemorization,
  type ScoredRun,
  type TrainingData,
} from '../../index.ts';
import type { FinishedRun } from './memorize-training.ts';
import type { GivenLabels } from './training-data.ts';

/** What a result states of the labels and the scores of a run, whatever made the predictions. */
export type ScoredLabels = Pick<ScoredRun, 'corruption' | 'labels' | 'scores'>;

/** Scores predictions against the labels that were trained on. */
export async function scoreAgainst(
  predictions: Predictions,
  labels: GivenLabels | undefined,
  { train, trainIndices, test, testIndices }: TrainingData,
  signal: AbortSignal,
): Promise<ScoredLabels> {
  const chosen = (values: Int32Array | Uint8Array): Int32Array =>
    Int32Array.from(trainIndices, (index) => values[index] ?? 0);
  const groups = {
    given: chosen(labels?.file.labels ?? train.labels),
    true: chosen(train.labels),
    masked: Uint8Array.from(chosen(labels?.file.masked ?? new Uint8Array(train.size))),
  };
  const scores: MemorizationScores = await scoreMemorization({
    predictions,
    classCount: train.classCount,
    givenLabels: groups.given,
    trueLabels: groups.true,
    masked: groups.masked,
    testLabels: testIndices.map((index) => test.labels[index] ?? 0),
    ...(labels === undefined ? {} : { chance: noiseProbability(labels.file.settings, train.classCount) }),
    signal,
  });
  return {
    corruption:
      labels === undefined
        ? null
        : { settings: labels.file.settings, labelsSha256: await labels.dataset.hash() },
    labels: groups,
    scores,
  };
}

/** Scores a run that was trained here. */
export async function scoreRun(
  { id, name, variant, seed, labels, predictions, summaries, card }: FinishedRun,
  data: TrainingData,
  signal: AbortSignal,
): Promise<ScoredRun> {
  const { training } = await readModelCard(card);
  return {
    id,
    name,
    variant,
    seed,
    source: 'trained',
    training: training ?? null,
    ...(await scoreAgainst(predictions, labels, data, signal)),
    learningRates: summaries.map(({ learningRate }) => learningRate),
    objectives: summaries.map(({ trainingLoss }) => trainingLoss),
  };
}
