/** The minibatches of an epoch: shuffled, augmented, mixed and with soft labels, all from named streams. */
import { permutation, randomStream } from '../core/random.ts';
import { augmentBatch } from '../data/augment.ts';
import type { Dataset } from '../data/dataset.ts';
import { scaleToBounds } from '../data/scale.ts';
import { drawMixing, mixRows, oneHot } from './mixup.ts';
import type { TrainingSettings } from './settings.ts';

export interface Minibatch {
  /** [n, ...inputShape], in [0, 1]. */
  readonly images: Float32Array;
  /** Soft labels [n, classCount]. */
  readonly targets: Float32Array;
  readonly count: number;
}

/** The input space of trained networks; their normalization is inside the graph. */
export const TRAINING_BOUNDS = { lower: 0, upper: 1 };

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
  const { seed, batchSize, augmentation, mixup, network } = settings;
  const order = permutation(randomStream(seed, 'order', epoch), indices.length);
  for (let step = 0; step < minibatchCount(indices.length, batchSize); step++) {
    const chosen = order
      .subarray(step * batchSize, (step + 1) * batchSize)
      .map((position) => indices[position] ?? 0);
    const { inputs, labels } = await dataset.read(chosen);
    let images = scaleToBounds(inputs, dataset.range, TRAINING_BOUNDS);
    if (augmentation !== undefined) {
      images = augmentBatch(images, dataset.shape, augmentation, { seed, epoch, indices: chosen }, images);
    }
    let targets = oneHot(labels, network.classCount);
    if (mixup !== undefined) {
      const mixing = drawMixing(randomStream(seed, 'mixup', epoch, step), mixup, chosen.length);
      images = mixRows(images, images.length / chosen.length, mixing);
      targets = mixRows(targets, network.classCount, mixing);
    }
    yield { images, targets, count: chosen.length };
  }
}
