import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { InputError } from '../../../src/core/errors.ts';
import { augmentBatch, type Augmentation } from '../../../src/data/augment.ts';
import { type Frame, frameImage, shorterSide } from '../../../src/data/decoding/frame.ts';
import { channelsFirst, pattern } from '../patterns.ts';

const square = (size: number): Frame => ({ channels: 3, height: size, width: size, own: false });
const own: Frame = { channels: 3, height: 8, width: 6, own: true };

test('what is measured on is what torchvision 0.14 gives: Resize(256), CenterCrop(224), in proportion', () => {
  assert.equal(shorterSide(224), 256);
  const digest = (height: number, width: number, size: number) =>
    createHash('sha256')
      .update(frameImage(pattern(height, width), square(size), 0))
      .digest('hex');
  assert.equal(digest(30, 41, 28), '11e4dbfb2478f7b7f8a25b6c64897801054b57f1e203a82632f63a833eda8071');
  assert.equal(digest(61, 33, 28), '0a325a5dc4e834e56e729dec5d0ac8c27089cbb28ff57954980b3ce6e4774846');
  assert.equal(digest(20, 20, 28), '5f95f9a60326a6564cb1479173e8e3e6440c3a1b1c489103ab615e378d4c3196');
  assert.equal(digest(100, 37, 21), '55d7902631d8a60c3372862b4b1bf957e0a081e58a010d1af354703c33843d00');
});

test('images of one size stay as they are; another size is refused', () => {
  assert.deepEqual(frameImage(pattern(8, 6), own, 0), channelsFirst(pattern(8, 6)));
  assert.throws(
    () => frameImage(pattern(9, 6), own, 0),
    new InputError('it has 9×6 pixels, others have 8×6: give --image-size to bring all to one size'),
  );
});

test('padded crops and flips are those that stored arrays get', () => {
  const whole = channelsFirst(pattern(8, 6));
  for (const augmentation of [
    { crop: { kind: 'pad', padding: 3, fill: 1 }, flip: true },
    { crop: { kind: 'pad', padding: 2 }, flip: false },
    { flip: true },
  ] satisfies Augmentation[]) {
    for (let index = 0; index < 20; index++) {
      const bytes = frameImage(pattern(8, 6), own, index, { augmentation, draw: { seed: 5, epoch: 3 } });
      const floats = augmentBatch(
        Float32Array.from(whole, (value) => value / 255),
        [3, 8, 6],
        augmentation,
        { seed: 5, epoch: 3, indices: [index] },
      );
      assert.deepEqual(
        bytes,
        Uint8Array.from(floats, (value) => Math.round(value * 255)),
      );
    }
  }
});

test('a crop of random area is that of stored arrays, where the image has the frame’s size', () => {
  const crop = { kind: 'random-area', area: [0.3, 1], aspect: [0.5, 2], interpolation: 'bilinear' } as const;
  const floats = Float32Array.from(channelsFirst(pattern(8, 6)), (value) => value / 255);
  for (let index = 0; index < 20; index++) {
    const how = { augmentation: { crop, flip: true }, draw: { seed: 5, epoch: 3 } };
    const bytes = frameImage(pattern(8, 6), own, index, how);
    const expected = augmentBatch(floats, [3, 8, 6], how.augmentation, { ...how.draw, indices: [index] });
    // Bilinear weights are positive and add up to 1: two roundings of half a level.
    for (const [k, value] of bytes.entries()) assert.ok(Math.abs(value - 255 * (expected[k] ?? 0)) <= 1.01);
  }
});
