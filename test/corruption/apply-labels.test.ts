/** A data set with the labels of a file. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { applyLabels } from '../../src/corruption/apply-labels.ts';
import { corruptDataset, type LabelFile } from '../../src/corruption/label-file.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { dataOf, drawLabels } from './data.ts';

const CLASSES = 4;
const labels = drawLabels(200, CLASSES);
const dataset = dataOf(labels, CLASSES);
const corrupted = (rate: number, seed = 0): Promise<LabelFile> => corruptDataset(dataset, { seed, rate });

describe('the view', () => {
  test('gives the same inputs with the given labels, in any order', async () => {
    const file = await corrupted(0.5);
    const view = await applyLabels(dataset, file, 'labels.json');
    assert.deepEqual(view.labels, file.labels);
    assert.equal(view.size, dataset.size);
    const { inputs, labels: given } = await view.read([199, 3, 3, 0]);
    assert.deepEqual(inputs, Uint8Array.of(199, 3, 3, 0));
    assert.deepEqual(
      given,
      Int32Array.from([199, 3, 3, 0], (index) => file.labels[index]!),
    );
    await assert.rejects(view.read([200]), RangeError);
  });

  test('leaves the true labels in the data set', async () => {
    await applyLabels(dataset, await corrupted(1), 'labels.json');
    assert.deepEqual(dataset.labels, labels);
    assert.deepEqual((await dataset.read([7])).labels, labels.slice(7, 8));
  });

  test('augmented reading gives the given labels too', async () => {
    const file = await corrupted(1);
    const decoding: Dataset = {
      ...dataset,
      // A data set that needs itself, as one with worker threads does.
      readAugmented(this: Dataset, indices) {
        return this.read(Array.from(indices).reverse());
      },
    };
    const view = await applyLabels(decoding, file, 'labels.json');
    const { inputs, labels: given } = await view.readAugmented!([1, 2], { flip: false }, undefined as never);
    assert.deepEqual(inputs, Uint8Array.of(2, 1));
    assert.deepEqual(given, file.labels.slice(1, 3));
    assert.ok(!('readAugmented' in (await applyLabels(dataset, file, 'labels.json'))));
  });

  test('the hash names the inputs and the given labels', async () => {
    const hashOf = async (file: LabelFile): Promise<string> =>
      (await applyLabels(dataset, file, 'labels.json')).hash();
    const half = await hashOf(await corrupted(0.5));
    assert.match(half, /^[0-9a-f]{64}$/);
    assert.equal(await hashOf(await corrupted(0.5)), half);
    const others = [
      await dataset.hash(),
      await hashOf(await corrupted(0.5, 1)),
      await hashOf(await corrupted(0.6)),
    ];
    assert.equal(new Set([half, ...others]).size, 4);
    assert.equal(await hashOf(await corrupted(0)), await dataset.hash());
  });
});

describe('refuses', () => {
  async function assertRefused(data: Dataset, file: LabelFile, message: RegExp): Promise<void> {
    await assert.rejects(applyLabels(data, file, 'labels.json'), (error: Error) => {
      assert.ok(error instanceof InputError, error.stack);
      assert.match(error.message, message);
      assert.ok(error.message.startsWith('labels.json') && !error.message.includes('\n'));
      return true;
    });
  }

  test('data of another size', async () => {
    const other = dataOf(labels.slice(0, 100), CLASSES, 'test');
    await assertRefused(
      other,
      await corrupted(0.5),
      /was made for 200 examples of memory train, and memory test has 100/,
    );
  });

  test('other data of the same size', async () => {
    const other = dataOf(labels.toReversed(), CLASSES);
    await assertRefused(
      other,
      await corrupted(0.5),
      /with the hash [0-9a-f]{12}…, and that of memory train is/,
    );
  });

  test('another number of classes', async () => {
    await assertRefused(
      dataOf(labels, CLASSES + 1),
      await corrupted(0.5),
      /with 4 classes, and memory train has 5/,
    );
  });

  test('a label changed that is not masked', async () => {
    const file = await corrupted(0.5);
    const index = file.masked.indexOf(0);
    const altered = file.labels.map((label, at) => (at === index ? (label + 1) % CLASSES : label));
    await assertRefused(
      dataset,
      { ...file, labels: altered },
      new RegExp(`gives example ${String(index)}, which it does not mark`),
    );
  });

  test('a wrong count of changes', async () => {
    const file = await corrupted(0.5);
    await assertRefused(
      dataset,
      { ...file, changedCount: file.changedCount - 1 },
      /counts \d+ changed labels, and \d+ differ/,
    );
  });
});
