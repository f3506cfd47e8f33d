import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type Interpolation, resizeChannels, resizePixels } from '../../src/data/resample.ts';
import { channelsFirst, pattern } from './patterns.ts';

const region = (top: number, left: number, height: number, width: number) => ({ top, left, height, width });

test('small images are those of Pillow 9.4 to the bit', () => {
  const cases: [Interpolation, number, number, [number, number, number, number], number, number, number[]][] =
    [
      [
        'bilinear',
        9,
        7,
        [0, 0, 9, 7],
        3,
        4,
        [
          88, 122, 172, 142, 130, 149, 119, 113, 154, 107, 155, 114, 135, 112, 134, 154, 127, 150, 121, 108,
          145, 98, 135, 113, 108, 91, 120, 155, 142, 103, 128, 118, 149, 115, 138, 113,
        ],
      ],
      [
        'bicubic',
        9,
        7,
        [0, 0, 9, 7],
        3,
        4,
        [
          82, 122, 177, 139, 131, 149, 116, 111, 156, 104, 157, 115, 139, 112, 132, 162, 127, 150, 118, 109,
          150, 94, 134, 109, 104, 86, 119, 159, 145, 100, 132, 114, 148, 120, 140, 109,
        ],
      ],
      [
        'bilinear',
        9,
        7,
        [2, 1, 5, 4],
        3,
        3,
        [
          110, 86, 139, 119, 118, 171, 128, 148, 201, 187, 83, 136, 139, 135, 159, 150, 86, 122, 185, 103,
          112, 178, 176, 101, 93, 146, 166,
        ],
      ],
      [
        'bicubic',
        9,
        7,
        [2, 1, 5, 4],
        3,
        3,
        [
          110, 86, 138, 117, 117, 174, 129, 147, 203, 194, 79, 138, 138, 137, 161, 155, 80, 113, 186, 97, 111,
          182, 183, 95, 83, 145, 172,
        ],
      ],
      [
        'bilinear',
        4,
        3,
        [0, 0, 4, 3],
        5,
        4,
        [
          0, 53, 106, 57, 110, 163, 125, 178, 135, 182, 235, 32, 26, 79, 132, 91, 144, 197, 168, 153, 178,
          232, 105, 82, 93, 146, 199, 86, 139, 192, 125, 130, 183, 198, 123, 176, 127, 180, 233, 96, 101, 154,
          98, 103, 156, 131, 184, 237, 77, 130, 183, 166, 59, 112, 176, 69, 122, 105, 158, 211,
        ],
      ],
      [
        'bicubic',
        4,
        3,
        [0, 0, 4, 3],
        5,
        4,
        [
          0, 46, 99, 49, 101, 173, 128, 185, 139, 184, 249, 20, 13, 65, 118, 87, 154, 212, 186, 163, 189, 243,
          86, 63, 100, 153, 202, 73, 147, 199, 119, 129, 188, 209, 112, 182, 140, 197, 245, 87, 89, 142, 81,
          91, 144, 127, 203, 255, 66, 133, 186, 179, 46, 99, 192, 59, 112, 97, 163, 216,
        ],
      ],
    ];
  for (const [interpolation, height, width, place, toHeight, toWidth, expected] of cases) {
    const resized = resizePixels(pattern(height, width), region(...place), toHeight, toWidth, interpolation);
    assert.deepEqual(Array.from(resized.data), expected);
    assert.deepEqual([resized.height, resized.width, resized.channels], [toHeight, toWidth, 3]);
  }
});

test('a crop of 240 × 281 brought to 224 is that of Pillow 9.4 to the bit', () => {
  const digest = (interpolation: Interpolation) =>
    createHash('sha256')
      .update(resizePixels(pattern(300, 401), region(10, 20, 240, 281), 224, 224, interpolation).data)
      .digest('hex');
  assert.equal(digest('bilinear'), 'bb61f02a55901b208a067a56a5d377a4330b1947065d4940aeb105a345cebd05');
  assert.equal(digest('bicubic'), 'a6b425d292b326a102d906f6e623456f96a519e3ddf886946e056f00828b4248');
});

test('the same size changes nothing, one channel is one of three', () => {
  const image = pattern(11, 6);
  for (const interpolation of ['bilinear', 'bicubic'] as const) {
    assert.deepEqual(resizePixels(image, region(0, 0, 11, 6), 11, 6, interpolation), image);
    const grey = resizePixels(pattern(11, 6, 1), region(1, 1, 9, 5), 4, 7, interpolation).data;
    const first = resizePixels(image, region(1, 1, 9, 5), 4, 7, interpolation).data.filter(
      (_, k) => k % 3 === 0,
    );
    assert.deepEqual(grey, first);
  }
});

test('floating-point channels differ from bytes by what bytes round away', () => {
  // Without contrast that a bicubic kernel would take beyond the range of bytes between the passes.
  const steep = pattern(12, 10);
  const image = { ...steep, data: steep.data.map((value) => 100 + (value >> 3)) };
  const source = Float32Array.from(channelsFirst(image), (value) => value / 255);
  for (const interpolation of ['bilinear', 'bicubic'] as const) {
    const place = region(2, 3, 7, 5);
    const target = new Float32Array(source.length);
    resizeChannels(source, target, image, place, interpolation);
    const bytes = channelsFirst(resizePixels(image, place, 12, 10, interpolation));
    // Bytes are rounded after each of two passes; the second adds up 4 of them with weights of up to 1.3 in all.
    for (const [k, value] of target.entries()) {
      assert.ok(value >= 0 && value <= 1 && Math.abs(value * 255 - (bytes[k] ?? 0)) < 1.3);
    }
  }
});
