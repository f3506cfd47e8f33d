/** Checkpoints of a model as predictions, one epoch each: every one is run on the training and the test examples. */
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import { interruptionPoint } from '../core/interruption.ts';
import { describeFinding, probabilityFinding } from '../core/probability-finding.ts';
import { batches } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { holdSameNumbers } from '../data/same-numbers.ts';
import { scaleToBounds } from '../data/scale.ts';
import type { Predictions } from '../predictions/predictions.ts';
import { joinRanges, outputRanges, type OutputRanges } from './probability-check.ts';

export interface CheckpointSeries {
  /** Names the series in messages. */
  readonly name: string;
  /** How many checkpoints there are; they are taken for the epochs 1, 2, …. */
  readonly count: number;
  /** Opens the checkpoint of an index from 0. It is disposed of before the next is opened. */
  open(index: number): Promise<Classifier>;
  readonly train: Dataset;
  readonly trainIndices: Int32Array;
  readonly test: Dataset;
  readonly testIndices: Int32Array;
  /** Examples that go through a model at a time. */
  readonly batchSize: number;
  /** Whether it was said that the outputs are logits: then rows that sum to 1 are no error. */
  readonly declaredLogits?: boolean;
  /** Receives what a reader must know of a checkpoint's outputs, one sentence. */
  readonly onWarning?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** The predictions of checkpoints, computed when an epoch is read. */
export function checkpointPredictions(series: CheckpointSeries): Predictions {
  const { name, count, train, trainIndices, test, testIndices } = series;
  return {
    name,
    epochs: Array.from({ length: count }, (_, index) => index + 1),
    async read(epoch) {
      const classifier = await series.open(epoch - 1);
      try {
        assertTakes(classifier, train);
        const logits = {
          train: await logitsOf(classifier, train, trainIndices, series),
          test: await logitsOf(classifier, test, testIndices, series),
        };
        const outputs = Object.values(logits).map((rows) => outputRanges(rows, classifier.classCount));
        reportProbabilities(classifier, outputs.reduce(joinRanges), series);
        return {
          ...logits,
          trainCount: trainIndices.length,
          testCount: testIndices.length,
          classCount: classifier.classCount,
        };
      } finally {
        await classifier.dispose?.();
      }
    },
  };
}

async function logitsOf(
  classifier: Classifier,
  dataset: Dataset,
  indices: Int32Array,
  { batchSize, signal }: CheckpointSeries,
): Promise<Float32Array> {
  const logits = new Float32Array(indices.length * classifier.classCount);
  let done = 0;
  for await (const { inputs, labels } of batches(dataset, indices, batchSize)) {
    await interruptionPoint(signal);
    const scaled = scaleToBounds(inputs, dataset.range, classifier.bounds);
    const rows = await classifier.logits(scaled);
    assertFinite(classifier, rows, done);
    logits.set(rows, done * classifier.classCount);
    done += labels.length;
  }
  return logits;
}

/** Losses and margins of probabilities are not those of the model, as files of predictions are refused for. */
function reportProbabilities(
  { name }: Classifier,
  outputs: OutputRanges,
  { declaredLogits = false, onWarning }: CheckpointSeries,
): void {
  const finding = probabilityFinding(outputs);
  if (finding === null) return;
  const text = describeFinding(name, finding, declaredLogits);
  if (finding.kind === 'sum to 1' && !declaredLogits) {
    throw new InputError(`${text}; or --outputs logits if they are logits all the same`);
  }
  onWarning?.(text);
}

/** Memorization is scored by losses and margins, which −∞ would make infinite. */
function assertFinite({ name, classCount }: Classifier, logits: Float32Array, done: number): void {
  const position = logits.findIndex((logit) => !Number.isFinite(logit));
  if (position < 0) return;
  throw new InputError(
    `${name} returned the logit ${String(logits[position])} for example ${String(done + Math.floor(position / classCount))} ` +
      'of a set: memorization is scored by losses and margins, which need finite logits; leave masks of -Infinity out of the model, and look for overflow in its weights',
  );
}

function assertTakes({ name, inputShape }: Classifier, { shape }: Dataset): void {
  if (!holdSameNumbers(inputShape, shape)) {
    throw new InputError(
      `${name} takes inputs [${inputShape.join(', ')}] and the data are [${shape.join(', ')}]: give the data that it was trained on`,
    );
  }
}
