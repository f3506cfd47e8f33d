import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeNpz } from '../../src/data/npz.ts';
import type { NumericArray } from '../../src/data/numeric-array.ts';
import { openDataset } from '../../src/data/open.ts';
import { assertRefused, imageOf, temporaryFolder, writeFiles } from './synthetic.ts';

const split = 'test';
const images: NumericArray = { dims: [3, 4, 5], dataType: 'uint8', data: imageOf(3, 60) };
const labels: NumericArray = { dims: [3], dataType: 'int64', data: BigInt64Array.of(2n, 0n, 1n) };

async function open(files: Readonly<Record<string, Readonly<Record<string, NumericArray>>>>, names: string) {
  const folder = temporaryFolder();
  for (const [name, arrays] of Object.entries(files)) {
    writeFiles(folder, { [name]: await encodeNpz(arrays) });
  }
  const paths = names.split(',').map((name) => `${folder}/${name}`);
  return openDataset(`npz:${paths.join()}`, { split });
}

test('arrays by the names of numpy.savez, of other cases, and in a file each', async () => {
  const cases = [
    await open({ 'a.npz': { arr_0: images, arr_1: labels } }, 'a.npz'),
    await open({ 'a.npz': { arr_0: labels, arr_1: images } }, 'a.npz'),
    await open({ 'a.npz': { X_test: images, Y_test: labels } }, 'a.npz'),
    await open({ 'a.npz': { data: images, target: labels } }, 'a.npz'),
    await open({ 'a.npz': { image: images, label: labels } }, 'a.npz'),
    await open({ 'i.npz': { arr_0: images }, 'l.npz': { arr_0: labels } }, 'i.npz,l.npz'),
    await open({ 'i.npz': { images, more: images }, 'l.npz': { labels, more: labels } }, 'i.npz,l.npz'),
  ];
  for (const dataset of cases) {
    assert.deepEqual([dataset.shape, dataset.labels], [[1, 4, 5], Int32Array.of(2, 0, 1)]);
    assert.equal(await dataset.hash(), await cases[0]?.hash());
  }
  assert.match(cases[1]?.notes?.join() ?? '', /arr_1 was taken for the images and arr_0 for the labels/);
});

test('names that leave the roles open are refused with what to write', async () => {
  await assertRefused(
    () => open({ 'a.npz': { arr_0: images, arr_1: labels, arr_2: images, arr_3: labels } }, 'a.npz'),
    /arr_0, arr_1, arr_2, arr_3, whose names do not tell .* name them x_test and y_test/,
  );
  await assertRefused(
    () => open({ 'a.npz': { x_train: images, y_train: labels } }, 'a.npz'),
    /holds the arrays x_train, y_train; .*or write npz:IMAGES\.npz,LABELS\.npz, or write --split train/,
  );
  await assertRefused(
    () => open({ 'i.npz': { a: images, b: images }, 'l.npz': { labels } }, 'i.npz,l.npz'),
    /i\.npz holds the arrays a, b: for the images it must hold one array, or one named x_test or/,
  );
  await assertRefused(
    () =>
      open(
        {
          'i.npz': { images },
          'l.npz': { labels: { ...labels, dims: [2], data: BigInt64Array.of(0n, 1n) } },
        },
        'i.npz,l.npz',
      ),
    /2 labels for 3 images/,
  );
});
