/** Images by formula, and image files of them. */
import sharp, { type Sharp } from 'sharp';
import type { PixelImage } from '../../src/data/resample.ts';

/** The image whose value at (y, x, channel) is (37 y² + 91 x + 53 channel + 17 x y) mod 256. */
export function pattern(height: number, width: number, channels = 3): PixelImage {
  const data = new Uint8Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        data[(y * width + x) * channels + c] = (y * y * 37 + x * 91 + c * 53 + x * y * 17) % 256;
      }
    }
  }
  return { data, height, width, channels };
}

/** An image for sharp to encode. */
export function raw({ data, height, width, channels }: PixelImage): Sharp {
  return sharp(data, { raw: { width, height, channels: channels as 1 | 2 | 3 | 4 } });
}

export const png = (height: number, width: number, channels = 3): Promise<Buffer> =>
  raw(pattern(height, width, channels))
    .png()
    .toBuffer();

/** The first two axes behind the third. */
export function channelsFirst({ data, channels }: PixelImage): Uint8Array {
  const pixels = data.length / channels;
  return Uint8Array.from(data, (_, k) => data[(k % pixels) * channels + Math.floor(k / pixels)] ?? 0);
}
