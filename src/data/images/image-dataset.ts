/** A data set of encoded images, decoded by worker threads whenever they are read. */
import { createHash } from 'node:crypto';
import { InputError } from '../../core/errors.ts';
import { type Augmentation, type AugmentationDraw } from '../augment.ts';
import type { DataOptions, Dataset, Examples } from '../dataset.ts';
import { type ImageFacts, imageFacts } from '../decoding/decode.ts';
import type { Frame } from '../decoding/frame.ts';
import type { ImageRequest } from '../decoding/messages.ts';
import { createDecodingPool } from '../decoding/pool.ts';
import { createSourceReader, type ImageSource } from '../decoding/source.ts';
import { assertRandomArea } from '../random-area.ts';

/** The images of a split, wherever they lie. */
export interface ImageList {
  /** What the data set is called in results. */
  readonly format: string;
  /** What was opened, for messages. */
  readonly place: string;
  /** [size], checked. */
  readonly labels: Int32Array;
  readonly classCount: number;
  readonly classNames?: readonly string[];
  readonly notes: readonly string[];
  source(index: number): ImageSource;
  /** The image's name for the hash, independent of where it lies; empty where it has none. */
  name(index: number): string;
  /** What the image is called in messages. */
  title(index: number): string;
}

/** The usual size of ImageNet classifiers. */
const usualSize = 224;

/** Images of at most this many pixels a side are used as they are when all have one size. */
const smallSide = 64;

/** How many images are looked at to learn whether all are small and of one size. */
const looks = 16;

/** Images whose files are hashed at a time. */
const hashChunk = 256;

/**
 * Makes the data set. The size of the inputs is the one asked for; else that of the images, where those looked at are
 * small and alike; else 224. Inputs have one channel only where all images looked at are small and grey.
 *
 * Its hash is SHA-256 over a line of JSON (format, size, number of examples) and a line for every example in order:
 * its class, its name and the SHA-256 of its file. It says nothing of pixels, so that no image need be decoded, and is
 * the same for a folder and a tar file of the same images.
 *
 * @throws InputError when the size or the number of threads is none, or an image looked at cannot be read
 */
export async function createImageDataset(list: ImageList, options: DataOptions): Promise<Dataset> {
  const { labels, classCount, classNames, format, place } = list;
  assertOptions(list, options);
  const pool = createDecodingPool(options.decodingThreads);
  const frame = options.imageSize === undefined ? await frameOf(list) : square(options.imageSize);
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
    const inputs = await pool.decode(chosen.map(request), frame, how);
    return { inputs, labels: Int32Array.from(chosen, (index) => labels[index] ?? 0) };
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
    range: { lower: 0, upper: 255 },
    notes: [...list.notes, ...(options.imageSize === undefined ? [sizeNote(frame, place)] : [])],
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
  const { imageSize, range, layout } = options;
  if (imageSize !== undefined && !(Number.isInteger(imageSize) && imageSize > 0 && imageSize <= 4096)) {
    throw new InputError(
      `--image-size ${String(imageSize)} is no height and width: write a whole number such as ${String(usualSize)}`,
    );
  }
  if (layout !== undefined) throw new InputError(`${format} data are image files: leave --layout out`);
  if (range !== undefined && (range.lower !== 0 || range.upper !== 255)) {
    throw new InputError(`${format} data are bytes from 0 to 255: leave --data-range out`);
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

const square = (size: number): Frame => ({ channels: 3, height: size, width: size, own: false });

/** The frame of images whose size was not asked for. */
async function frameOf(list: ImageList): Promise<Frame> {
  const size = list.labels.length;
  const reader = createSourceReader();
  const facts: ImageFacts[] = [];
  for (let look = 0; look < Math.min(looks, size); look++) {
    const index = Math.floor((look * size) / Math.min(looks, size));
    const seen = await lookAt(reader, list, index);
    const [first = seen] = facts;
    const isAlike = seen.height === first.height && seen.width === first.width;
    if (!isAlike || Math.max(seen.height, seen.width) > smallSide) return square(usualSize);
    facts.push(seen);
  }
  const [first] = facts;
  if (first === undefined) throw new RangeError('a list of images is never empty');
  const { height, width } = first;
  return { channels: facts.every(({ grey }) => grey) ? 1 : 3, height, width, own: true };
}

async function lookAt(
  reader: ReturnType<typeof createSourceReader>,
  list: ImageList,
  index: number,
): Promise<ImageFacts> {
  try {
    return await imageFacts(await reader.read(list.source(index)));
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${list.title(index)}: ${error.message}`) : error;
  }
}

function sizeNote({ channels, height, width, own }: Frame, place: string): string {
  const size = `${String(height)}×${String(width)}`;
  return own
    ? `the images of ${place} are used at their own size, ${size}${channels === 1 ? ', in grey' : ''}; --image-size sets another`
    : `the images of ${place} are brought to ${size}; --image-size sets another size`;
}
