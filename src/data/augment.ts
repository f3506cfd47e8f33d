/** Random crops and flips of training images, drawn from a stream of their own for every epoch and example. */
import { type RandomStream, type Seed, randomStream } from '../core/random.ts';
import { assertRandomArea, drawRandomArea, type RandomAreaCrop } from './random-area.ts';
import { type Levels, resizeChannels } from './resample.ts';

/** Pixels are added on every side, and a crop of the original size is taken. */
export interface PadCrop {
  readonly kind: 'pad';
  readonly padding: number;
  /** The value of the added pixels, in the input space of trained networks, [0, 1]; 0 when left out. */
  readonly fill?: number;
}

export interface Augmentation {
  /** No crop when left out. */
  readonly crop?: PadCrop | RandomAreaCrop;
  /** Whether half of the images, at random, are mirrored left to right. */
  readonly flip: boolean;
}

export interface AugmentationDraw {
  readonly seed: Seed;
  readonly epoch: number;
  /** [n]: where the images stand in the data set. */
  readonly indices: ArrayLike<number>;
}

/** The stream of everything that is drawn for one image in one epoch. */
export function augmentationStream(seed: Seed, epoch: number, index: number): RandomStream {
  return randomStream(seed, 'augment', epoch, index);
}

/**
 * Crops and flips a batch. What happens to an image depends on the seed, the epoch and its index alone, not on the
 * batch it stands in. A crop of random area is resized back to the images' size.
 *
 * @param images [n, channels, height, width]; in [0, 1] for crops of random area
 * @param shape [channels, height, width]
 * @param output where the result goes, of the size of `images`; `images` itself is allowed
 * @returns `output`
 */
export function augmentBatch(
  images: Float32Array,
  shape: readonly number[],
  { crop, flip }: Augmentation,
  { seed, epoch, indices }: AugmentationDraw,
  output: Float32Array = new Float32Array(images.length),
): Float32Array {
  const [channels = 0, height = 0, width = 0] = shape;
  const size = channels * height * width;
  if (shape.length !== 3 || images.length !== indices.length * size || output.length !== images.length) {
    throw new RangeError(
      `${String(indices.length)} images [${shape.join(', ')}] do not fill ${String(images.length)} elements`,
    );
  }
  if (crop?.kind === 'random-area') assertRandomArea(crop);
  const source = new Float32Array(size);
  for (let position = 0; position < indices.length; position++) {
    const stream = augmentationStream(seed, epoch, indices[position] ?? 0);
    source.set(images.subarray(position * size, (position + 1) * size));
    const target = output.subarray(position * size, (position + 1) * size);
    if (crop?.kind === 'random-area') {
      resizeChannels(
        source,
        target,
        { height, width },
        drawRandomArea(stream, crop, { height, width }),
        crop.interpolation,
      );
    } else {
      const offset = drawShift(stream, crop?.padding ?? 0);
      shiftRows(source, target, { rows: channels * height, height, width, ...offset, fill: crop?.fill ?? 0 });
    }
    if (drawFlip(stream) && flip) mirror(target, width);
  }
  return output;
}

/** Where the crop of a padded image begins, relative to the image: whole numbers from −padding to padding. */
export function drawShift(stream: RandomStream, padding: number): { down: number; right: number } {
  const down = stream.integer(2 * padding + 1) - padding;
  const right = stream.integer(2 * padding + 1) - padding;
  return { down, right };
}

/** Whether the image is mirrored; drawn after the crop. */
export function drawFlip(stream: RandomStream): boolean {
  return stream.uniform() < 0.5;
}

interface Shift {
  /** All rows of the image, those of its channels one after another. */
  readonly rows: number;
  readonly height: number;
  readonly width: number;
  /** Where the crop begins, relative to the image. */
  readonly down: number;
  readonly right: number;
  readonly fill: number;
}

/** target(y, x) = source(y + down, x + right), `fill` outside the source. Rows are copied whole. */
export function shiftRows<T extends Float32Array | Levels>(source: T, target: T, how: Shift): void {
  const { rows, height, width, down, right, fill } = how;
  const first = Math.min(width, Math.max(0, -right));
  const last = Math.max(first, Math.min(width, width - right));
  for (let row = 0; row < rows; row++) {
    const y = (row % height) + down;
    const start = row * width;
    if (y < 0 || y >= height || first === last) {
      target.fill(fill, start, start + width);
      continue;
    }
    const from = (row + down) * width + right;
    target.fill(fill, start, start + first);
    target.set(source.subarray(from + first, from + last), start + first);
    target.fill(fill, start + last, start + width);
  }
}

/** Mirrors every row of an image, or of several channels of it, in place. */
export function mirror(image: Float32Array | Levels, width: number): void {
  for (let start = 0; start < image.length; start += width) image.subarray(start, start + width).reverse();
}
