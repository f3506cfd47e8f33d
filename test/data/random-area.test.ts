import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../src/core/random.ts';
import { augmentBatch } from '../../src/data/augment.ts';
import { drawRandomArea, type RandomAreaCrop } from '../../src/data/random-area.ts';

const usual: RandomAreaCrop = {
  kind: 'random-area',
  area: [0.08, 1],
  aspect: [3 / 4, 4 / 3],
  interpolation: 'bilinear',
};

test('crops lie in the image, within the ranges of area and aspect, and cover both', () => {
  const image = { height: 300, width: 400 };
  const draws = Array.from({ length: 2000 }, (_, k) => drawRandomArea(randomStream(1, k), usual, image));
  const areas = draws.map(({ height, width }) => (height * width) / (300 * 400));
  const ratios = draws.map(({ height, width }) => Math.log(width / height));
  for (const { top, left, height, width } of draws) {
    assert.ok(top >= 0 && left >= 0 && top + height <= 300 && left + width <= 400);
  }
  // Sides are rounded to pixels: of the least crop, 85 × 113, to a share of 0.01.
  assert.ok(Math.min(...areas) > 0.079 && Math.min(...areas) < 0.09);
  assert.ok(Math.max(...areas) <= 1 && Math.max(...areas) > 0.95);
  assert.ok(Math.max(...ratios.map(Math.abs)) < Math.log(4 / 3) + 0.01);
  // Small crops always fit: among them the logarithm of the aspect is uniform, of mean 0 and deviation log(4/3)/√3.
  const small = ratios.filter((_, k) => (areas[k] ?? 1) < 0.5);
  const mean = small.reduce((sum, one) => sum + one, 0) / small.length;
  const deviation = Math.sqrt(small.reduce((sum, one) => sum + one * one, 0) / small.length);
  assert.ok(Math.abs(mean) < 0.03, String(mean));
  assert.ok(Math.abs(deviation - Math.log(4 / 3) / Math.sqrt(3)) < 0.01, String(deviation));
});

test('where no draw fits, the greatest allowed crop in the middle is taken', () => {
  const draw = (height: number, width: number) => drawRandomArea(randomStream(3), usual, { height, width });
  assert.deepEqual(draw(1000, 10), { top: 493, left: 0, height: 13, width: 10 });
  assert.deepEqual(draw(10, 1000), { top: 0, left: 493, height: 10, width: 13 });
  assert.deepEqual(draw(1, 1), { top: 0, left: 0, height: 1, width: 1 });
});

test('stored arrays are cropped and resized back; flips mirror; draws belong to examples', () => {
  const shape = [1, 8, 8];
  // A ramp stays a ramp under any crop.
  const ramp = Float32Array.from({ length: 64 }, (_, k) => (k % 8) / 8);
  const indices = [...Array(50).keys()];
  const images = Float32Array.from({ length: 50 * 64 }, (_, k) => ramp[k % 64] ?? 0);
  const crop = { ...usual, area: [0.2, 0.6] as const };
  const result = augmentBatch(images, shape, { crop, flip: true }, { seed: 4, epoch: 2, indices });
  let mirrored = 0;
  for (const index of indices) {
    const image = result.subarray(index * 64, (index + 1) * 64);
    const row = image.subarray(0, 8);
    const isMirrored = (row[0] ?? 0) > (row[7] ?? 0);
    if (isMirrored) mirrored++;
    assert.ok(
      row.every((value, x) => x === 0 || value >= (row[x - 1] ?? 0) !== isMirrored || value === row[x - 1]),
    );
    assert.ok(Math.abs((row[7] ?? 0) - (row[0] ?? 0)) < 0.9);
    for (let y = 1; y < 8; y++) assert.deepEqual(image.subarray(y * 8, y * 8 + 8), row);
    const alone = augmentBatch(ramp, shape, { crop, flip: true }, { seed: 4, epoch: 2, indices: [index] });
    assert.deepEqual(alone, image);
  }
  assert.ok(mirrored > 10 && mirrored < 40, String(mirrored));
  const whole = { ...usual, area: [1, 1], aspect: [1, 1] } as const;
  assert.deepEqual(
    augmentBatch(ramp, shape, { crop: whole, flip: false }, { seed: 1, epoch: 0, indices: [0] }),
    ramp,
  );
  for (const wrong of [
    { area: [0, 1] as const },
    { area: [0.5, 0.2] as const },
    { aspect: [0, 1] as const },
  ]) {
    assert.throws(
      () =>
        augmentBatch(
          ramp,
          shape,
          { crop: { ...usual, ...wrong }, flip: false },
          { seed: 1, epoch: 0, indices: [0] },
        ),
      RangeError,
    );
  }
});
