import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../../src/core/errors.ts';
import type { DataOptions } from '../../../src/data/dataset.ts';
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

test('of several label columns the one that fits the model and is usual is taken; else the choice is asked for', async () => {
  const open = async (name: string, options: Partial<DataOptions> = {}) => {
    const dataset = await openDataset(`parquet:${folder}/${name}.parquet`, { ...testSplit, ...options });
    await dataset.dispose?.();
    return dataset;
  };
  const fine = await open('coarse-first', { classCount: 6 });
  assert.deepEqual([fine.labels, fine.classCount], [Int32Array.of(5, 0, 3), 6]);
  assert.match(fine.notes?.join() ?? '', /\(coarse with 2 classes, fine with 6 classes\) 'fine' was taken/);
  assert.equal(fine.settings?.['labelColumn'], 'fine');
  assert.deepEqual((await open('coarse-first', { classCount: 2 })).labels, Int32Array.of(1, 0, 1));
  await assertRefused(
    () => open('coarse-first'),
    /no way to tell which is meant: write --label-column coarse/,
  );
  await assertRefused(
    () => open('coarse-first', { classCount: 10 }),
    /none with the 10 classes of the model/,
  );
  const usual = await open('domain-first', { classCount: 3 });
  assert.deepEqual([usual.labels, usual.classNames?.[2]], [Int32Array.of(2, 0, 1), 'label2']);
  const asked = await open('domain-first', { classCount: 3, labelColumn: 'domain' });
  assert.deepEqual([asked.labels, asked.classNames?.[2]], [Int32Array.of(1, 2, 0), 'domain2']);
  await assertRefused(
    () => open('domain-first', { labelColumn: 'x' }),
    /no column x: write --label-column with one of/,
  );
  await assertRefused(() => open('domain-first', { imageColumn: 'x' }), /no column x: write --image-column/);
  await assertRefused(() => open('two-numbers'), /several columns of labels, target, label, and no way/);
  assert.deepEqual((await open('two-numbers', { labelColumn: 'label' })).labels, Int32Array.of(2, 0, 1));
});

test('labels from 1, and a column of text beside', async () => {
  const open = (options: Partial<DataOptions>) =>
    openDataset(`parquet:${folder}/from-one.parquet`, { ...testSplit, ...options });
  await assertRefused(() => open({ classCount: 3 }), /write --first-label 1/);
  const dataset = await open({ classCount: 3, firstLabel: 1 });
  await dataset.dispose?.();
  assert.deepEqual([dataset.labels, dataset.settings?.['firstLabel']], [Int32Array.of(2, 0, 1), 1]);
  await assertRefused(() => open({ labelColumn: 'class' }), /row 0 holds no number/);
});

test('a changed byte anywhere is refused or read, and never a loop', async () => {
  const place = temporaryFolder();
  for (const name of ['grey', 'coarse-first']) {
    const bytes = readFileSync(`${folder}/${name}.parquet`);
    for (let position = 0; position < bytes.length; position += 11) {
      const changed = Uint8Array.from(bytes);
      changed[position] = position % 2 === 0 ? 0xff : (changed[position] ?? 0) ^ 0x41;
      writeFiles(place, { 'test.parquet': changed });
      try {
        // The headers of images are read on opening.
        const dataset = await openDataset(`parquet:${place}`, {
          ...testSplit,
          labelColumn: name === 'grey' ? 'label' : 'fine',
        });
        await dataset.dispose?.();
      } catch (error) {
        assert.ok(error instanceof InputError, `byte ${String(position)}: ${String(error)}`);
      }
    }
  }
});

test('headers that contradict each other or the size of the file are refused', async () => {
  const bytes = readFileSync(`${folder}/grey.parquet`);
  const footer = bytes.readUInt32LE(bytes.length - 8);
  const place = temporaryFolder();
  const refused = (change: (copy: Buffer) => Buffer, pattern: RegExp) => {
    writeFiles(place, { 'test.parquet': change(Buffer.from(bytes)) });
    return assertRefused(() => openDataset(`parquet:${place}`, testSplit), pattern);
  };
  await refused(
    (copy) => copy.fill(0xff, copy.length - 8, copy.length - 4),
    /footer is longer than the file/,
  );
  await refused(
    (copy) => copy.fill(0, copy.length - footer - 8, copy.length - 8),
    /cannot be read as Parquet/,
  );
  await refused(
    (copy) => Buffer.concat([copy.subarray(0, 4), copy.subarray(200)]),
    /cannot be read as Parquet/,
  );
  await refused((copy) => copy.subarray(0, 9), /too short/);
});
