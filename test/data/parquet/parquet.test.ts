import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDataset } from '../../../src/data/open.ts';
import { assertRefused, imageOf, temporaryFolder, writeFiles } from '../synthetic.ts';

const folder = new URL('../../../fixtures/parquet', import.meta.url).pathname;
const train = { split: 'train' };
const testSplit = { split: 'test' };

test('the shards of a split are one data set of small images with class names', async () => {
  const dataset = await openDataset(`parquet:${folder}/set`, { ...train, decodingThreads: 2 });
  assert.deepEqual([dataset.shape, dataset.classCount, dataset.size], [[3, 32, 32], 3, 7]);
  assert.deepEqual(dataset.classNames, ['cat', 'dog', 'owl']);
  assert.deepEqual(dataset.labels, Int32Array.of(2, 0, 1, 1, 0, 2, 1));
  const order = [6, 0, 3, 4, 1, 5, 2];
  const { inputs, labels } = await dataset.read(order);
  assert.deepEqual(labels, Int32Array.of(1, 2, 1, 0, 0, 2, 1));
  for (const [position, index] of order.entries()) {
    assert.deepEqual(inputs.slice(position * 3072, (position + 1) * 3072), imageOf(index, 3072));
  }
  const hash = await dataset.hash();
  await dataset.dispose?.();
  const validation = await openDataset(`${folder}/set`, testSplit);
  assert.equal(validation.name, 'parquet');
  assert.deepEqual(validation.labels, Int32Array.of(1, 2));
  assert.deepEqual((await validation.read([0])).inputs, imageOf(7, 3072));
  assert.notEqual(await validation.hash(), hash);
  await validation.dispose?.();
});

test('a folder for each split, a binary column, gzip and grey images', async () => {
  const place = temporaryFolder();
  mkdirSync(join(place, 'default/train'), { recursive: true });
  copyFileSync(join(folder, 'grey.parquet'), join(place, 'default/train/0000.parquet'));
  const dataset = await openDataset(`parquet:${place}`, train);
  assert.deepEqual([dataset.shape, dataset.classCount], [[1, 8, 8], 5]);
  assert.deepEqual((await dataset.read([2])).inputs, imageOf(2, 64));
  await dataset.dispose?.();
  const alone = await openDataset(`${folder}/grey.parquet`, { ...train, classCount: 10, imageSize: 16 });
  assert.deepEqual([alone.shape, alone.classCount], [[3, 16, 16], 10]);
  assert.match(alone.notes?.join() ?? '', /does not say which split it is/);
});

test('what cannot be read as labelled images is refused', async () => {
  const refused = (name: string, ...patterns: readonly RegExp[]) =>
    assertRefused(() => openDataset(`parquet:${folder}/${name}`, testSplit), ...patterns);
  await refused('no-label.parquet', /has no column of labels: its columns are image; name one label/);
  await refused('unlabelled.parquet', /has no labels, all are −1/);
  await refused('odd-label.parquet', /the column 'label' of .*: example 0 has the label 3; with 3 classes/);
  await refused('paths.parquet', /row 0 of .*paths\.parquet: it has no bytes in the column 'image'/);
  await refused('set/train-00000-of-00002.parquet', /is the train split: write --split train/);
  await refused('none.parquet', /no such file/);
  await assertRefused(
    () => openDataset(`${folder}/set`, { split: 'val' }),
    /no val data, only (test, train|train, test)/,
  );
  const whole = readFileSync(`${folder}/grey.parquet`);
  const place = writeFiles(temporaryFolder(), {
    'cut.parquet': whole.subarray(0, 500),
    'text.parquet': 'no Parquet',
    'empty/readme.txt': '',
    'shards/train-00000-of-00002.parquet': readFileSync(`${folder}/set/train-00000-of-00002.parquet`),
  });
  for (const name of ['cut', 'text']) {
    await assertRefused(
      () => openDataset(`parquet:${place}/${name}.parquet`, train),
      /cannot be read as Parquet/,
    );
  }
  await assertRefused(() => openDataset(`parquet:${place}/empty`, train), /holds no \.parquet file/);
  await assertRefused(() => openDataset(`parquet:${place}/shards`, train), /holds 1 of the 2 shards/);
});

test('damaged pages are an error of the row that is read', async () => {
  const bytes = Uint8Array.from(readFileSync(`${folder}/set/test-00000-of-00001.parquet`));
  const place = writeFiles(temporaryFolder(), { 'test.parquet': bytes.fill(0xff, 10, 200) });
  const open = () => openDataset(`parquet:${place}/test.parquet`, { ...testSplit, imageSize: 8 });
  await assertRefused(async () => {
    const dataset = await open();
    try {
      await dataset.read([0]);
    } finally {
      await dataset.dispose?.();
    }
  }, /test\.parquet/);
});
