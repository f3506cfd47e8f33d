/**
 * Decodes an image file as torchvision's default loader does: the orientation that EXIF names and embedded colour
 * profiles are not applied, transparency is dropped and leaves the stored colours, CMYK is multiplied out, and the
 * first frame of an animation counts. Unlike that loader it keeps all 16 bits of a level where a file has them.
 */
import type { Metadata, SharpConstructor } from 'sharp';
import { InputError, messageOf } from '../../core/errors.ts';
import type { PixelImage } from '../resample.ts';
import { isBmp, readBmp } from './bmp.ts';
import { rgbFromCmyk } from './cmyk.ts';
import { type PixelFormat, toFormat } from './pixel-format.ts';
import { isPnm, readPnm } from './pnm.ts';
import { isRaster } from './raster-formats.ts';
import { assertImageSize, damaged, type ImageFacts, type StoredImage } from './stored-image.ts';

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
 * @throws InputError when the bytes are no image, are damaged or cut off, or do not fit the format; the message goes
 *   on from the image's name
 */
export async function decodeImage(bytes: Uint8Array, format: PixelFormat): Promise<PixelImage> {
  return toFormat(await (await openImage(bytes)).pixels(), format);
}

/**
 * The size and kind of an image, from its header.
 *
 * @throws InputError when the bytes are no image; the message goes on from the image's name
 */
export async function imageFacts(bytes: Uint8Array): Promise<ImageFacts> {
  return (await openImage(bytes)).facts;
}

async function openImage(bytes: Uint8Array): Promise<StoredImage> {
  if (isPnm(bytes)) return readPnm(bytes);
  if (isBmp(bytes)) return readBmp(bytes);
  if (!isRaster(bytes)) throw damaged('it is of none of the formats that are read');
  const sharp = await loadSharp();
  const metadata = await decodable(() => sharp(bytes).metadata());
  const { width, height, channels, space, depth } = metadata;
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw new InputError(
      `its pixels are of the type ${depth}, and levels of 8 or 16 bits are read: store it as PNG`,
    );
  }
  assertImageSize(height, width, channels * (depth === 'ushort' ? 2 : 1));
  return {
    facts: { width, height, grey: isGrey(space), depth: depth === 'ushort' ? 16 : 8 },
    pixels: () => decodeBySharp(sharp, bytes, metadata),
  };
}

const isGrey = (space: string): boolean => space === 'b-w' || space === 'grey16';

async function decodeBySharp(
  sharp: SharpConstructor,
  bytes: Uint8Array,
  { space, depth }: Metadata,
): Promise<PixelImage> {
  const isDeep = depth === 'ushort';
  const isPrint = space === 'cmyk';
  if (isPrint && isDeep) throw new InputError('it is CMYK of 16 bits, which is not read: store it in RGB');
  const stored = isPrint ? 'cmyk' : isGrey(space) ? (isDeep ? 'grey16' : 'b-w') : isDeep ? 'rgb16' : 'srgb';
  const { data, info } = await decodable(() =>
    sharp(bytes, { failOn: 'error', autoOrient: false, ignoreIcc: true })
      .pipelineColourspace(isPrint || isDeep ? stored : 'srgb')
      .toColourspace(stored)
      .raw({ depth: isDeep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  const { width, height, channels } = info;
  const levels = isDeep ? wideLevels(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (!isPrint) {
    if (channels > 4) throw damaged(`it has ${String(channels)} channels`);
    return { data: levels, height, width, channels };
  }
  if (channels < 4) throw damaged(`it has ${String(channels)} of the four channels of CMYK`);
  return { data: rgbFromCmyk(firstFour(levels as Uint8Array, channels)), height, width, channels: 3 };
}

/** A copy only where 16-bit levels would not be aligned. */
function wideLevels(data: Buffer): Uint16Array {
  const aligned = data.byteOffset % 2 === 0 ? data : Uint8Array.from(data);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
}

/** Inks without transparency. */
function firstFour(levels: Uint8Array, channels: number): Uint8Array {
  if (channels === 4) return levels;
  return levels.filter((_, index) => index % channels < 4);
}

async function decodable<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const [reason = ''] = messageOf(error).split('\n');
    throw damaged(reason);
  }
}
