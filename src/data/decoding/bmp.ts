/**
 * Windows bitmaps (learn.microsoft.com/windows/win32/gdi/bitmap-storage): 1 to 8 bits with a palette, also run-length
 * encoded, and 16, 24 and 32 bits with masks. The fourth byte of 32 bits is not read.
 */
import { InputError } from '../../core/errors.ts';
import type { PixelImage } from '../resample.ts';
import { expandRuns } from './bmp-runs.ts';
import { assertImageSize, damaged, type StoredImage } from './stored-image.ts';

interface Header {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels begin. */
  readonly start: number;
  /** [red, green, blue] of each index; empty above 8 bits. */
  readonly palette: readonly (readonly [number, number, number])[];
  /** The bits of red, green and blue in a pixel of 16 or 32 bits. */
  readonly masks: readonly [number, number, number];
}

const RLE8 = 1;
const RLE4 = 2;
const BIT_FIELDS = 3;
const ALPHA_BIT_FIELDS = 6;

/** Whether the bytes begin as a Windows bitmap does. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d && bytes.length >= 26;
}

/** @throws InputError when the header is damaged or of a kind that is not read */
export function readBmp(bytes: Uint8Array): StoredImage {
  const header = parseHeader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const { height, width, palette } = header;
  const grey = palette.length > 0 && palette.every(([red, green, blue]) => red === green && green === blue);
  return {
    facts: { height, width, grey, depth: 8 },
    pixels: () => pixelsOf(bytes, header, grey),
  };
}

function parseHeader(buffer: Buffer): Header {
  const start = buffer.readUInt32LE(10);
  const size = buffer.readUInt32LE(14);
  const isCore = size === 12;
  if (!(isCore || size === 16 || size >= 40) || 14 + size > buffer.length) {
    throw damaged(`its header says it has ${String(size)} bytes`);
  }
  const isShort = isCore || size === 16;
  const signedHeight = isCore ? buffer.readUInt16LE(20) : buffer.readInt32LE(22);
  const width = isCore ? buffer.readUInt16LE(18) : buffer.readInt32LE(18);
  const height = Math.abs(signedHeight);
  const bits = buffer.readUInt16LE(isCore ? 24 : 28);
  const compression = isShort ? 0 : buffer.readUInt32LE(30);
  // Run-length codes are expanded to a byte of their own.
  assertImageSize(height, width, 4);
  assertKind(bits, compression);
  const hasMasks = compression === BIT_FIELDS || compression === ALPHA_BIT_FIELDS;
  // Masks stand in the larger headers, and right behind the smaller one.
  const isMaskedHeader = hasMasks && 54 + 12 <= buffer.length;
  const given = isMaskedHeader
    ? ([buffer.readUInt32LE(54), buffer.readUInt32LE(58), buffer.readUInt32LE(62)] as const)
    : undefined;
  if (hasMasks && given === undefined) throw damaged('its colour masks are missing');
  const usual = bits === 16 ? ([0x7c00, 0x3e0, 0x1f] as const) : ([0xff0000, 0xff00, 0xff] as const);
  return {
    width,
    height,
    topDown: signedHeight < 0,
    bits,
    compression,
    start,
    palette:
      bits > 8
        ? []
        : paletteOf(buffer, 14 + size, bits, isCore ? 3 : 4, isShort ? 0 : buffer.readUInt32LE(46)),
    masks: given ?? usual,
  };
}

function assertKind(bits: number, compression: number): void {
  const fits =
    (compression === 0 && [1, 2, 4, 8, 16, 24, 32].includes(bits)) ||
    (compression === RLE8 && bits === 8) ||
    (compression === RLE4 && bits === 4) ||
    ((compression === BIT_FIELDS || compression === ALPHA_BIT_FIELDS) && (bits === 16 || bits === 32));
  if (!fits) {
    throw new InputError(
      `it is a bitmap of ${String(bits)} bits with the compression ${String(compression)}, which is not read: store it as PNG`,
    );
  }
}

/** Stored blue, green, red, then a byte without meaning but in the oldest header. */
function paletteOf(
  buffer: Buffer,
  start: number,
  bits: number,
  entryBytes: 3 | 4,
  used: number,
): [number, number, number][] {
  const count = used > 0 && used <= 2 ** bits ? used : 2 ** bits;
  const available = Math.floor((buffer.length - start) / entryBytes);
  if (available < count && used > 0) throw damaged('its palette is cut off');
  return Array.from({ length: Math.min(count, available) }, (_, index) => {
    const at = start + index * entryBytes;
    return [buffer[at + 2] ?? 0, buffer[at + 1] ?? 0, buffer[at] ?? 0];
  });
}

/** Runs of fewer bytes than this leaves for the image's size are taken for damage: two bytes end a row at most. */
const mostPerRunByte = 4096;

function pixelsOf(bytes: Uint8Array, header: Header, grey: boolean): PixelImage {
  const { height, width, bits, compression } = header;
  const channels = grey ? 1 : 3;
  const isRuns = compression === RLE8 || compression === RLE4;
  const content = bytes.subarray(header.start);
  if (isRuns && height * width > mostPerRunByte * content.length) throw damaged('it is cut off');
  // Rows are filled up to whole words of 32 bits.
  const row = Math.ceil((width * bits) / 32) * 4;
  if (!isRuns && content.length < row * (height - 1) + Math.ceil((width * bits) / 8))
    throw damaged('it is cut off');
  const data = new Uint8Array(height * width * channels);
  const indices = isRuns ? expandRuns(content, height, width, bits as 4 | 8) : undefined;
  const colourAt = indices === undefined ? storedColours(content, header, row) : undefined;
  for (let y = 0; y < height; y++) {
    const target = (header.topDown ? y : height - 1 - y) * width;
    for (let x = 0; x < width; x++) {
      const colour = colourAt?.(y, x) ?? header.palette[indices?.[y * width + x] ?? 0] ?? [0, 0, 0];
      for (let channel = 0; channel < channels; channel++) {
        data[(target + x) * channels + channel] = colour[channel] ?? 0;
      }
    }
  }
  return { data, height, width, channels };
}

/** The colour at a stored row and column. */
function storedColours(
  content: Uint8Array,
  { bits, palette, masks }: Header,
  row: number,
): (y: number, x: number) => readonly number[] {
  const byte = (position: number): number => content[position] ?? 0;
  if (bits <= 8) {
    const mask = 2 ** bits - 1;
    return (y, x) => {
      const place = x * bits;
      const index = (byte(y * row + (place >> 3)) >> (8 - bits - (place & 7))) & mask;
      return palette[index] ?? [0, 0, 0];
    };
  }
  if (bits === 24) {
    return (y, x) => {
      const at = y * row + 3 * x;
      return [byte(at + 2), byte(at + 1), byte(at)];
    };
  }
  const fields = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { shift, greatest: mask >>> shift };
  });
  const size = bits / 8;
  return (y, x) => {
    const at = y * row + size * x;
    const low = byte(at) | (byte(at + 1) << 8);
    const pixel = size === 2 ? low : (low | (byte(at + 2) << 16) | (byte(at + 3) << 24)) >>> 0;
    return fields.map(({ shift, greatest }) =>
      greatest === 0 ? 0 : Math.floor((((pixel >>> shift) & greatest) * 255) / greatest),
    );
  };
}
