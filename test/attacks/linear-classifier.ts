/** A softmax-linear classifier in closed form, for tests: logits = scale·W·x + b in float64, stored as float32. */
import type { Bounds, Classifier, LossGradient } from '../../src/classifier/classifier.ts';
import { logitGradient } from '../../src/classifier/logit-losses.ts';
import { lossesOf } from '../../src/classifier/objective.ts';
import { randomStream } from '../../src/core/random.ts';

export interface LinearModel extends Classifier {
  /** [classCount][features], the scale included. */
  readonly weights: readonly (readonly number[])[];
  readonly biases: readonly number[];
  gradient: NonNullable<Classifier['gradient']>;
}

export interface LinearOptions {
  readonly name?: string;
  readonly inputShape: readonly number[];
  readonly bounds?: Bounds;
  readonly weights: readonly (readonly number[])[];
  readonly biases?: readonly number[];
}

export function createLinearModel(options: LinearOptions): LinearModel {
  const { name = 'linear', inputShape, bounds = { lower: 0, upper: 1 }, weights } = options;
  const biases = options.biases ?? weights.map(() => 0);
  const size = inputShape.reduce((product, dim) => product * dim, 1);
  const rows = (inputs: Float32Array): number[][] =>
    Array.from({ length: inputs.length / size }, (_, example) =>
      weights.map((row, k) =>
        row.reduce((sum, weight, j) => sum + weight * inputs[example * size + j]!, biases[k]!),
      ),
    );
  /** The chain rule: gradient of the loss by the logits, times the weights. */
  const chained = (logits: number[][], objective: Parameters<typeof logitGradient>[0]): LossGradient => {
    const flat = Float32Array.from(logits.flat());
    const { losses, weights: byLogits } = logitGradient(objective, flat, weights.length);
    const gradients = Float32Array.from({ length: logits.length * size }, (_, index) => {
      const example = Math.floor(index / size);
      return weights.reduce(
        (sum, row, k) => sum + byLogits[example * weights.length + k]! * row[index % size]!,
        0,
      );
    });
    return { losses, gradients, logits: flat };
  };
  return {
    name,
    inputShape,
    classCount: weights.length,
    bounds,
    weights,
    biases,
    logits: (inputs) => Promise.resolve(Float32Array.from(rows(inputs).flat())),
    losses: lossesOf(weights.length),
    gradient(inputs, objective) {
      const logits = rows(inputs);
      if (objective.loss !== 'cross-entropy') {
        return Promise.resolve(chained(logits, objective));
      }
      const { labels } = objective;
      const probabilities = logits.map((row) => {
        const greatest = Math.max(...row);
        const powers = row.map((logit) => Math.exp(logit - greatest));
        const sum = powers.reduce((a, b) => a + b, 0);
        return powers.map((power) => power / sum);
      });
      const gradients = new Float32Array(inputs.length);
      probabilities.forEach((row, example) => {
        for (let j = 0; j < size; j++) {
          gradients[example * size + j] = row.reduce(
            (sum, p, k) => sum + (p - (k === labels[example] ? 1 : 0)) * weights[k]![j]!,
            0,
          );
        }
      });
      return Promise.resolve({
        losses: Float32Array.from(probabilities, (row, example) => -Math.log(row[labels[example]!]!)),
        gradients,
        logits: Float32Array.from(logits.flat()),
      });
    },
  };
}

/** A model with normal weights drawn from the seed. */
export function randomLinearModel(
  seed: number,
  classCount: number,
  inputShape: readonly number[],
  options: { readonly name?: string; readonly bounds?: Bounds; readonly scale?: number } = {},
): LinearModel {
  const stream = randomStream(seed, 'weights');
  const size = inputShape.reduce((product, dim) => product * dim, 1);
  const { scale = 1, ...rest } = options;
  const weights = Array.from({ length: classCount }, () =>
    Array.from({ length: size }, () => scale * stream.normal()),
  );
  return createLinearModel({ inputShape, weights, ...rest });
}

/** Inputs drawn uniformly from the bounds, [count, ...]. */
export function randomInputs(seed: number, count: number, { lower, upper }: Bounds): Float32Array {
  const stream = randomStream(seed, 'inputs');
  return Float32Array.from({ length: count }, () => lower + (upper - lower) * stream.uniform());
}

/** The same model for those who may not see its gradients. */
export function withoutGradient(model: Classifier): Classifier {
  const { name, inputShape, classCount, bounds } = model;
  return { name, inputShape, classCount, bounds, logits: (inputs) => model.logits(inputs) };
}
