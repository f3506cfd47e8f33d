/** Images side by side in one PNG file, to look at. */
import { InputError } from '../core/errors.ts';
import type { ValueRange } from './dataset.ts';
import { levelsOf } from './scale.ts';

/** Pixels between two images; they are white. */
const gap = 2;

/** Small images are magnified until their longer side has about this many pixels. */
const comfortableSide = 64;

export interface GridOptions {
  /** Images in a row; about as many as rows when left out. */
  readonly columns?: number | undefined;
  /** Pixels that one pixel of an image takes in each direction; when left out, such that small images are seen. */
  readonly scale?: number | undefined;
}

/**
 * Lays images out row by row, magnified without smoothing.
 *
 * @param images [n, channels, height, width] within the bounds; values are rounded to 8 bits
 * @param shape [channels, height, width] with 1 channel (grey) or 3 (red, green, blue)
 * @returns the bytes of a PNG file
 * @throws InputError for another number of channels
 */
export async function encodePngGrid(
  images: Float32Array,
  shape: readonly number[],
  bounds: ValueRange,
  options: GridOptions = {},
): Promise<Uint8Array> {
  const [channels = 0, height = 0, width = 0] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new InputError(
      `inputs of the shape [${shape.join(', ')}] are no pictures: 1 or 3 channels can be drawn`,
    );
  }
  const size = channels * height * width;
  const count = images.length / size;
  if (count === 0 || !Number.isInteger(count)) {
    throw new RangeError(
      `${String(images.length)} elements are not images of the shape [${shape.join(', ')}]`,
    );
  }
  const columns = Math.min(count, options.columns ?? Math.ceil(Math.sqrt(count)));
  const scale = options.scale ?? Math.max(1, Math.round(comfortableSide / Math.max(height, width)));
  if (!(Number.isInteger(columns) && columns > 0 && Number.isInteger(scale) && scale > 0)) {
    throw new RangeError(`columns and scale must be whole numbers above 0`);
  }
  const gridWidth = columns * (width * scale + gap) - gap;
  const gridHeight = Math.ceil(count / columns) * (height * scale + gap) - gap;
  const grid = new Uint8Array(gridWidth * gridHeight * channels).fill(255);
  const levels = levelsOf(images, bounds);
  for (let image = 0; image < count; image++) {
    const left = (image % columns) * (width * scale + gap);
    const top = Math.floor(image / columns) * (height * scale + gap);
    for (let y = 0; y < height * scale; y++) {
      const row = image * size + Math.floor(y / scale) * width;
      let target = ((top + y) * gridWidth + left) * channels;
      for (let x = 0; x < width * scale; x++) {
        const pixel = row + Math.floor(x / scale);
        for (let channel = 0; channel < channels; channel++) {
          grid[target++] = levels[pixel + channel * height * width] ?? 0;
        }
      }
    }
  }
  const { encode } = await import('fast-png');
  return encode({ width: gridWidth, height: gridHeight, data: grid, channels, depth: 8 });
}
