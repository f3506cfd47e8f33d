/** Decides what the images of a data set become: size, channels and bits, by the options, the model and the files. */
import { InputError } from '../../core/errors.ts';
import type { DataOptions, DataSettings, ValueRange } from '../dataset.ts';
import { decodeImage, imageFacts } from '../decoding/decode.ts';
import { type Frame, fullLevel, shorterSide } from '../decoding/frame.ts';
import { createSourceReader, type SourceReader } from '../decoding/source.ts';
import type { ImageFacts } from '../decoding/stored-image.ts';
import type { ImageList } from './image-list.ts';

export interface FrameChoice {
  readonly frame: Frame;
  /** The range of the levels. */
  readonly range: ValueRange;
  readonly notes: readonly string[];
  readonly settings: DataSettings;
}

/** The usual size of ImageNet classifiers. */
export const usualSize = 224;

/** Images of at most this many pixels a side are used as they are when all have one size. */
const smallSide = 64;

/** How many images are looked at: all of a small set. */
const looks = 64;

/** The greatest level of 12 bits, as cameras and scanners store them in 16. */
const twelveBits = 4095;

/**
 * Chooses the frame after a look at the headers of some images.
 *
 * @throws InputError when none of the images looked at can be read, or what is needed cannot be known
 */
export async function chooseFrame(list: ImageList, options: DataOptions): Promise<FrameChoice> {
  const reader = createSourceReader();
  const indices = indicesToLookAt(list);
  const facts = await factsOf(list, reader, indices);
  const size = sizeFor(facts, list.place, options);
  const { notes: channelNotes, ...format } = channelsFor(facts, list.place, size.own, options);
  const isDeep = facts.some(({ depth }) => depth === 16);
  const frame: Frame = {
    ...format,
    height: size.height,
    width: size.width,
    own: size.own,
    ...(isDeep ? { depth: 16, ...(options.range === undefined ? {} : { onlyDepth: true }) } : {}),
  };
  const depth = await depthFor(frame, { list, reader, indices }, options);
  return {
    frame,
    range: depth.range,
    notes: [...channelNotes, ...depth.notes, ...size.notes(frame.channels === 1 ? ', in grey' : '')],
    settings: {
      range: `${String(depth.range.lower)},${String(depth.range.upper)}`,
      imageSize: sizeText(frame),
      resampling: size.resampling,
      channels: frame.channels,
      ...(format.greyFromColour === true ? { greyFromColour: true } : {}),
    },
  };
}

/** Spread over the set; of a Parquet file, whose rows are read by groups, in four places only. */
function indicesToLookAt(list: ImageList): number[] {
  const size = list.labels.length;
  const count = Math.min(looks, size);
  if (list.source(0).kind !== 'parquet' || size <= looks) {
    return Array.from({ length: count }, (_, look) => Math.floor((look * size) / count));
  }
  return Array.from({ length: 16 }, (_, look) => Math.floor(((look >> 2) * (size - 4)) / 3) + (look & 3));
}

/** Of those that can be read: an image that cannot is named when it is needed. */
async function factsOf(
  list: ImageList,
  reader: SourceReader,
  indices: readonly number[],
): Promise<readonly ImageFacts[]> {
  const facts: ImageFacts[] = [];
  let failure: InputError | undefined;
  for (const index of indices) {
    try {
      facts.push(await lookAt(list, index, async () => imageFacts(await reader.read(list.source(index)))));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failure ??= error;
    }
  }
  if (facts.length === 0 && failure !== undefined) throw failure;
  return facts;
}

async function lookAt<T>(list: ImageList, index: number, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${list.title(index)}: ${error.message}`) : error;
  }
}

interface Size extends Pick<Frame, 'height' | 'width' | 'own'> {
  readonly resampling: string;
  /** @param colours what is to be said of the channels beside the size */
  notes(colours: string): readonly string[];
}

function sizeFor(facts: readonly ImageFacts[], place: string, options: DataOptions): Size {
  const [first] = facts;
  if (first === undefined) throw new RangeError('a list of images is never empty');
  const alike = facts.every(({ height, width }) => height === first.height && width === first.width);
  const model = modelSize(options);
  const { imageSize } = options;
  const has = (size: { height: number; width: number }) => (one: ImageFacts) =>
    one.height === size.height && one.width === size.width;
  if (imageSize !== undefined) {
    const asked = { height: imageSize, width: imageSize };
    const fitting = facts.filter(has(asked)).length;
    const notes =
      fitting > 0 && fitting < facts.length
        ? [`images of ${place} that have ${sizeText(asked)} already are left as they are, the others resized`]
        : [];
    return {
      ...asked,
      own: false,
      resampling: fitting === facts.length ? 'none' : resized(asked),
      notes: () => notes,
    };
  }
  const isSmall = Math.max(first.height, first.width) <= smallSide;
  if (alike && (model === undefined ? isSmall : has(model)(first))) {
    const { height, width } = first;
    return {
      height,
      width,
      own: true,
      resampling: 'none',
      notes: (colours) => [
        `the images of ${place} are used at their own size, ${sizeText(first)}${colours}; --image-size sets another`,
      ],
    };
  }
  const target = model ?? { height: usualSize, width: usualSize };
  if (alike && isSmall) {
    throw new InputError(
      `the images of ${place} have ${sizeText(first)} pixels and the model takes ${sizeText(target)}: ` +
        (target.height === target.width
          ? `write --image-size ${String(target.height)} to have them resized`
          : 'store them at that size'),
    );
  }
  if (target.height !== target.width) {
    throw new InputError(
      `the images of ${place} are of other sizes than the model's, ${sizeText(target)}, which is not square: store them at that size`,
    );
  }
  return {
    ...target,
    own: false,
    resampling: resized(target),
    notes: (colours) => [
      `the images of ${place} are brought to ${sizeText(target)}${colours}; --image-size sets another size`,
    ],
  };
}

const sizeText = ({ height, width }: { readonly height: number; readonly width: number }): string =>
  `${String(height)}×${String(width)}`;

function resized({ height }: { readonly height: number }): string {
  return `bilinear, shorter side ${String(shorterSide(height))}, centre crop ${String(height)}`;
}

function modelSize({ inputShape }: DataOptions): { height: number; width: number } | undefined {
  const [, height = 0, width = 0] = inputShape ?? [];
  return inputShape?.length === 3 && height > 0 && width > 0 ? { height, width } : undefined;
}

type Channels = Pick<Frame, 'channels' | 'greyFromColour'> & { readonly notes: readonly string[] };

function channelsFor(
  facts: readonly ImageFacts[],
  place: string,
  own: boolean,
  { channels: asked, inputShape, imageSize }: DataOptions,
): Channels {
  const grey = facts.every((one) => one.grey);
  const byModel = inputShape?.length === 3 ? inputShape[0] : undefined;
  const wanted = asked ?? byModel;
  if (wanted === 1 || (wanted !== 3 && grey && own && imageSize === undefined)) {
    // Asked for, it also holds for images that were not looked at.
    if (grey) return { channels: 1, ...(asked === 1 ? { greyFromColour: true } : {}), notes: [] };
    if (asked !== 1) {
      throw new InputError(
        `the images of ${place} are in colour and the model takes one channel: ` +
          'write --image-channels 1 to have them brought to grey (luma, as torchvision’s Grayscale)',
      );
    }
    return {
      channels: 1,
      greyFromColour: true,
      notes: [`the colours of ${place} are brought to grey (0.299 R + 0.587 G + 0.114 B)`],
    };
  }
  const reason = asked === 3 || byModel !== 3 ? '' : ', as the model takes three';
  return {
    channels: 3,
    notes: grey ? [`the grey images of ${place} become three equal channels${reason}`] : [],
  };
}

/** What is looked at: the images at the indices. */
interface Looked {
  readonly list: ImageList;
  readonly reader: SourceReader;
  readonly indices: readonly number[];
}

async function depthFor(
  frame: Frame,
  looked: Looked,
  { range }: DataOptions,
): Promise<{ range: ValueRange; notes: readonly string[] }> {
  const { place, format } = looked.list;
  const full: ValueRange = { lower: 0, upper: fullLevel(frame) };
  if (frame.depth !== 16) {
    if (range !== undefined && (range.lower !== full.lower || range.upper !== full.upper)) {
      throw new InputError(`${format} data are bytes from 0 to 255: leave --data-range out`);
    }
    return { range: full, notes: [] };
  }
  const greatest = await greatestLevel(frame, looked);
  const note = `the images of ${place} have 16 bits a level, and all of them are read`;
  if (range !== undefined) {
    if (!(range.lower === 0 && range.upper > 0 && range.upper <= full.upper)) {
      throw new InputError(`the levels of 16-bit images range from 0 to at most 65535: correct --data-range`);
    }
    return { range, notes: [note] };
  }
  if (greatest <= twelveBits) {
    const guess = greatest <= 1 ? 1 : 2 ** Math.max(8, Math.ceil(Math.log2(greatest + 1))) - 1;
    throw new InputError(
      `the images of ${place} have 16 bits a level and no level above ${String(greatest)}: ` +
        `write the range they come from, --data-range 0,65535 or, e.g., --data-range 0,${String(guess)}`,
    );
  }
  return { range: full, notes: [note] };
}

/** The greatest level of some of the images looked at, of those that can be read. */
async function greatestLevel(frame: Frame, { list, reader, indices }: Looked): Promise<number> {
  let greatest: number | undefined;
  for (const index of indices.slice(0, 16)) {
    try {
      const image = await decodeImage(await reader.read(list.source(index)), {
        ...frame,
        greyFromColour: true,
      });
      for (const level of image.data) greatest = Math.max(greatest ?? 0, level);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return greatest ?? fullLevel(frame);
}
