/** Random crops and flips of training images, drawn from a stream of their own for every epoch and example. */
import { type Seed, randomStream } from '../core/random.ts';

export interface Augmentation {
  /** Pixels added on every side before a crop of the original size is taken; 0 for no crop. */
  readonly padding: number;
  /** Whether half of the images, at random, are mirrored left to right. */
  readonly flip: boolean;
  /** The value of the added pixels: that of black in the images' range; 0 when left out. */
  readonly fill?: number;
}

export interface AugmentationDraw {
  readonly seed: Seed;
  readonly epoch: number;
  /** [n]: where the images stand in the data set. */
  readonly indices: ArrayLike<number>;
}

/**
 * Pads, crops and flips a batch. What happens to an image depends on the seed, the epoch and its index alone, not on
 * the batch it stands in.
 *
 * @param images [n, channels, height, width]
 * @param shape [channels, height, width]
 * @param output where the result goes, of the size of `images`; `images` itself is allowed
 * @returns `output`
 */
export function augmentBatch(
  images: Float32Array,
  shape: readonly number[],
  augmentation: Augmentation,
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
  const { padding, flip, fill = 0 } = augmentation;
  const source = new Float32Array(size);
  for (let position = 0; position < indices.length; position++) {
    const stream = randomStream(seed, 'augment', epoch, indices[position] ?? 0);
    const down = stream.integer(2 * padding + 1) - padding;
    const right = stream.integer(2 * padding + 1) - padding;
    const mirrored = stream.uniform() < 0.5 && flip;
    source.set(images.subarray(position * size, (position + 1) * size));
    const target = output.subarray(position * size, (position + 1) * size);
    shift(source, target, { rows: channels * height, height, width, down, right, fill });
    if (mirrored) mirror(target, width);
  }
  return output;
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
function shift(source: Float32Array, target: Float32Array, how: Shift): void {
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

function mirror(image: Float32Array, width: number): void {
  for (let start = 0; start < image.length; start += width) image.subarray(start, start + width).reverse();
}
