import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeImage, imageFacts } from '../../../src/data/decoding/decode.ts';
import { assertRefused } from '../synthetic.ts';

const colour = { channels: 3 } as const;
const grey = { channels: 1 } as const;

const file = (header: string, ...levels: readonly number[]): Uint8Array =>
  Buffer.concat([Buffer.from(header, 'latin1'), Uint8Array.from(levels)]);

test('pixmaps and greymaps, raw and in text, with comments', async () => {
  const pixels = [1, 2, 3, 250, 251, 252];
  const raw = await decodeImage(file('P6\n# made by hand\n2 1\n255\n', ...pixels), colour);
  assert.deepEqual(raw, { data: Uint8Array.from(pixels), height: 1, width: 2, channels: 3 });
  assert.deepEqual(await decodeImage(file(`P3 2 1 255 ${pixels.join('\n')}`), colour), raw);
  assert.deepEqual(
    (await decodeImage(file('P5 2 2 255\n', 9, 8, 7, 6), grey)).data,
    Uint8Array.of(9, 8, 7, 6),
  );
  assert.deepEqual((await decodeImage(file('P2#c\n2 2 255 9 8 7 6'), grey)).data, Uint8Array.of(9, 8, 7, 6));
  assert.deepEqual(await imageFacts(file('P6 2 1 255 ', ...pixels)), {
    height: 1,
    width: 2,
    grey: false,
    depth: 8,
  });
});

test('levels are brought to the full range, halves to even as Pillow rounds them', async () => {
  // Pillow 13: value / greatest · 255, rounded: 25.5 → 26, 76.5 → 76, 127.5 → 128.
  const tenths = await decodeImage(file('P5 4 1 10\n', 0, 1, 3, 10), grey);
  assert.deepEqual(tenths.data, Uint8Array.of(0, 26, 76, 255));
  const deep = file('P5 3 1 65535\n', 0, 1, 0x12, 0x34, 0xff, 0xff);
  assert.equal((await imageFacts(deep)).depth, 16);
  assert.deepEqual(
    (await decodeImage(deep, { channels: 1, depth: 16 })).data,
    Uint16Array.of(1, 0x1234, 65535),
  );
  const twelve = file('P5 2 1 4095\n', 0x0f, 0xff, 0x08, 0x00);
  assert.deepEqual(
    (await decodeImage(twelve, { channels: 1, depth: 16 })).data,
    Uint16Array.of(65535, 32776),
  );
});

test('a bit that is set is black, and rows of bits fill whole bytes', async () => {
  const expected = Uint8Array.of(
    0,
    255,
    0,
    255,
    255,
    255,
    0,
    255,
    0,
    0,
    255,
    255,
    255,
    255,
    255,
    255,
    255,
    0,
  );
  const packed = await decodeImage(file('P4 9 2\n', 0b10100010, 0b10000000, 0b10000001, 0b01111111), grey);
  assert.deepEqual([packed.height, packed.width], [2, 9]);
  assert.deepEqual(
    packed.data,
    Uint8Array.of(0, 255, 0, 255, 255, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255, 0, 255),
  );
  const text = await decodeImage(file('P1\n9 2\n101000101\n1 0 0 0 0 0 0 01'), grey);
  assert.deepEqual(text.data, expected);
});

test('what is cut off, or no anymap, is refused', async () => {
  for (const bytes of [
    file('P6 2 1 255\n', 1, 2, 3, 4, 5),
    file('P3 2 1 255 1 2 3 4 5'),
    file('P4 9 2\n', 1, 2, 3),
    file('P5 2'),
    file('P2 1 1 255 x'),
    file('P5 1 1 10\n', 11),
    file('P2 1 1 10 11'),
  ]) {
    await assertRefused(async () => decodeImage(bytes, colour), /it cannot be decoded \(.+\): it is damaged/);
  }
  await assertRefused(() => imageFacts(file('P5 0 4 255\n')), /0×|4×0 pixels/);
  await assertRefused(() => imageFacts(file('P5 99999999 99999999 255\n')), /too large/);
  await assertRefused(() => imageFacts(file('P5 1 1 70000\n', 1, 1)), /greatest level is 70000/);
});
