import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsOf, numberedLabels } from '../../src/data/labels.ts';
import type { NumericArray } from '../../src/data/numeric-array.ts';
import { assertRefused } from './synthetic.ts';

const bytes = (dims: readonly number[], ...data: readonly number[]): NumericArray => ({
  dims,
  dataType: 'uint8',
  data: Uint8Array.from(data),
});

test('labels that begin at 1 are refused with what to write, and shifted where that is said', async () => {
  await assertRefused(
    () => numberedLabels([1, 3, 2], 'y', { classCount: 3 }),
    /y: example 1 has the label 3; with 3 classes .* seem to begin at 1; write --first-label 1/,
  );
  const shifted = numberedLabels([1, 3, 2], 'y', { classCount: 3, firstLabel: 1 });
  assert.deepEqual([shifted.labels, shifted.settings], [Int32Array.of(0, 2, 1), { firstLabel: 1 }]);
  assert.deepEqual(shifted.notes, []);
  assert.equal(numberedLabels([1, 3, 2], 'y', { firstLabel: 1 }).classCount, 3);
  await assertRefused(
    () => numberedLabels([1, 0], 'y', { firstLabel: 1 }),
    /example 1 has the label 0, below --first-label 1/,
  );
  await assertRefused(
    () => numberedLabels([1, 4], 'y', { firstLabel: 1, classCount: 3 }),
    /example 1 has the label 3/,
  );
  await assertRefused(() => numberedLabels([1], 'y', { firstLabel: 0.5 }), /--first-label 0\.5 is no label/);
});

test('empty classes are said where the count of classes was taken from the labels', () => {
  const notes = (values: readonly number[], classCount?: number) =>
    numberedLabels(values, 'y', { classCount }).notes.join();
  assert.match(notes([1, 2, 3]), /no label of y is 0: class 0 is empty; .*write --first-label 1/);
  assert.match(notes([0, 1, 5]), /3 of the 6 classes of y are empty, no label being 2, 3, 4$/);
  assert.equal(notes([0, 1, 2]), '');
  // A few examples of many classes are no reason to ask; many without the first class are.
  assert.equal(notes([1, 2], 10), '');
  assert.equal(notes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2), '');
  assert.match(notes(new Array<number>(20).fill(1), 3), /class 0 is empty/);
});

test('column vectors and one-hot rows', async () => {
  assert.deepEqual(labelsOf(bytes([2, 1], 4, 0), 'y', 2, {}).labels, Int32Array.of(4, 0));
  const oneHot = labelsOf(bytes([2, 3], 0, 0, 1, 1, 0, 0), 'y', 2, {});
  assert.deepEqual([oneHot.labels, oneHot.classCount], [Int32Array.of(2, 0), 3]);
  assert.match(oneHot.notes.join(), /one-hot rows of 3 columns/);
  assert.equal(labelsOf(bytes([1, 3], 0, 0, 1), 'y', 1, { classCount: 5 }).classCount, 5);
  for (const row of [
    [0, 0, 0],
    [1, 1, 0],
    [2, 0, 0],
    [1, 0, 2],
  ]) {
    await assertRefused(() => labelsOf(bytes([1, 3], ...row), 'y', 1, {}), /row 0 is not one 1 among zeros/);
  }
  await assertRefused(
    () => labelsOf(bytes([1, 3], 0, 0, 1), 'y', 1, { classCount: 2 }),
    /3 classes, the model has 2/,
  );
  await assertRefused(
    () => labelsOf(bytes([1, 3], 0, 0, 1), 'y', 1, { firstLabel: 1 }),
    /leave --first-label out/,
  );
  await assertRefused(() => labelsOf(bytes([1, 1, 1], 0), 'y', 1, {}), /the shape \[1, 1, 1\]/);
});
