/**
 * The distributions behind the modes: how likely a class is to be masked, and which label a masked example gets.
 * Drawing and probability stand side by side, so that what is reported is what was drawn.
 */
import type { RandomStream } from '../core/random.ts';
import type { CorruptionSettings } from './settings.ts';
import type { TransitionMatrix } from './transition-matrix.ts';

export interface LabelNoise {
  /** The probability that an example of the class is masked. */
  rateOf(trueLabel: number): number;
  /** Draws the label of a masked example of the class. */
  draw(trueLabel: number, stream: RandomStream): number;
  /** q(label | trueLabel): the probability that `draw` gives the label. */
  probability(label: number, trueLabel: number): number;
}

/** What the noise of a mode is made of; a corruption that was made carries it. */
export type NoiseSettings = Pick<CorruptionSettings, 'mode' | 'rate' | 'matrix'>;

/** The noise of checked settings over 0 … classCount−1. */
export function labelNoise(settings: NoiseSettings, classCount: number): LabelNoise {
  const rateOf = (): number => settings.rate ?? 0;
  switch (settings.mode) {
    case 'uniform':
      return {
        rateOf,
        draw: (_trueLabel, stream) => stream.integer(classCount),
        probability: () => 1 / classCount,
      };
    case 'symmetric':
      return {
        rateOf,
        draw: (trueLabel, stream) => (trueLabel + 1 + stream.integer(classCount - 1)) % classCount,
        probability: (label, trueLabel) => (label === trueLabel ? 0 : 1 / (classCount - 1)),
      };
    case 'pair-flip': {
      const next = (trueLabel: number): number => (trueLabel + 1) % classCount;
      return { rateOf, draw: next, probability: (label, trueLabel) => (label === next(trueLabel) ? 1 : 0) };
    }
    case 'class-conditional':
      return classConditional(settings.matrix ?? []);
  }
}

/**
 * q(label | trueLabel), the probability that a masked example of class `trueLabel` was given `label`. The mean of
 * q(prediction | true label) over the masked examples is the chance level of the accuracy on them: what a classifier
 * reaches whose predictions owe nothing to the labels that were given. 1/C for `uniform`; 0 for a class whose examples
 * are never masked.
 *
 * @param settings those of the corruption, e.g. `file.settings`
 */
export function noiseProbability(
  settings: NoiseSettings,
  classCount: number,
): (label: number, trueLabel: number) => number {
  const noise = labelNoise(settings, classCount);
  return (label, trueLabel) => noise.probability(label, trueLabel);
}

/**
 * The matrix T read as mask and label: class i is masked with probability Σ T[i][j] over j ≠ i and a masked example
 * gets another class j with q(j | i) = T[i][j] / Σ T[i][k] over k ≠ i. So every label follows T, and masked means
 * changed. A row is divided by its own sum, which is 1 but for rounding.
 */
function classConditional(matrix: TransitionMatrix): LabelNoise {
  const others = matrix.map((row, index) => row.map((value, label) => (label === index ? 0 : value)));
  const weights = others.map((row) => row.reduce((total, value) => total + value, 0));
  const weightOf = (trueLabel: number): number => weights[trueLabel] ?? 0;
  return {
    rateOf: (trueLabel) => {
      const weight = weightOf(trueLabel);
      return weight === 0 ? 0 : weight / (weight + (matrix[trueLabel]?.[trueLabel] ?? 0));
    },
    draw: (trueLabel, stream) => {
      const place = stream.uniform() * weightOf(trueLabel);
      let below = 0;
      let drawn = trueLabel;
      for (const [label, weight] of (others[trueLabel] ?? []).entries()) {
        if (weight === 0) continue;
        // The last class of any weight is kept should rounding leave the place at the very end.
        drawn = label;
        below += weight;
        if (place < below) break;
      }
      return drawn;
    },
    probability: (label, trueLabel) => {
      const weight = others[trueLabel]?.[label] ?? 0;
      return weight === 0 ? 0 : weight / weightOf(trueLabel);
    },
  };
}
