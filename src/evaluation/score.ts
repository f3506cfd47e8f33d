/** How a model does on inputs: what it predicts, where it ranks the true label, and how many errors that makes. */
import type { Classifier } from '../classifier/classifier.ts';
import { predictions } from '../classifier/oracle.ts';
import { InputError } from '../core/errors.ts';

/** The outcomes of examples on one model, one entry each, in the order of the plan's indices. */
export interface ScoreColumns {
  /** The class of the greatest logit, the first of equals, [count]. */
  readonly predictions: Int32Array;
  /**
   * How many classes stand before the true label: 0 is correct, below 5 is correct in the top 5, [count]. A label of
   * logit −∞ can never be chosen and comes last.
   */
  readonly ranks: Int32Array;
  /** Cross-entropy of the true label, computed in float64 from the logits, [count]; infinite where its logit is −∞. */
  readonly losses: Float64Array;
  /** 1 where the greatest softmax probability is 1 in float32, [count]. */
  readonly saturated: Uint8Array;
}

/** The outcomes with what they add up to. */
export interface Score extends Omit<ScoreColumns, 'saturated'> {
  /** Infinite where one of the losses is. */
  readonly meanLoss: number;
  /** Examples whose true label does not have the greatest logit. */
  readonly top1Errors: number;
  /** Examples whose true label is not among the five greatest logits; 0 where there are at most five classes. */
  readonly top5Errors: number;
  /** Examples whose greatest softmax probability is 1 in float32. */
  readonly saturated: number;
  /** Which examples those are, [count]. */
  readonly saturatedFlags: Uint8Array;
}

/**
 * Scores examples.
 *
 * @param logits [n, classCount]
 * @param labels [n]
 * @param indices places of the examples in the data set, for messages, [n]
 * @throws InputError when the logits are not n × classCount numbers below infinity, of which one in each row is finite
 */
export function scoreRows(
  model: Pick<Classifier, 'name' | 'classCount'>,
  logits: Float32Array,
  labels: Int32Array,
  indices: ArrayLike<number>,
): ScoreColumns {
  const { classCount } = model;
  assertLogits(model, logits, labels.length, indices);
  const row = (example: number): Float32Array =>
    logits.subarray(example * classCount, (example + 1) * classCount);
  return {
    predictions: predictions(logits, classCount),
    ranks: labels.map((label, example) => rankOf(label, row(example))),
    losses: Float64Array.from(labels, (label, example) => crossEntropy(label, row(example))),
    saturated: Uint8Array.from(labels, (_, example) => (isSaturated(row(example)) ? 1 : 0)),
  };
}

/** What outcomes add up to. */
export function summarize({ predictions, ranks, losses, saturated }: ScoreColumns): Score {
  return {
    predictions,
    ranks,
    losses,
    meanLoss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    top1Errors: ranks.filter((rank) => rank >= 1).length,
    top5Errors: ranks.filter((rank) => rank >= 5).length,
    saturated: saturated.filter((flag) => flag === 1).length,
    saturatedFlags: saturated,
  };
}

/** Classes with a greater logit, and those with an equal one that come first; all others where the label's is −∞. */
function rankOf(label: number, logits: Float32Array): number {
  const own = logits[label] ?? NaN;
  if (own === -Infinity) return logits.length - 1;
  return logits.reduce(
    (rank, logit, index) => (logit > own || (logit === own && index < label) ? rank + 1 : rank),
    0,
  );
}

/** log Σ exp(zⱼ) − z of the label, shifted by the greatest logit, which is finite. */
function crossEntropy(label: number, logits: Float32Array): number {
  const greatest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - greatest), 0);
  return Math.log(sum) + greatest - (logits[label] ?? NaN);
}

/** 1 / Σ exp(zⱼ − max) rounds to 1 in float32. */
function isSaturated(logits: Float32Array): boolean {
  const greatest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return Math.fround(1 / logits.reduce((total, logit) => total + Math.exp(logit - greatest), 0)) === 1;
}

/** −∞ is the logit of a class that can never be chosen, as masks give it; softmax and loss are defined with it. */
function assertLogits(
  model: Pick<Classifier, 'name' | 'classCount'>,
  logits: Float32Array,
  count: number,
  indices: ArrayLike<number>,
): void {
  if (logits.length !== count * model.classCount) {
    throw new InputError(
      `the model ${model.name} returned ${String(logits.length)} logits for ${String(count)} examples of ` +
        `${String(model.classCount)} classes: its outputs must be one row of logits per example`,
    );
  }
  const position = logits.findIndex((logit) => !(logit < Infinity));
  if (position >= 0) {
    const logit = logits[position];
    const cause =
      logit === Infinity
        ? 'its numbers grew beyond float32: look for weights that are too great, a division by zero, or a wrong normalisation'
        : 'look for NaN in its weights, a division 0/0, or the logarithm or square root of a negative number';
    throw new InputError(
      `the model ${model.name} returned the logit ${String(logit)} for example ` +
        `${String(indices[Math.floor(position / model.classCount)])} of the data: ${cause}`,
    );
  }
  for (let start = 0; start < logits.length; start += model.classCount) {
    if (logits.subarray(start, start + model.classCount).some((logit) => logit !== -Infinity)) continue;
    throw new InputError(
      `the model ${model.name} returned the logit -Infinity for every class of example ` +
        `${String(indices[start / model.classCount])} of the data: a mask has to leave at least one class`,
    );
  }
}
