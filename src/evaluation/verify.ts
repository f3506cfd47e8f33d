/**
 * What is checked of every batch, whoever made it: the data before a model sees it, and adversarial examples before
 * they are counted. An attack that leaves its ball measures nothing.
 */
import { type PerturbationSizes, perturbationSizes, roundingTolerance } from '../attacks/ball.ts';
import { absoluteSize } from '../attacks/epsilon.ts';
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import type { Batch } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import type { AttackRun } from './plan.ts';

/**
 * Checks a batch as read.
 *
 * @throws InputError when it is incomplete, a value is not a number or out of the data's range, or a label does not exist
 */
export function assertBatch({ inputs, labels, indices }: Batch, dataset: Dataset): void {
  const exampleSize = dataset.shape.reduce((product, dim) => product * dim, 1);
  if (inputs.length !== indices.length * exampleSize || labels.length !== indices.length) {
    throw new InputError(
      `${dataset.name} gave ${String(inputs.length)} values and ${String(labels.length)} labels for ` +
        `${String(indices.length)} examples of shape [${dataset.shape.join(', ')}]: the data is incomplete`,
    );
  }
  labels.forEach((label, example) => {
    if (label < 0 || label >= dataset.classCount) {
      throw new InputError(
        `example ${String(indices[example])} of ${dataset.name} has the label ${String(label)}: ` +
          `labels must be 0 to ${String(dataset.classCount - 1)}`,
      );
    }
  });
  const lower = Math.fround(dataset.range.lower);
  const upper = Math.fround(dataset.range.upper);
  const wrong = inputs.findIndex((value) => !(value >= lower && value <= upper));
  if (wrong >= 0) {
    throw new InputError(
      `example ${String(indices[Math.floor(wrong / exampleSize)])} of ${dataset.name} has the value ` +
        `${String(inputs[wrong])} at position ${String(wrong % exampleSize)}: values must be numbers in ` +
        `[${String(dataset.range.lower)}, ${String(dataset.range.upper)}]`,
    );
  }
}

/**
 * Measures the perturbations of adversarial examples and checks that each is finite, within the bounds and within ε.
 *
 * @returns sizes in the units of the source's bounds
 * @throws Error when the attack broke its promise
 */
export function verifiedSizes(
  { attack, settings }: AttackRun,
  source: Classifier,
  clean: Float32Array,
  adversarial: Float32Array,
): PerturbationSizes {
  const promise = `${attack.title} on ${source.name}`;
  const exampleSize = source.inputShape.reduce((product, dim) => product * dim, 1);
  if (adversarial.length !== clean.length) {
    throw new Error(`${promise} returned ${String(adversarial.length)} values for ${String(clean.length)}`);
  }
  const lower = Math.fround(source.bounds.lower);
  const upper = Math.fround(source.bounds.upper);
  const outside = adversarial.find((value) => !(value >= lower && value <= upper));
  if (outside !== undefined)
    throw new Error(`${promise} left the bounds: it made the value ${String(outside)}`);
  const sizes = perturbationSizes(clean, adversarial, exampleSize);
  const greatest =
    absoluteSize(settings.epsilon, source.bounds) +
    roundingTolerance(attack.norm, source.bounds, exampleSize);
  const excess = sizes[attack.norm].find((size) => !(size <= greatest));
  if (excess !== undefined) {
    throw new Error(
      `${promise} left its ball: a perturbation measures ${String(excess)}, over ${String(greatest)}`,
    );
  }
  return sizes;
}
