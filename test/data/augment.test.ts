import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Augmentation, augmentBatch } from '../../src/data/augment.ts';

const batchOf = (count: number, size: number) => Float32Array.from({ length: count * size }, (_, k) => k + 1);

/** Every crop and flip of one image, by the definition: pixel by pixel from the padded image. */
function variants(
  image: Float32Array,
  shape: readonly number[],
  padding: number,
  flip: boolean,
  fill: number,
) {
  const [channels = 0, height = 0, width = 0] = shape;
  const results: Float32Array[] = [];
  for (const mirrored of flip ? [false, true] : [false]) {
    for (let down = -padding; down <= padding; down++) {
      for (let right = -padding; right <= padding; right++) {
        const result = new Float32Array(image.length);
        for (let c = 0; c < channels; c++) {
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              const fromX = (mirrored ? width - 1 - x : x) + right;
              const fromY = y + down;
              const inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
              const value = inside ? image[(c * height + fromY) * width + fromX] : fill;
              result[(c * height + y) * width + x] = value ?? NaN;
            }
          }
        }
        results.push(result);
      }
    }
  }
  return results;
}

const equal = (a: Float32Array, b: Float32Array) => a.every((value, index) => Object.is(value, b[index]));

test('every image becomes one of its crops and flips, the same in place', () => {
  const shapes = fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
  );
  fc.assert(
    fc.property(shapes, fc.nat(6), fc.boolean(), fc.nat(1000), (shape, padding, flip, epoch) => {
      const size = shape[0] * shape[1] * shape[2];
      const images = batchOf(3, size);
      const untouched = images.slice();
      const draw = { seed: 1, epoch, indices: [5, 11, 8] };
      const result = augmentBatch(images, shape, { crop: { kind: 'pad', padding, fill: -1 }, flip }, draw);
      assert.deepEqual(images, untouched);
      for (let k = 0; k < 3; k++) {
        const possible = variants(images.subarray(k * size, (k + 1) * size), shape, padding, flip, -1);
        assert.ok(possible.some((one) => equal(one, result.subarray(k * size, (k + 1) * size))));
      }
      assert.equal(
        augmentBatch(images, shape, { crop: { kind: 'pad', padding, fill: -1 }, flip }, draw, images),
        images,
      );
      assert.deepEqual(images, result);
    }),
    { seed: 7, numRuns: 150 },
  );
});

test('the draw belongs to seed, epoch and example, not to the batch', () => {
  const shape = [1, 8, 8];
  const how: Augmentation = { crop: { kind: 'pad', padding: 3 }, flip: true };
  const image = batchOf(1, 64);
  const twice = Float32Array.from([...image, ...image]);
  const draw = (seed: number, epoch: number, index: number) =>
    augmentBatch(image, shape, how, { seed, epoch, indices: [index] });
  const pair = augmentBatch(twice, shape, how, { seed: 1, epoch: 2, indices: [30, 40] });
  assert.deepEqual(pair.slice(0, 64), draw(1, 2, 30));
  assert.deepEqual(pair.slice(64), draw(1, 2, 40));
  const distinct = (results: Float32Array[]) => new Set(results.map((one) => one.join())).size;
  const many = [...Array(40).keys()];
  assert.ok(distinct(many.map((seed) => draw(seed, 0, 0))) > 20);
  assert.ok(distinct(many.map((epoch) => draw(1, epoch, 0))) > 20);
  assert.ok(distinct(many.map((index) => draw(1, 0, index))) > 20);
});

test('all offsets and both directions occur about equally often', () => {
  const shape = [1, 3, 3];
  const count = 1800;
  const image = batchOf(1, 9);
  const images = Float32Array.from({ length: count * 9 }, (_, k) => image[k % 9] ?? 0);
  const result = augmentBatch(
    images,
    shape,
    { crop: { kind: 'pad', padding: 1 }, flip: true },
    { seed: 3, epoch: 0, indices: [...Array(count).keys()] },
  );
  const times = variants(image, shape, 1, true, 0).map((one) => {
    let seen = 0;
    for (let k = 0; k < count; k++) if (equal(one, result.subarray(k * 9, (k + 1) * 9))) seen++;
    return seen;
  });
  assert.equal(times.length, 18);
  assert.equal(
    times.reduce((sum, seen) => sum + seen),
    count,
  );
  // 100 expected each; five standard deviations of the binomial count are 49.
  assert.ok(
    times.every((seen) => Math.abs(seen - 100) < 50),
    times.join(),
  );
});

test('no padding and no flip change nothing; wrong sizes throw', () => {
  const images = batchOf(2, 12);
  const draw = { seed: 1, epoch: 0, indices: [0, 1] };
  assert.deepEqual(augmentBatch(images, [3, 2, 2], { flip: false }, draw), images);
  assert.throws(() => augmentBatch(images, [3, 2, 3], { flip: false }, draw), RangeError);
  assert.throws(() => augmentBatch(images, [12], { flip: false }, draw), RangeError);
  assert.throws(
    () => augmentBatch(images, [3, 2, 2], { flip: false }, draw, new Float32Array(5)),
    RangeError,
  );
});
