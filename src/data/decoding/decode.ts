/**
 * Decodes an image file to 8-bit pixels, as torchvision's default loader gives them: the orientation that EXIF names
 * and embedded colour profiles are not applied, transparency is dropped and leaves the stored colours, 16-bit values
 * lose their low byte, grey becomes three equal channels, and the first frame of an animation counts. CMYK is
 * converted through a colour profile, where torchvision's loader multiplies.
 */
import type { SharpConstructor } from 'sharp';
import { InputError, messageOf } from '../../core/errors.ts';
import type { PixelImage } from '../resample.ts';

/** The endings of files that are taken for images: what the decoder reads without plug-ins. */
export const imageEndings: readonly string[] = [
  '.jpeg',
  '.jpg',
  '.png',
  '.webp',
  '.tif',
  '.tiff',
  '.gif',
  '.avif',
];

export interface ImageFacts {
  readonly height: number;
  readonly width: number;
  readonly grey: boolean;
}

/** sharp, imported once it is needed; one thread an image, since images are decoded side by side. */
let loading: Promise<SharpConstructor> | undefined;

function loadSharp(): Promise<SharpConstructor> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  });
  return loading;
}

/**
 * Decodes an image.
 *
 * @param channels 3, or 1 for images that must be grey
 * @throws InputError when the bytes are no image, are damaged or cut off, or a colour image where grey is needed; the
 *   message goes on from the image's name
 */
export async function decodeImage(bytes: Uint8Array, channels: 1 | 3): Promise<PixelImage> {
  if (channels === 1 && !(await imageFacts(bytes)).grey) {
    throw new InputError('it is in colour, while others are grey: give --image-size to read all in colour');
  }
  const sharp = await loadSharp();
  const { data, info } = await decodable(() =>
    sharp(bytes, { failOn: 'error', autoOrient: false, ignoreIcc: true })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  const { width, height, channels: stored } = info;
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { data: selectChannels(pixels, width * height, stored, channels), height, width, channels };
}

/**
 * The size of an image, from its header.
 *
 * @throws InputError when the bytes are no image; the message goes on from the image's name
 */
export async function imageFacts(bytes: Uint8Array): Promise<ImageFacts> {
  const sharp = await loadSharp();
  const { width, height, space } = await decodable(() => sharp(bytes).metadata());
  return { width, height, grey: space === 'b-w' || space === 'grey16' };
}

async function decodable<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const [reason = ''] = messageOf(error).split('\n');
    throw new InputError(`it cannot be decoded (${reason}): it is damaged or no image, replace or remove it`);
  }
}

/** Colours without transparency: of 1 or 2 stored channels the first is grey, of 3 or 4 the first three are colours. */
function selectChannels(data: Uint8Array, pixels: number, stored: number, channels: number): Uint8Array {
  if (stored === channels) return data;
  const output = new Uint8Array(pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      output[pixel * channels + channel] = data[pixel * stored + (stored < 3 ? 0 : channel)] ?? 0;
    }
  }
  return output;
}
