/** The minibatches of an epoch: shuffled, augmented, mixed and with soft labels, all from named streams. */
import { permutation, randomStream } from '../core/random.ts';
import { augmentBatch } from '../data/augment.ts';
import type { Dataset, Examples } from '../data/dataset.ts';
import { scaleToBounds } from '../data/scale.ts';
import { smoothTargets } from './label-smoothing.ts';
import { drawMixing, mixRows, oneHot } from './mixup.ts';
import { seedsOf, type TrainingSettings } from './settings.ts';

export interface Minibatch {
  /** Counted from 0, as is the step. */
  readonly epoch: number;
  readonly step: number;
  /** [n, ...inputShape], in [0, 1]. */
  readonly images: Float32Array;
  /** Soft labels [n, classCount]. */
  readonly targets: Float32Array;
  readonly count: number;
}

/** The input space of trained networks; their normalization is inside the graph. */
export const TRAINING_BOUNDS = { lower: 0, upper: 1 };

/** Minibatches asked for ahead of the one in use, for data sets that decode on other threads. */
const AHEAD = 2;

/** The number of minibatches of an epoch: all examples, but never a last batch of one, which has no variance. */
export function minibatchCount(exampleCount: number, batchSize: number): number {
  return Math.floor(exampleCount / batchSize) + (exampleCount % batchSize > 1 ? 1 : 0);
}

/** Makes the minibatches of an epoch, one after another. */
export async function* minibatches(
  dataset: Dataset,
  indices: Int32Array,
  settings: TrainingSettings,
  epoch: number,
): AsyncGenerator<Minibatch> {
  const { batchSize } = settings;
  const { order: seed } = seedsOf(settings);
  const order = permutation(randomStream(seed, 'order', epoch), indices.length);
  const chosenAt = (step: number): Int32Array =>
    order.subarray(step * batchSize, (step + 1) * batchSize).map((position) => indices[position] ?? 0);
  const steps = minibatchCount(indices.length, batchSize);
  const pending: Promise<Examples>[] = [];
  for (let step = 0; step < steps; step++) {
    while (pending.length <= Math.min(AHEAD, steps - 1 - step)) {
      const reading = readExamples(dataset, chosenAt(step + pending.length), settings, epoch);
      // A failure is met when its turn comes; until then it is not unhandled.
      reading.catch(() => undefined);
      pending.push(reading);
    }
    const examples = await pending.shift();
    if (examples !== undefined) yield makeMinibatch(examples, dataset, settings, epoch, step, chosenAt(step));
  }
}

/** Data sets that decode images crop while they decode; all others are augmented once read. */
function readExamples(
  dataset: Dataset,
  chosen: Int32Array,
  settings: TrainingSettings,
  epoch: number,
): Promise<Examples> {
  const { augmentation } = settings;
  const { order: seed } = seedsOf(settings);
  return augmentation === undefined || dataset.readAugmented === undefined
    ? dataset.read(chosen)
    : dataset.readAugmented(chosen, augmentation, { seed, epoch, indices: chosen });
}

function makeMinibatch(
  { inputs, labels }: Examples,
  dataset: Dataset,
  settings: TrainingSettings,
  epoch: number,
  step: number,
  chosen: Int32Array,
): Minibatch {
  const { augmentation, mixup, network, labelSmoothing = 0 } = settings;
  const { order: seed } = seedsOf(settings);
  const count = labels.length;
  let images = scaleToBounds(inputs, dataset.range, TRAINING_BOUNDS);
  if (augmentation !== undefined && dataset.readAugmented === undefined) {
    images = augmentBatch(images, dataset.shape, augmentation, { seed, epoch, indices: chosen }, images);
  }
  let targets = oneHot(labels, network.classCount);
  if (labelSmoothing > 0) smoothTargets(targets, network.classCount, labelSmoothing);
  if (mixup !== undefined) {
    const mixing = drawMixing(randomStream(seed, 'mixup', epoch, step), mixup, count);
    images = mixRows(images, images.length / count, mixing);
    targets = mixRows(targets, network.classCount, mixing);
  }
  return { epoch, step, images, targets, count };
}
