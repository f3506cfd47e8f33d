/**
 * What is checked of every batch, whoever made it: the data before a model sees it, and adversarial examples before
 * they are counted. An attack that leaves its ball measures nothing.
 */
import { exampleSizeOf, type Norm } from '../attacks/balls/ball.ts';
import { perturbationSizes, roundingTolerance } from '../attacks/balls/sizes.ts';
import { absoluteSize, type Size } from '../attacks/size.ts';
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import type { Batch } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import type { AttackRun } from './plan.ts';
import type { SizeColumns } from './records.ts';

/**
 * Checks a batch as read.
 *
 * @throws InputError when it is incomplete, a value is not a number or out of the data's range, or a label does not exist
 */
export function assertBatch({ inputs, labels, indices }: Batch, dataset: Dataset): void {
  const exampleSize = exampleSizeOf(dataset.shape);
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
 * Measures the perturbations of adversarial examples and checks that each is finite, within the bounds and within the
 * radius.
 *
 * @returns sizes in units of the source's range, L0 as a count: L∞ and L2, and that of the attack's norm
 * @throws Error when the attack broke its promise
 */
export function verifiedSizes(
  { attack, settings }: AttackRun,
  source: Classifier,
  clean: Float32Array,
  adversarial: Float32Array,
): SizeColumns {
  const promise = `${attack.title} on ${source.name}`;
  const { bounds, inputShape } = source;
  if (adversarial.length !== clean.length) {
    throw new Error(`${promise} returned ${String(adversarial.length)} values for ${String(clean.length)}`);
  }
  const lower = Math.fround(bounds.lower);
  const upper = Math.fround(bounds.upper);
  const outside = adversarial.find((value) => !(value >= lower && value <= upper));
  if (outside !== undefined)
    throw new Error(`${promise} left the bounds: it made the value ${String(outside)}`);
  const { norm, radius } = settings;
  if (radius !== null) {
    const own = sizesIn(norm, clean, adversarial, inputShape, radius.unit);
    const exampleSize = exampleSizeOf(inputShape);
    const greatest = absoluteSize(radius, bounds) + roundingTolerance(norm, bounds, exampleSize);
    const excess = own.find((size) => !(size <= greatest));
    if (excess !== undefined) {
      throw new Error(
        `${promise} left its ball: a perturbation measures ${String(excess)}, over ${String(greatest)}`,
      );
    }
  }
  return measuredSizes(settings, source, clean, adversarial);
}

/** L∞ and L2 of perturbations, and what the attack's norm says, in units of the source's range or counts. */
export function measuredSizes(
  { norm, radius }: Pick<AttackRun['settings'], 'norm' | 'radius'>,
  { bounds, inputShape }: Pick<Classifier, 'bounds' | 'inputShape'>,
  clean: Float32Array,
  adversarial: Float32Array,
): SizeColumns {
  const range = bounds.upper - bounds.lower;
  const inRanges = (of: Norm): Float64Array => {
    const sizes = sizesIn(of, clean, adversarial, inputShape, radius?.unit ?? 'pixels');
    return of === 'l0' ? sizes : sizes.map((size) => size / range);
  };
  const both = { linf: inRanges('linf'), l2: inRanges('l2') };
  return norm === 'l1' || norm === 'l0' ? { ...both, [norm]: inRanges(norm) } : both;
}

function sizesIn(
  norm: Norm,
  clean: Float32Array,
  adversarial: Float32Array,
  inputShape: readonly number[],
  unit: Size['unit'],
): Float64Array {
  return perturbationSizes(norm, clean, adversarial, inputShape, unit === 'elements' ? 'elements' : 'pixels');
}
