/** A data set of encoded images, decoded by worker threads whenever they are read. */
import { createHash } from 'node:crypto';
import { InputError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { type Augmentation, type AugmentationDraw } from '../augment.ts';
import type { DataOptions, Dataset, Examples, ValueRange } from '../dataset.ts';
import type { ImageRequest } from '../decoding/messages.ts';
import { createDecodingPool } from '../decoding/pool.ts';
import { assertRandomArea } from '../random-area.ts';
import type { Levels } from '../resample.ts';
import { chooseFrame, usualSize } from './choose-frame.ts';
import type { ImageList } from './image-list.ts';

/** Images whose files are hashed at a time. */
const hashChunk = 256;

/**
 * Makes the data set. The size of the inputs is the one asked for; else that of the images, where those looked at are
 * alike and have the model's size, or are small where no model is known; else the model's, or 224. Inputs have the
 * channels asked for, or the model's; else one only where all images looked at are small and grey. Images of 16 bits a
 * level are read as 32-bit floats, all others as bytes.
 *
 * Its hash is SHA-256 over a line of JSON (format, size, number of examples) and a line for every example in order:
 * its class, its name and the SHA-256 of its file. It says nothing of pixels, so that no image need be decoded, and is
 * the same for a folder and a tar file of the same images.
 *
 * @throws InputError when the size or the number of threads is none, or an image looked at cannot be read
 */
export async function createImageDataset(list: ImageList, options: DataOptions): Promise<Dataset> {
  const { labels, classCount, classNames, format } = list;
  assertOptions(list, options);
  const pool = createDecodingPool(options.decodingThreads);
  const { frame, range, notes, settings } = await chooseFrame(list, options);
  const className = (index: number): string => {
    const label = labels[index];
    if (label === undefined) {
      throw new RangeError(`there is no example ${String(index)} among ${String(labels.length)}`);
    }
    return classNames?.[label] ?? String(label);
  };
  const request = (index: number): ImageRequest => ({
    index,
    title: `${list.title(index)} (class ${className(index)})`,
    source: list.source(index),
  });
  const read = async (
    indices: ArrayLike<number>,
    augmentation?: Augmentation,
    draw?: AugmentationDraw,
  ): Promise<Examples> => {
    const chosen = Array.from(indices);
    const how =
      augmentation === undefined || draw === undefined
        ? undefined
        : { augmentation, draw: { seed: draw.seed, epoch: draw.epoch } };
    const levels = await pool.decode(chosen.map(request), frame, how);
    return {
      inputs: inputsOf(levels, range),
      labels: Int32Array.from(chosen, (index) => labels[index] ?? 0),
    };
  };
  let hash: Promise<string> | undefined;
  const hashAll = async (): Promise<string> => {
    const digest = createHash('sha256');
    const { channels, height, width } = frame;
    const shape = [channels, height, width];
    digest.update(`${JSON.stringify({ type: 'images', shape, size: labels.length })}\n`);
    for (let start = 0; start < labels.length; start += hashChunk) {
      const count = Math.min(hashChunk, labels.length - start);
      const indices = Array.from({ length: count }, (_, k) => start + k);
      const digests = Buffer.from(await pool.digest(indices.map(request)));
      for (const [k, index] of indices.entries()) {
        const sha256 = digests.toString('hex', 32 * k, 32 * (k + 1));
        digest.update(`${JSON.stringify([className(index), list.name(index), sha256])}\n`);
      }
    }
    return digest.digest('hex');
  };
  return {
    name: format,
    split: options.split,
    shape: [frame.channels, frame.height, frame.width],
    classCount,
    ...(classNames === undefined ? {} : { classNames }),
    size: labels.length,
    labels,
    range,
    notes: [...list.notes, ...notes].map(printable),
    settings: { ...settings, ...list.settings },
    hash: () => (hash ??= hashAll()),
    read: (indices) => read(indices),
    readAugmented: (indices, augmentation, draw) => {
      assertAugmentation(augmentation);
      return read(indices, augmentation, draw);
    },
    dispose: () => pool.dispose(),
  };
}

function assertOptions({ format, place, classCount }: ImageList, options: DataOptions): void {
  const { imageSize, layout, channels } = options;
  if (imageSize !== undefined && !(Number.isInteger(imageSize) && imageSize > 0 && imageSize <= 4096)) {
    throw new InputError(
      `--image-size ${String(imageSize)} is no height and width: write a whole number such as ${String(usualSize)}`,
    );
  }
  if (layout !== undefined) throw new InputError(`${format} data are image files: leave --layout out`);
  if (channels !== undefined && channels !== 1 && channels !== 3) {
    throw new InputError(`--image-channels ${String(channels)}: write 1 for grey or 3 for colour`);
  }
  if (options.classCount !== undefined && options.classCount !== classCount) {
    throw new InputError(
      `${place} has ${String(classCount)} classes, the model has ${String(options.classCount)}: ` +
        'take data and a model of the same classes',
    );
  }
}

function assertAugmentation({ crop }: Augmentation): void {
  if (crop?.kind === 'random-area') assertRandomArea(crop);
  if (crop?.kind === 'pad' && crop.fill !== undefined && !(crop.fill >= 0 && crop.fill <= 1)) {
    throw new RangeError(`the fill ${String(crop.fill)} of a padded crop is outside [0, 1]`);
  }
}

/** Levels of 16 bits as floats, which hold them exactly. */
function inputsOf(levels: Levels, { upper }: ValueRange): Uint8Array | Float32Array {
  if (levels instanceof Uint8Array) return levels;
  const outside = levels.find((level) => level > upper);
  if (outside !== undefined) {
    throw new InputError(
      `an image holds the level ${String(outside)}, above the data range 0 to ${String(upper)}: correct --data-range`,
    );
  }
  return new Float32Array(levels);
}
