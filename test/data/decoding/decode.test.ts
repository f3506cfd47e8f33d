import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeImage, imageFacts } from '../../../src/data/decoding/decode.ts';
import { pattern, png, raw } from '../patterns.ts';
import { assertRefused } from '../synthetic.ts';

test('PNG, lossless WebP and TIFF give their pixels', async () => {
  const image = raw(pattern(13, 9));
  for (const bytes of [
    await image.clone().png().toBuffer(),
    await image.clone().webp({ lossless: true }).toBuffer(),
    await image.clone().tiff({ compression: 'lzw' }).toBuffer(),
  ]) {
    assert.deepEqual(await decodeImage(bytes, { channels: 3 }), pattern(13, 9));
  }
});

test('grey becomes three equal channels, or stays one; transparency is dropped', async () => {
  const grey = pattern(7, 5, 1);
  const thrice = Uint8Array.from(
    { length: grey.data.length * 3 },
    (_, k) => grey.data[Math.floor(k / 3)] ?? 0,
  );
  assert.deepEqual(
    (await decodeImage(await raw(grey).toColourspace('b-w').png().toBuffer(), { channels: 3 })).data,
    thrice,
  );
  assert.deepEqual(
    await decodeImage(await raw(grey).toColourspace('b-w').png().toBuffer(), { channels: 1 }),
    grey,
  );
  const clear = await decodeImage(await png(7, 5, 4), { channels: 3 });
  assert.deepEqual(
    clear.data,
    pattern(7, 5, 4).data.filter((_, k) => k % 4 !== 3),
  );
  await assertRefused(
    async () => decodeImage(await png(7, 5), { channels: 1 }),
    /in colour, while others are grey/,
  );
});

test('16 bits are kept, and 8 bits beside them become 16; either way is refused where it cannot be meant', async () => {
  const values = Uint16Array.from({ length: 12 }, (_, k) => k * 5000 + 77);
  const deep = await import('sharp').then(({ default: sharp }) =>
    sharp(values, { raw: { width: 2, height: 2, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer(),
  );
  assert.deepEqual((await decodeImage(deep, { channels: 3, depth: 16 })).data, values);
  assert.equal((await imageFacts(deep)).depth, 16);
  const shallow = await decodeImage(await png(3, 2), { channels: 3, depth: 16 });
  assert.deepEqual(
    shallow.data,
    Uint16Array.from(pattern(3, 2).data, (level) => 257 * level),
  );
  await assertRefused(
    () => decodeImage(deep, { channels: 3 }),
    /it has 16 bits a level, while others have 8/,
  );
  await assertRefused(
    async () => decodeImage(await png(3, 2), { channels: 3, depth: 16, onlyDepth: true }),
    /it has 8 bits a level, while --data-range speaks of levels of 16/,
  );
});

test('colours become grey where that is asked for, by the luma of Pillow', async () => {
  // Pillow 13: Image.fromarray(x).convert("L") of these colours.
  const colours = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 12, 200, 31, 254, 255, 253, 7, 7, 7);
  const image = await raw({ data: colours, height: 1, width: 6, channels: 3 }).png().toBuffer();
  const grey = await decodeImage(image, { channels: 1, greyFromColour: true });
  assert.deepEqual(grey.data, Uint8Array.of(76, 150, 29, 125, 254, 7));
});

test('EXIF does not turn the image', async () => {
  const turned = await raw(pattern(4, 9)).withMetadata({ orientation: 6 }).png().toBuffer();
  assert.deepEqual(await decodeImage(turned, { channels: 3 }), pattern(4, 9));
});

test('what is no whole image is refused', async () => {
  const whole = await png(40, 40);
  const jpeg = await raw(pattern(40, 40)).jpeg().toBuffer();
  for (const bytes of [
    Buffer.from('no image'),
    Buffer.alloc(0),
    whole.subarray(0, whole.length / 2),
    jpeg.subarray(0, jpeg.length / 2),
  ]) {
    await assertRefused(
      () => decodeImage(bytes, { channels: 3 }),
      /cannot be decoded \(.+\): it is damaged or no image/,
    );
  }
  await assertRefused(() => imageFacts(Buffer.from('no image')), /cannot be decoded/);
  assert.deepEqual(await imageFacts(whole), { height: 40, width: 40, grey: false, depth: 8 });
});
