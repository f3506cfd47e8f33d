import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeImage, imageFacts } from '../../../src/data/decoding/decode.ts';
import { assertRefused } from '../synthetic.ts';

const colour = { channels: 3 } as const;

interface Content {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly compression?: number;
  /** Blue, green, red, and a byte without meaning, of each index. */
  readonly palette?: readonly number[];
  readonly masks?: readonly number[];
  readonly pixels: readonly number[];
}

function bmp({ width, height, bits, compression = 0, palette = [], masks = [], pixels }: Content): Buffer {
  const header = Buffer.alloc(54 + 4 * masks.length);
  header.write('BM');
  header.writeUInt32LE(header.length + palette.length + pixels.length, 2);
  header.writeUInt32LE(header.length + palette.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(palette.length / 4, 46);
  for (const [index, mask] of masks.entries()) header.writeUInt32LE(mask, 54 + 4 * index);
  return Buffer.concat([header, Uint8Array.from(palette), Uint8Array.from(pixels)]);
}

const dataOf = async (content: Content) => [...(await decodeImage(bmp(content), colour)).data];

test('24 bits: rows from below or above, filled up to words', async () => {
  const below = { width: 1, height: 2, bits: 24, pixels: [3, 2, 1, 0, 6, 5, 4, 0] };
  assert.deepEqual(await dataOf(below), [4, 5, 6, 1, 2, 3]);
  assert.deepEqual(await dataOf({ ...below, height: -2 }), [1, 2, 3, 4, 5, 6]);
});

test('16 and 32 bits by their masks, spread as Pillow spreads them', async () => {
  const row = { width: 2, height: 1 };
  assert.deepEqual(await dataOf({ ...row, bits: 32, pixels: [3, 2, 1, 9, 6, 5, 4, 9] }), [1, 2, 3, 4, 5, 6]);
  const swapped = { ...row, bits: 32, compression: 3, masks: [0xff, 0xff00, 0xff0000] };
  assert.deepEqual(await dataOf({ ...swapped, pixels: [3, 2, 1, 9, 6, 5, 4, 9] }), [3, 2, 1, 6, 5, 4]);
  // 0x7c00 + 0x01e0 + 3 of 5 bits each: 31, 15 and 3 of 31.
  assert.deepEqual(await dataOf({ ...row, width: 1, bits: 16, pixels: [0xe3, 0x7d, 0, 0] }), [255, 123, 24]);
  const green6 = { ...row, width: 1, bits: 16, compression: 3, masks: [0xf800, 0x7e0, 0x1f] };
  assert.deepEqual(await dataOf({ ...green6, pixels: [0xe3, 0x7d, 0, 0] }), [123, 190, 24]);
});

test('palettes of 1, 4 and 8 bits; one of greys is grey', async () => {
  const palette = [0, 0, 0, 0, 30, 20, 10, 0];
  const one = { width: 3, height: 1, bits: 1, palette, pixels: [0b01000000, 0, 0, 0] };
  assert.deepEqual(await dataOf(one), [0, 0, 0, 10, 20, 30, 0, 0, 0]);
  assert.equal((await imageFacts(bmp(one))).grey, false);
  assert.deepEqual(
    await dataOf({ ...one, bits: 4, pixels: [0x10, 0x10, 0, 0] }),
    [10, 20, 30, 0, 0, 0, 10, 20, 30],
  );
  const greys = bmp({ ...one, bits: 8, palette: [7, 7, 7, 0, 9, 9, 9, 0], pixels: [1, 0, 1, 0] });
  assert.deepEqual(await imageFacts(greys), { height: 1, width: 3, grey: true, depth: 8 });
  assert.deepEqual((await decodeImage(greys, { channels: 1 })).data, Uint8Array.of(9, 7, 9));
});

test('run-length encodings', async () => {
  const palette = [0, 0, 0, 0, 1, 1, 1, 0, 2, 2, 2, 0, 3, 3, 3, 0];
  const grey = async (content: Content) => [...(await decodeImage(bmp(content), { channels: 1 })).data];
  const size = { width: 4, height: 2, palette };
  // A run, an end of line, three literal pixels with a byte to fill, the end; the last pixel is never named.
  const bytes = [4, 2, 0, 0, 0, 3, 1, 2, 3, 0, 0, 1];
  assert.deepEqual(await grey({ ...size, bits: 8, compression: 1, pixels: bytes }), [1, 2, 3, 0, 2, 2, 2, 2]);
  // A jump by two pixels and one row.
  assert.deepEqual(
    await grey({ ...size, bits: 8, compression: 1, pixels: [0, 2, 2, 1, 1, 3, 0, 1] }),
    [0, 0, 3, 0, 0, 0, 0, 0],
  );
  const halves = [3, 0x12, 0, 0, 0, 4, 0x12, 0x30, 0, 1];
  assert.deepEqual(
    await grey({ ...size, bits: 4, compression: 2, pixels: halves }),
    [1, 2, 3, 0, 1, 2, 1, 0],
  );
});

test('what is cut off or of another kind is refused', async () => {
  const whole = { width: 3, height: 2, bits: 24, pixels: new Array<number>(24).fill(5) };
  const refused = (bytes: Uint8Array, pattern: RegExp) =>
    assertRefused(() => decodeImage(bytes, colour), pattern);
  await refused(bmp({ ...whole, pixels: whole.pixels.slice(0, 20) }), /cut off/);
  await refused(bmp({ ...whole, bits: 8, compression: 1, pixels: [3] }), /cut off/);
  await refused(bmp({ ...whole, compression: 4 }), /24 bits with the compression 4, which is not read/);
  await refused(bmp({ ...whole, width: 0 }), /2×0 pixels/);
  await refused(bmp({ ...whole, width: 1 << 20, height: 1 << 20 }), /too large/);
  await refused(bmp(whole).subarray(0, 40), /its header says it has 40 bytes/);
});
