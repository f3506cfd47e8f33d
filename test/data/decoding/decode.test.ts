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
    assert.deepEqual(await decodeImage(bytes, 3), pattern(13, 9));
  }
});

test('grey becomes three equal channels, or stays one; transparency is dropped', async () => {
  const grey = pattern(7, 5, 1);
  const thrice = Uint8Array.from(
    { length: grey.data.length * 3 },
    (_, k) => grey.data[Math.floor(k / 3)] ?? 0,
  );
  assert.deepEqual(
    (await decodeImage(await raw(grey).toColourspace('b-w').png().toBuffer(), 3)).data,
    thrice,
  );
  assert.deepEqual(await decodeImage(await raw(grey).toColourspace('b-w').png().toBuffer(), 1), grey);
  const clear = await decodeImage(await png(7, 5, 4), 3);
  assert.deepEqual(
    clear.data,
    pattern(7, 5, 4).data.filter((_, k) => k % 4 !== 3),
  );
  await assertRefused(async () => decodeImage(await png(7, 5), 1), /in colour, while others are grey/);
});

test('16 bits lose the low byte; CMYK becomes RGB; EXIF does not turn the image', async () => {
  const values = Uint16Array.from({ length: 12 }, (_, k) => k * 5000 + 77);
  const deep = await import('sharp').then(({ default: sharp }) =>
    sharp(values, { raw: { width: 2, height: 2, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer(),
  );
  assert.deepEqual(
    Array.from((await decodeImage(deep, 3)).data),
    Array.from(values, (value) => value >> 8),
  );
  const flat = { ...pattern(16, 16), data: new Uint8Array(768).fill(200) };
  const printed = await decodeImage(await raw(flat).toColourspace('cmyk').jpeg().toBuffer(), 3);
  assert.ok(printed.data.length === 768 && printed.data.every((value) => Math.abs(value - 200) < 16));
  const turned = await raw(pattern(4, 9)).withMetadata({ orientation: 6 }).png().toBuffer();
  assert.deepEqual(await decodeImage(turned, 3), pattern(4, 9));
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
    await assertRefused(() => decodeImage(bytes, 3), /cannot be decoded \(.+\): it is damaged or no image/);
  }
  await assertRefused(() => imageFacts(Buffer.from('no image')), /cannot be decoded/);
  assert.deepEqual(await imageFacts(whole), { height: 40, width: 40, grey: false });
});
