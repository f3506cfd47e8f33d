/**
 * Portable anymaps (netpbm.sourceforge.net/doc/pnm.html): bitmaps P1 and P4, greymaps P2 and P5, pixmaps P3 and P6, of
 * which the GTSRB traffic signs are made. Levels are brought from 0 … maxval to 8 bits, or to 16 where maxval is
 * above 255.
 */
import { InputError } from '../../core/errors.ts';
import type { Levels, PixelImage } from '../resample.ts';
import { assertImageSize, damaged, type StoredImage } from './stored-image.ts';

interface Header {
  readonly plain: boolean;
  readonly bitmap: boolean;
  readonly channels: 1 | 3;
  readonly width: number;
  readonly height: number;
  /** The value of full intensity; 1 for bitmaps. */
  readonly greatest: number;
  /** Where the pixels begin. */
  readonly start: number;
}

/** Whether the bytes begin as a portable anymap does. */
export function isPnm(bytes: Uint8Array): boolean {
  const [letter, digit = 0, space = 0] = bytes;
  return letter === 0x50 && digit >= 0x31 && digit <= 0x36 && (isSpace(space) || space === hash);
}

/** @throws InputError when the header is damaged; the pixels are checked when they are asked for */
export function readPnm(bytes: Uint8Array): StoredImage {
  const header = parseHeader(bytes);
  const { height, width, channels, greatest } = header;
  return {
    facts: { height, width, grey: channels === 1, depth: greatest > 255 ? 16 : 8 },
    pixels: () => pixelsOf(bytes, header),
  };
}

const hash = 0x23;

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** The next number in text, and where it ends; comments run from # to the end of the line. */
function numberAt(bytes: Uint8Array, from: number, digits = Infinity): { value: number; end: number } {
  let position = from;
  for (;;) {
    const byte = bytes[position] ?? 0;
    if (byte === hash) {
      while (position < bytes.length && bytes[position] !== 0x0a && bytes[position] !== 0x0d) position++;
    } else if (isSpace(byte)) position++;
    else break;
  }
  const start = position;
  let value = 0;
  while (position - start < digits && (bytes[position] ?? 0) >= 0x30 && (bytes[position] ?? 0) <= 0x39) {
    value = 10 * value + (bytes[position] ?? 0) - 0x30;
    position++;
  }
  if (position === start)
    throw damaged(position >= bytes.length ? 'it is cut off' : 'it has no number where one is needed');
  return { value, end: position };
}

function parseHeader(bytes: Uint8Array): Header {
  const kind = (bytes[1] ?? 0) - 0x30;
  const bitmap = kind === 1 || kind === 4;
  const width = numberAt(bytes, 2);
  const height = numberAt(bytes, width.end);
  const greatest = bitmap ? { value: 1, end: height.end } : numberAt(bytes, height.end);
  if (!(greatest.value >= 1 && greatest.value <= 65535)) {
    throw new InputError(`its greatest level is ${String(greatest.value)}, and must be from 1 to 65535`);
  }
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  assertImageSize(height.value, width.value, channels * (greatest.value > 255 ? 2 : 1));
  return {
    plain: kind <= 3,
    bitmap,
    channels,
    width: width.value,
    height: height.value,
    greatest: greatest.value,
    start: greatest.end + 1,
  };
}

function pixelsOf(bytes: Uint8Array, header: Header): PixelImage {
  const { height, width, channels, greatest, bitmap } = header;
  const stored = header.plain
    ? plainLevels(bytes, header)
    : bitmap
      ? packedBits(bytes, header)
      : rawLevels(bytes, header);
  const full = greatest > 255 ? 65535 : 255;
  const tooGreat = stored.find((level) => level > greatest);
  if (tooGreat !== undefined)
    throw damaged(`the level ${String(tooGreat)} is above the greatest, ${String(greatest)}`);
  // A bit that is set is black.
  const scaled = (level: number): number =>
    bitmap ? (level === 0 ? 255 : 0) : halfToEven((level / greatest) * full);
  const data = full === 255 ? new Uint8Array(stored) : new Uint16Array(stored);
  if (bitmap || greatest !== full) {
    for (let index = 0; index < data.length; index++) data[index] = scaled(data[index] ?? 0);
  }
  return { data, height, width, channels };
}

function plainLevels(bytes: Uint8Array, header: Header): Levels {
  const count = header.height * header.width * header.channels;
  // Every level takes a digit at least.
  if (header.start + count - 1 > bytes.length) throw damaged('it is cut off');
  const levels = header.greatest > 255 ? new Uint16Array(count) : new Uint8Array(count);
  let position = header.start - 1;
  for (let index = 0; index < count; index++) {
    const { value, end } = numberAt(bytes, position, header.bitmap ? 1 : Infinity);
    if (value > header.greatest)
      throw damaged(`the level ${String(value)} is above the greatest, ${String(header.greatest)}`);
    levels[index] = value;
    position = end;
  }
  return levels;
}

function rawLevels(bytes: Uint8Array, { start, height, width, channels, greatest }: Header): Levels {
  const count = height * width * channels;
  const size = greatest > 255 ? 2 : 1;
  const content = bytes.subarray(start, start + count * size);
  if (content.length < count * size) throw damaged('it is cut off');
  if (size === 1) return content;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const levels = new Uint16Array(count);
  for (let index = 0; index < count; index++) levels[index] = view.getUint16(2 * index);
  return levels;
}

/** Rows of bits, each filled up to whole bytes. */
function packedBits(bytes: Uint8Array, { start, height, width }: Header): Uint8Array {
  const row = Math.ceil(width / 8);
  if (start + row * height > bytes.length) throw damaged('it is cut off');
  const bits = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      bits[y * width + x] = ((bytes[start + y * row + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
    }
  }
  return bits;
}

function halfToEven(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}
