/** Where a crop of random area and aspect ratio lies in an image. */
import type { RandomStream } from '../core/random.ts';
import type { Interpolation, Region } from './resample.ts';

/**
 * A crop of random area and aspect ratio, resized to the input's size: C. Szegedy et al., Going deeper with
 * convolutions, 2015; P. Goyal et al., Accurate, large minibatch SGD, 2017, use area [0.08, 1] and aspect [3/4, 4/3].
 */
export interface RandomAreaCrop {
  readonly kind: 'random-area';
  /** The least and the greatest share of the image's area, in (0, 1]. */
  readonly area: readonly [number, number];
  /** The least and the greatest width : height; its logarithm is uniform between theirs. */
  readonly aspect: readonly [number, number];
  readonly interpolation: Interpolation;
}

/** Draws that are tried until one fits into the image. */
const tries = 10;

/**
 * Draws the crop of an image as torchvision's RandomResizedCrop does: area and aspect until the rectangle fits, ten
 * times at most, then its place; failing that, the greatest crop in the middle whose aspect ratio is allowed.
 */
export function drawRandomArea(
  stream: RandomStream,
  { area, aspect }: RandomAreaCrop,
  { height, width }: { readonly height: number; readonly width: number },
): Region {
  const between = (low: number, high: number): number => low + (high - low) * stream.uniform();
  for (let attempt = 0; attempt < tries; attempt++) {
    const pixels = height * width * between(...area);
    const ratio = Math.exp(between(Math.log(aspect[0]), Math.log(aspect[1])));
    const cropWidth = Math.round(Math.sqrt(pixels * ratio));
    const cropHeight = Math.round(Math.sqrt(pixels / ratio));
    if (cropWidth > 0 && cropWidth <= width && cropHeight > 0 && cropHeight <= height) {
      const top = stream.integer(height - cropHeight + 1);
      const left = stream.integer(width - cropWidth + 1);
      return { top, left, height: cropHeight, width: cropWidth };
    }
  }
  const cropWidth = Math.min(width, Math.max(1, Math.round(height * aspect[1])));
  const cropHeight = Math.min(height, Math.max(1, Math.round(width / aspect[0])));
  return {
    top: Math.floor((height - cropHeight) / 2),
    left: Math.floor((width - cropWidth) / 2),
    height: cropHeight,
    width: cropWidth,
  };
}

/** @throws RangeError when area or aspect are no ranges of shares and ratios */
export function assertRandomArea({ area, aspect }: RandomAreaCrop): void {
  const [least, greatest] = area;
  if (!(least > 0 && least <= greatest && greatest <= 1)) {
    throw new RangeError(`the area [${area.join(', ')}] of a crop is no range within (0, 1]`);
  }
  if (!(aspect[0] > 0 && aspect[0] <= aspect[1] && Number.isFinite(aspect[1]))) {
    throw new RangeError(`the aspect ratios [${aspect.join(', ')}] of a crop are no range above 0`);
  }
}
