/** Brings decoded images to the size of a model's input: as they are measured, or augmented as they are trained on. */
import { InputError } from '../../core/errors.ts';
import {
  type Augmentation,
  type AugmentationDraw,
  augmentationStream,
  drawFlip,
  drawShift,
  mirror,
  shiftRows,
} from '../augment.ts';
import { drawRandomArea } from '../random-area.ts';
import { type Levels, levelsLike, type PixelImage, type Region, resizePixels } from '../resample.ts';
import type { PixelFormat } from './pixel-format.ts';

/** What every image of a data set becomes. */
export interface Frame extends PixelFormat {
  readonly height: number;
  readonly width: number;
  /** Whether the images have this size already; they are then never resized but for a crop of random area. */
  readonly own: boolean;
}

/** How to augment, and the draw's root without its indices. */
export interface FrameAugmentation {
  readonly augmentation: Augmentation;
  readonly draw: Omit<AugmentationDraw, 'indices'>;
}

/** The value of full intensity. */
export function fullLevel({ depth = 8 }: PixelFormat): number {
  return 2 ** depth - 1;
}

/** The bytes of a framed image. */
export function frameBytes({ channels, height, width, depth = 8 }: Frame): number {
  return (channels * height * width * depth) / 8;
}

/** The shorter side that images are resized to before the crop in the middle, e.g. 256 for 224. */
export function shorterSide(size: number): number {
  return Math.round((size * 256) / 224);
}

/**
 * Brings an image to the frame: resized (bilinear) so that its shorter side is 256/224 of the frame's and cropped in
 * the middle, or augmented by what the example's stream draws. An image that has the frame's size is left as it is. A
 * crop of random area is taken of the whole image, a padded one of the middle.
 *
 * @param image of the frame's channels and depth
 * @param index where the example stands in the data set
 * @returns [channels, height, width]
 * @throws InputError when an image that must have the frame's size has another; it goes on from the image's name
 */
export function frameImage(image: PixelImage, frame: Frame, index: number, how?: FrameAugmentation): Levels {
  assertOwnSize(image, frame);
  const { channels, height, width } = frame;
  if (how === undefined) return channelsFirst(centred(image, frame));
  const { crop, flip } = how.augmentation;
  const stream = augmentationStream(how.draw.seed, how.draw.epoch, index);
  let pixels: Levels;
  if (crop?.kind === 'random-area') {
    const region = drawRandomArea(stream, crop, image);
    pixels = channelsFirst(resizePixels(image, region, height, width, crop.interpolation));
  } else {
    const whole = channelsFirst(centred(image, frame));
    const offset = drawShift(stream, crop?.padding ?? 0);
    const fill = Math.round(fullLevel(frame) * (crop?.fill ?? 0));
    pixels = levelsLike(whole, whole.length);
    shiftRows(whole, pixels, { rows: channels * height, height, width, ...offset, fill });
  }
  if (drawFlip(stream) && flip) mirror(pixels, width);
  return pixels;
}

function assertOwnSize(image: PixelImage, { own, height, width }: Frame): void {
  if (own && (image.height !== height || image.width !== width)) {
    throw new InputError(
      `it has ${String(image.height)}×${String(image.width)} pixels, others have ${String(height)}×${String(width)}: ` +
        'give --image-size to bring all to one size',
    );
  }
}

/**
 * torchvision's Resize and CenterCrop: the longer side rounds down, half a pixel of the crop's place to even. Only the
 * crop is computed.
 */
function centred(image: PixelImage, { height, width, own }: Frame): PixelImage {
  if (own || (image.height === height && image.width === width)) return image;
  const side = shorterSide(Math.min(height, width));
  const shorter = Math.min(image.height, image.width);
  const toHeight = Math.floor((side * image.height) / shorter);
  const toWidth = Math.floor((side * image.width) / shorter);
  const whole: Region = { top: 0, left: 0, height: image.height, width: image.width };
  const crop: Region = {
    top: halfToEven(toHeight - height),
    left: halfToEven(toWidth - width),
    height,
    width,
  };
  return resizePixels(image, whole, toHeight, toWidth, 'bilinear', crop);
}

function halfToEven(value: number): number {
  const half = Math.floor(value / 2);
  return value % 2 === 0 ? half : half + (half % 2);
}

function channelsFirst({ data, height, width, channels }: PixelImage): Levels {
  const pixels = height * width;
  const output = levelsLike(data, pixels * channels);
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * pixels;
    for (let pixel = 0, from = channel; pixel < pixels; pixel++, from += channels) {
      output[start + pixel] = data[from] ?? 0;
    }
  }
  return output;
}
