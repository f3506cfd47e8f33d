/** How a model does on inputs: what it predicts, where it ranks the true label, and how many errors that makes. */
import { predictions } from '../attacks/objective.ts';
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';

/** The outcomes of one set of inputs on one model, in the order of the plan's indices. */
export interface Score {
  /** The class of the greatest logit, the first of equals, [count]. */
  readonly predictions: Int32Array;
  /**
   * How many classes stand before the true label: 0 is correct, below 5 is correct in the top 5, [count]. A label of
   * logit −∞ can never be chosen and comes last.
   */
  readonly ranks: Int32Array;
  /** Cross-entropy of the true label, computed in float64 from the logits, [count]; infinite where its logit is −∞. */
  readonly losses: Float64Array;
  /** Infinite where one of the losses is. */
  readonly meanLoss: number;
  /** Examples whose true label does not have the greatest logit. */
  readonly top1Errors: number;
  /** Examples whose true label is not among the five greatest logits; 0 where there are at most five classes. */
  readonly top5Errors: number;
  /** Examples whose greatest softmax probability is 1 in float32. */
  readonly saturated: number;
}

export interface ScoreCollector {
  /**
   * Scores a batch.
   *
   * @param offset place of its first example among the outcomes
   * @param logits [n, classCount]
   * @throws InputError when the logits are not n × classCount numbers below infinity, of which one in each row is finite
   */
  record(offset: number, logits: Float32Array, labels: Int32Array): void;
  score(): Score;
}

/** Collects the outcomes of `count` examples on one model, batch by batch. */
export function createScoreCollector(model: Classifier, count: number): ScoreCollector {
  const { classCount } = model;
  const predicted = new Int32Array(count);
  const ranks = new Int32Array(count);
  const losses = new Float64Array(count);
  let saturated = 0;
  return {
    record(offset, logits, labels) {
      assertLogits(model, logits, labels.length, offset);
      predicted.set(predictions(logits, classCount), offset);
      labels.forEach((label, example) => {
        const row = logits.subarray(example * classCount, (example + 1) * classCount);
        ranks[offset + example] = rankOf(label, row);
        losses[offset + example] = crossEntropy(label, row);
        if (isSaturated(row)) saturated += 1;
      });
    },
    score: () => ({
      predictions: predicted,
      ranks,
      losses,
      meanLoss: losses.reduce((sum, loss) => sum + loss, 0) / count,
      top1Errors: ranks.filter((rank) => rank >= 1).length,
      top5Errors: ranks.filter((rank) => rank >= 5).length,
      saturated,
    }),
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
function assertLogits(model: Classifier, logits: Float32Array, count: number, offset: number): void {
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
        `${String(offset + Math.floor(position / model.classCount))} of the subset: ${cause}`,
    );
  }
  for (let start = 0; start < logits.length; start += model.classCount) {
    if (logits.subarray(start, start + model.classCount).some((logit) => logit !== -Infinity)) continue;
    throw new InputError(
      `the model ${model.name} returned the logit -Infinity for every class of example ` +
        `${String(offset + start / model.classCount)} of the subset: a mask has to leave at least one class`,
    );
  }
}
