/** An image as its file stores it, known by its header and decoded when asked. */
import { InputError } from '../../core/errors.ts';
import type { PixelImage } from '../resample.ts';

export interface ImageFacts {
  readonly height: number;
  readonly width: number;
  readonly grey: boolean;
  /** Bits of a level: more than 8 are read as 16. */
  readonly depth: 8 | 16;
}

export interface StoredImage {
  readonly facts: ImageFacts;
  /** The pixels, of 1 to 4 channels: grey or red, green, blue, then transparency where there is one. */
  pixels(): PixelImage | Promise<PixelImage>;
}

/** As many bytes as an image may have when it is decoded: 89 million pixels in colour, Pillow's limit too. */
const mostBytes = 2 ** 28;

/**
 * @param pixelBytes bytes of a pixel when it is decoded
 * @throws InputError for sizes that no image has or that memory does not hold; it goes on from the image's name
 */
export function assertImageSize(height: number, width: number, pixelBytes: number): void {
  if (!(height > 0 && width > 0 && height * width * pixelBytes <= mostBytes)) {
    throw new InputError(
      `its header says ${String(height)}×${String(width)} pixels, which is no image or too large a one: replace or remove it`,
    );
  }
}

/** The refusal of a file that ends too early or contradicts itself. */
export function damaged(what: string): InputError {
  return new InputError(`it cannot be decoded (${what}): it is damaged or no image, replace or remove it`);
}
