/** The pixels that images of a data set are brought to, whatever each file stores. */
import { InputError } from '../../core/errors.ts';
import { levelsLike, type PixelImage } from '../resample.ts';

export interface PixelFormat {
  readonly channels: 1 | 3;
  /** Bits of a level, 8 when left out. */
  readonly depth?: 8 | 16;
  /** Whether images of 8 bits are refused where the depth is 16, since their levels would mean something else. */
  readonly onlyDepth?: boolean;
  /** Whether colours are brought to grey where one channel is wanted; they are refused when left out. */
  readonly greyFromColour?: boolean;
}

/**
 * Brings pixels to a format. Transparency is dropped and leaves the stored colours; grey becomes three equal channels;
 * 8 bits become 16 exactly, p as 257 p, so that p/255 stays the same fraction.
 *
 * @param stored of 1 or 2 channels (grey, transparency) or of 3 or 4 (red, green, blue, transparency)
 * @throws InputError for colours where grey is needed, and for 16 bits where 8 are; it goes on from the image's name
 */
export function toFormat(stored: PixelImage, format: PixelFormat): PixelImage {
  const { channels, depth = 8, onlyDepth = false, greyFromColour = false } = format;
  const isColour = stored.channels > 2;
  if (isColour && channels === 1 && !greyFromColour) {
    throw new InputError(
      'it is in colour, while others are grey: write --image-channels 3 to read all in colour, or 1 to bring all to grey',
    );
  }
  if (stored.data instanceof Uint16Array && depth === 8) {
    throw new InputError(
      'it has 16 bits a level, while others have 8: store all with the same number of bits',
    );
  }
  if (onlyDepth && depth === 16 && stored.data instanceof Uint8Array) {
    throw new InputError(
      'it has 8 bits a level, while --data-range speaks of levels of 16: store all with 16 bits',
    );
  }
  const chosen = isColour && channels === 1 ? luma(stored) : selectChannels(stored, channels);
  return depth === 16 ? widened(chosen) : chosen;
}

/** Of 1 or 2 stored channels the first is grey, of 3 or 4 the first three are colours. */
function selectChannels(image: PixelImage, channels: 1 | 3): PixelImage {
  const { data, height, width, channels: stored } = image;
  if (stored === channels) return image;
  const pixels = height * width;
  const output = levelsLike(data, pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      output[pixel * channels + channel] = data[pixel * stored + (stored < 3 ? 0 : channel)] ?? 0;
    }
  }
  return { data: output, height, width, channels };
}

/**
 * ITU-R 601-2 luma, 0.299 R + 0.587 G + 0.114 B in 16 fractional bits, rounded: to the bit what Pillow's convert("L")
 * and with it torchvision's Grayscale give for bytes.
 */
function luma({ data, height, width, channels }: PixelImage): PixelImage {
  const pixels = height * width;
  const output = levelsLike(data, pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const start = pixel * channels;
    const [red = 0, green = 0, blue = 0] = [data[start], data[start + 1], data[start + 2]];
    output[pixel] = Math.floor((19595 * red + 38470 * green + 7471 * blue + 0x8000) / 65536);
  }
  return { data: output, height, width, channels: 1 };
}

function widened(image: PixelImage): PixelImage {
  if (image.data instanceof Uint16Array) return image;
  const data = new Uint16Array(image.data);
  for (let index = 0; index < data.length; index++) data[index] = 257 * (data[index] ?? 0);
  return { ...image, data };
}
