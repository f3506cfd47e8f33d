/**
 * The losses of objective.ts by numbers: each example's loss and its gradient by the logits. With it a classifier that
 * gives vector-Jacobian products has the gradient of every loss.
 */
import type { Objective } from './objective.ts';

export interface LogitGradient {
  /** [n]. */
  readonly losses: Float32Array;
  /** Gradient of each example's loss by its logits, [n, classCount]; 0 at logits of −∞. */
  readonly weights: Float32Array;
}

/** Loss and gradient of one row; `weights` arrives as zeros. */
type RowLoss = (logits: Float32Array, weights: Float32Array, example: number) => number;

/**
 * @param logits [n, classCount]; −∞ is a class that cannot be chosen
 * @param objective of n examples
 */
export function logitGradient(objective: Objective, logits: Float32Array, classCount: number): LogitGradient {
  const count = logits.length / classCount;
  const losses = new Float32Array(count);
  const weights = new Float32Array(logits.length);
  const rowLoss = rowLossOf(objective, classCount);
  for (let example = 0; example < count; example++) {
    const [start, end] = [example * classCount, (example + 1) * classCount];
    losses[example] = rowLoss(logits.subarray(start, end), weights.subarray(start, end), example);
  }
  return { losses, weights };
}

function rowLossOf(objective: Objective, classCount: number): RowLoss {
  switch (objective.loss) {
    case 'weighted-logits':
      return (logits, weights, example) => {
        weights.set(objective.weights.subarray(example * classCount, (example + 1) * classCount));
        return weights.reduce(
          (sum, weight, k) => (weight === 0 ? sum : sum + weight * (logits[k] ?? NaN)),
          0,
        );
      };
    case 'targeted-dlr':
      return (logits, weights, example) =>
        targetedDlr(logits, weights, objective.labels[example] ?? -1, objective.targets[example] ?? -1);
    case 'cross-entropy':
    case 'margin':
    case 'probability-margin':
    case 'dlr': {
      const loss = { 'cross-entropy': crossEntropy, margin, 'probability-margin': probabilityMargin, dlr }[
        objective.loss
      ];
      return (logits, weights, example) => loss(logits, weights, objective.labels[example] ?? -1);
    }
  }
}

function softmax(logits: Float32Array): { readonly probabilities: Float64Array; readonly logSum: number } {
  const greatest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - greatest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return { probabilities: powers.map((power) => power / sum), logSum: Math.log(sum) + greatest };
}

function crossEntropy(logits: Float32Array, weights: Float32Array, label: number): number {
  const { probabilities, logSum } = softmax(logits);
  weights.set(probabilities);
  weights[label] = (weights[label] ?? NaN) - 1;
  return logSum - (logits[label] ?? NaN);
}

function margin(logits: Float32Array, weights: Float32Array, label: number): number {
  const wrong = bestOther(logits, label);
  weights[wrong] = 1;
  weights[label] = -1;
  return (logits[wrong] ?? NaN) - (logits[label] ?? NaN);
}

function probabilityMargin(logits: Float32Array, weights: Float32Array, label: number): number {
  const { probabilities } = softmax(logits);
  const wrong = bestOther(logits, label);
  const [own, other] = [probabilities[label] ?? NaN, probabilities[wrong] ?? NaN];
  probabilities.forEach((probability, k) => {
    const ofOther = (k === wrong ? other : 0) - other * probability;
    const ofOwn = (k === label ? own : 0) - own * probability;
    weights[k] = ofOther - ofOwn;
  });
  return other - own;
}

function dlr(logits: Float32Array, weights: Float32Array, label: number): number {
  const [first = 0, , third = 0] = descending(logits);
  return quotient(logits, weights, {
    numerator: [
      [bestOther(logits, label), 1],
      [label, -1],
    ],
    denominator: [
      [first, 1],
      [third, -1],
    ],
  });
}

function targetedDlr(logits: Float32Array, weights: Float32Array, label: number, target: number): number {
  const [first = 0, , third = 0, fourth = 0] = descending(logits);
  return quotient(logits, weights, {
    numerator: [
      [target, 1],
      [label, -1],
    ],
    denominator: [
      [first, 1],
      [third, -0.5],
      [fourth, -0.5],
    ],
  });
}

type Terms = readonly (readonly [number, number])[];

/** Added to the denominator, as the loss's authors do. */
const LEAST_DENOMINATOR = 1e-12;

/** A quotient of two weighted sums of logits; where the denominator holds a logit of −∞, the numerator alone. */
function quotient(
  logits: Float32Array,
  weights: Float32Array,
  { numerator, denominator }: { readonly numerator: Terms; readonly denominator: Terms },
): number {
  const value = (terms: Terms): number => terms.reduce((sum, [k, w]) => sum + w * (logits[k] ?? NaN), 0);
  const scale = value(denominator);
  const isFinite = Number.isFinite(scale);
  const divisor = isFinite ? scale + LEAST_DENOMINATOR : 1;
  const loss = value(numerator) / divisor;
  for (const [k, w] of numerator) weights[k] = (weights[k] ?? NaN) + w / divisor;
  if (!isFinite) return loss;
  for (const [k, w] of denominator) weights[k] = (weights[k] ?? NaN) - (w * loss) / divisor;
  return loss;
}

/** The class of the greatest logit other than the label, the first of equals. */
function bestOther(logits: Float32Array, label: number): number {
  let best = label === 0 ? 1 : 0;
  logits.forEach((logit, k) => {
    if (k !== label && logit > (logits[best] ?? NaN)) best = k;
  });
  return best;
}

/** The classes by falling logit, the first of equals first. */
function descending(logits: Float32Array): number[] {
  return Array.from(logits.keys()).sort((a, b) => (logits[b] ?? NaN) - (logits[a] ?? NaN) || a - b);
}
