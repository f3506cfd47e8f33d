import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from 'fast-png';
import { encodePngGrid } from '../../src/data/png.ts';
import { assertRefused } from './synthetic.ts';

const unit = { lower: 0, upper: 1 };

test('a grid of grey images: places, magnification, white gaps', async () => {
  // Three images of 1×2 pixels in two columns, each pixel magnified to 2×2.
  const images = Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1);
  const png = decode(await encodePngGrid(images, [1, 1, 2], unit, { columns: 2, scale: 2 }));
  assert.deepEqual([png.width, png.height, png.channels, png.depth], [10, 6, 1, 8]);
  const w = 255;
  const first = [0, 0, 51, 51, w, w, 102, 102, 153, 153];
  const second = [204, 204, 255, 255, w, w, w, w, w, w];
  const gap = new Array<number>(10).fill(w);
  assert.deepEqual([...png.data], [...first, ...first, ...gap, ...gap, ...second, ...second]);
});

test('colour images: channels first become pixels', async () => {
  const images = Float32Array.of(0, 10, 100, 110, 200, 210);
  const png = decode(await encodePngGrid(images, [3, 1, 2], { lower: 0, upper: 255 }, { scale: 1 }));
  assert.deepEqual([png.width, png.height, png.channels], [2, 1, 3]);
  assert.deepEqual([...png.data], [0, 100, 200, 10, 110, 210]);
});

test('without options the grid is about square and small images are magnified', async () => {
  const png = decode(await encodePngGrid(new Float32Array(5 * 28 * 28), [1, 28, 28], unit));
  assert.deepEqual([png.width, png.height], [3 * 58 - 2, 2 * 58 - 2]);
  const large = decode(await encodePngGrid(new Float32Array(100 * 80), [1, 100, 80], unit));
  assert.deepEqual([large.width, large.height], [80, 100]);
});

test('the same images give the same bytes', async () => {
  const images = Float32Array.from({ length: 48 }, (_, k) => k / 48);
  assert.deepEqual(
    await encodePngGrid(images, [3, 4, 4], unit),
    await encodePngGrid(images, [3, 4, 4], unit),
  );
});

test('what cannot be drawn is refused', async () => {
  await assertRefused(
    () => encodePngGrid(new Float32Array(8), [2, 2, 2], unit),
    /\[2, 2, 2\] are no pictures/,
  );
  await assertRefused(() => encodePngGrid(new Float32Array(8), [8], unit), /1 or 3 channels can be drawn/);
  await assert.rejects(encodePngGrid(new Float32Array(0), [1, 2, 2], unit), RangeError);
  await assert.rejects(encodePngGrid(new Float32Array(5), [1, 2, 2], unit), RangeError);
  await assert.rejects(encodePngGrid(new Float32Array(4), [1, 2, 2], unit, { scale: 0 }), RangeError);
});
