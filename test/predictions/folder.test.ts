import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { NpyArray } from '../../src/data/npy.ts';
import { decodeNpz, encodeNpz } from '../../src/data/npz.ts';
import {
  epochFileName,
  openPredictions,
  removePredictions,
  writeEpochPredictions,
} from '../../src/predictions/folder.ts';
import { assertRefused, temporaryFolder, writeFiles } from '../data/synthetic.ts';

const float32 = (dims: readonly number[], values: readonly number[]): NpyArray => ({
  dims,
  dataType: 'float32',
  data: Float32Array.from(values),
});

/** Logits of `count` examples of 3 classes that no two epochs share. */
const logits = (epoch: number, count: number): Float32Array =>
  Float32Array.from({ length: count * 3 }, (_, index) => epoch * 1.5 - index / 7);

test('what is written is read back, epoch by epoch', async () => {
  const folder = join(temporaryFolder(), 'new', 'predictions');
  for (const epoch of [1, 2, 10, 12345]) {
    await writeEpochPredictions(folder, epoch, {
      train: logits(epoch, 5),
      test: logits(-epoch, 2),
      classCount: 3,
    });
  }
  assert.deepEqual(readdirSync(folder).sort(), [
    'epoch-0001.npz',
    'epoch-0002.npz',
    'epoch-0010.npz',
    'epoch-12345.npz',
  ]);
  const predictions = await openPredictions(folder);
  assert.deepEqual(predictions.epochs, [1, 2, 10, 12345]);
  for (const epoch of predictions.epochs) {
    assert.deepEqual(await predictions.read(epoch), {
      train: logits(epoch, 5),
      test: logits(-epoch, 2),
      trainCount: 5,
      testCount: 2,
      classCount: 3,
    });
  }
  const bytes = readFileSync(join(folder, 'epoch-0002.npz'));
  const arrays = decodeNpz(bytes, 'epoch-0002.npz', ['train_logits', 'test_logits']);
  assert.deepEqual(
    [arrays.train_logits.dims, arrays.test_logits.dims],
    [
      [5, 3],
      [2, 3],
    ],
  );
});

test('names of epochs', () => {
  assert.equal(epochFileName(1), 'epoch-0001.npz');
  assert.equal(epochFileName(9999), 'epoch-9999.npz');
  assert.equal(epochFileName(10000), 'epoch-10000.npz');
});

test('other files are passed over and epochs are in the order of their numbers', async () => {
  const folder = temporaryFolder();
  for (const epoch of [30, 5]) {
    await writeEpochPredictions(folder, epoch, {
      train: logits(1, 1),
      test: logits(1, 1),
      classCount: 3,
    });
  }
  writeFiles(folder, { 'labels.json': '{}', '.epoch-0007.npz.x.part': 'half', 'epoch-last.npz': '' });
  assert.deepEqual((await openPredictions(folder)).epochs, [5, 30]);
});

test('probabilities become logits whose softmax they are; a zero stays finite', async () => {
  const folder = temporaryFolder();
  const bytes = await encodeNpz({
    test_probabilities: { dims: [1, 2], dataType: 'float64', data: Float64Array.of(0.25, 0.75) },
    train_probabilities: float32([2, 2], [1, 0, 0.4996, 0.5]),
  });
  writeFiles(folder, { 'epoch-0003.npz': bytes });
  const { train, test: tested } = await (await openPredictions(folder)).read(3);
  assert.deepEqual(
    [...train].map((value) => Math.fround(value)),
    [0, Math.fround(-126 * Math.LN2), Math.fround(Math.log(Math.fround(0.4996))), Math.fround(Math.log(0.5))],
  );
  assert.deepEqual([...tested], [Math.fround(Math.log(0.25)), Math.fround(Math.log(0.75))]);
});

test('float64 logits are read as float32', async () => {
  const folder = temporaryFolder();
  const data = Float64Array.of(0.1, 1e-300, -7);
  const array: NpyArray = { dims: [1, 3], dataType: 'float64', data };
  writeFiles(folder, {
    'epoch-0001.npz': await encodeNpz({ train_logits: array, test_logits: array }),
  });
  const { train } = await (await openPredictions(folder)).read(1);
  assert.deepEqual(train, Float32Array.from(data));
});

test('what no predictions can be is refused in one line', async () => {
  const good = float32([2, 3], [1, 2, 3, 4, 5, 6]);
  const refused = async (
    arrays: Readonly<Record<string, NpyArray>>,
    ...patterns: readonly RegExp[]
  ): Promise<void> => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'epoch-0001.npz': await encodeNpz(arrays) });
    const predictions = await openPredictions(folder);
    await assertRefused(() => predictions.read(1), /epoch-0001\.npz/, ...patterns);
  };
  await refused({ train_logits: good }, /neither test_logits nor test_probabilities/);
  await refused({ test_logits: good }, /neither train_logits nor train_probabilities/);
  await refused(
    { train_logits: float32([2, 3], [1, 2, 3, NaN, 5, 6]), test_logits: good },
    /train_logits .* example 1, class 0 is NaN/,
  );
  await refused(
    { train_logits: good, test_logits: float32([1, 3], [1, 2, -Infinity]) },
    /test_logits .* example 0, class 2 is -Infinity/,
  );
  await refused(
    {
      train_logits: good,
      test_logits: { dims: [1, 3], dataType: 'float64', data: Float64Array.of(1, 1e300, 2) },
    },
    /class 1 is 1e\+300/,
  );
  await refused({ train_logits: good, test_logits: float32([6], [1, 2, 3, 4, 5, 6]) }, /shape \[6\]/);
  await refused({ train_logits: float32([0, 3], []), test_logits: good }, /shape \[0, 3\]/);
  await refused({ train_logits: float32([2, 1], [3, 4]), test_logits: good }, /shape \[2, 1\]/);
  await refused({ train_logits: good, test_logits: float32([2, 2], [1, 2, 3, 5]) }, /3 classes .* 2/);
  await refused(
    { train_logits: good, test_logits: { dims: [1, 3], dataType: 'int32', data: Int32Array.of(1, 2, 3) } },
    /holds int32/,
  );
  await refused(
    { train_logits: float32([2, 2], [0.5, 0.5, 0.1, 0.9]), test_logits: float32([1, 2], [3, 1]) },
    /train_probabilities/,
  );
  await refused(
    { train_probabilities: float32([2, 2], [0.5, 0.5, 0.1, 0.92]), test_logits: float32([1, 2], [3, 1]) },
    /example 1 sums to 1\.02/,
  );
  await refused(
    { train_logits: float32([1, 2], [3, 1]), test_probabilities: float32([1, 2], [1.5, -0.5]) },
    /example 0 holds -0\.5/,
  );
});

test('epochs of other sizes than the first are refused', async () => {
  for (const [train, tested, classCount, pattern] of [
    [logits(1, 4), logits(1, 2), 3, /4 training examples and epoch 1 of 5/],
    [logits(1, 5), logits(1, 3), 3, /3 test examples and epoch 1 of 2/],
    [new Float32Array(20), new Float32Array(8), 4, /4 classes and epoch 1 of 3/],
  ] as const) {
    const folder = temporaryFolder();
    await writeEpochPredictions(folder, 1, { train: logits(1, 5), test: logits(1, 2), classCount: 3 });
    await writeEpochPredictions(folder, 2, { train, test: tested, classCount });
    const predictions = await openPredictions(folder);
    await predictions.read(1);
    await assertRefused(() => predictions.read(2), /epoch-0002\.npz/, pattern);
  }
});

test('folders that hold no epochs are refused in one line', async () => {
  const folder = temporaryFolder();
  await assertRefused(() => openPredictions(folder), /holds no predictions: .*epoch-0001\.npz/);
  await assertRefused(() => openPredictions(join(folder, 'absent')), /absent: there is no such/);
  writeFiles(folder, { 'a-file': '', 'zero/epoch-0000.npz': '' });
  await assertRefused(() => openPredictions(join(folder, 'a-file')), /a-file is a file/);
  await assertRefused(() => openPredictions(join(folder, 'zero')), /counted from 1/);
  writeFiles(folder, { 'twice/epoch-0002.npz': '', 'twice/epoch-2.npz': '' });
  await assertRefused(() => openPredictions(join(folder, 'twice')), /epoch 2 twice/);
});

test('a file cut anywhere is refused in one line', async () => {
  const folder = temporaryFolder();
  await writeEpochPredictions(folder, 1, { train: logits(1, 5), test: logits(1, 2), classCount: 3 });
  const path = join(folder, epochFileName(1));
  const whole = readFileSync(path);
  const predictions = await openPredictions(folder);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
      writeFileSync(path, whole.subarray(0, length));
      await assertRefused(() => predictions.read(1), /epoch-0001\.npz/);
    }),
    { seed: 2, numRuns: 40 },
  );
});

test('logits that are not finite are not written', async () => {
  const folder = temporaryFolder();
  const bad = logits(1, 2).fill(NaN, 4, 5);
  await assertRefused(
    () => writeEpochPredictions(folder, 7, { train: bad, test: logits(1, 1), classCount: 3 }),
    /training logits of epoch 7: example 1, class 1 is NaN/,
  );
  assert.deepEqual(readdirSync(folder), []);
  await assert.rejects(
    writeEpochPredictions(folder, 0, { train: logits(1, 1), test: logits(1, 1), classCount: 3 }),
    RangeError,
  );
});

test('removing the epochs leaves other files, and needs no folder', async () => {
  const folder = temporaryFolder();
  await writeEpochPredictions(folder, 1, { train: logits(1, 1), test: logits(1, 1), classCount: 3 });
  writeFiles(folder, { 'notes.txt': 'kept', 'epoch-12.npz': '' });
  await removePredictions(folder);
  assert.deepEqual(readdirSync(folder), ['notes.txt']);
  await removePredictions(join(folder, 'absent'));
});
