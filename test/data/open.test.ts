import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { encodeNpy } from '../../src/data/npy.ts';
import { encodeNpz } from '../../src/data/npz.ts';
import { openDataset } from '../../src/data/open.ts';
import {
  assertRefused,
  bytesNpy,
  cifarRecords,
  floats,
  idxOfBytes,
  imageOf,
  temporaryFolder,
  writeFiles,
} from './synthetic.ts';

const train = { split: 'train' };
const testSplit = { split: 'test' };

/** The bytes of synthetic images one after another. */
const images = (count: number, size: number, first = 0) =>
  Buffer.concat(Array.from({ length: count }, (_, index) => imageOf(first + index, size)));

test('CIFAR-10: several batch files in the order of their numbers, scattered reads, class names', async () => {
  const names = ['plane', 'car', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
  const folder = writeFiles(temporaryFolder(), {
    'data_batch_10.bin': cifarRecords([[9]], 600),
    'data_batch_2.bin': cifarRecords(Array.from({ length: 600 }, (_, k) => [k % 10])),
    'test_batch.bin': cifarRecords([[4], [3]], 7),
    'batches.meta.txt': `${names.join('\n')}\n\n`,
  });
  const dataset = await openDataset(`cifar10:${folder}`, train);
  assert.deepEqual(
    [dataset.name, dataset.split, dataset.size, dataset.classCount, dataset.shape, dataset.range],
    ['cifar10', 'train', 601, 10, [3, 32, 32], { lower: 0, upper: 255 }],
  );
  assert.deepEqual(dataset.classNames, names);
  const { inputs, labels } = await dataset.read([600, 0, 599, 600]);
  assert.deepEqual([...labels], [9, 0, 9, 9]);
  const expected = [600, 0, 599, 600].map((index) => imageOf(index, 3072));
  assert.deepEqual(inputs, Uint8Array.from(Buffer.concat(expected)));
  assert.equal((await dataset.read([])).inputs.length, 0);
  await assert.rejects(dataset.read([601]), /no example 601 among 601/);
  await assert.rejects(dataset.read([-1]), RangeError);

  const guessed = await openDataset(folder, testSplit);
  assert.deepEqual([guessed.name, guessed.size], ['cifar10', 2]);
  const file = await openDataset(`cifar10:${join(folder, 'test_batch.bin')}`, testSplit);
  assert.equal(await file.hash(), await guessed.hash());
});

test('CIFAR-100: fine and coarse labels of the same records', async () => {
  const folder = writeFiles(temporaryFolder(), {
    'train.bin': cifarRecords([
      [19, 99],
      [3, 42],
    ]),
    'test.bin': cifarRecords([[1, 2]], 5),
    'fine_label_names.txt': Array.from({ length: 100 }, (_, k) => `fine${String(k)}`).join('\r\n'),
  });
  const fine = await openDataset(`cifar100:${folder}`, train);
  const coarse = await openDataset(`cifar100-coarse:${folder}`, train);
  assert.deepEqual([...(await fine.read([1, 0])).labels], [42, 99]);
  assert.deepEqual([...(await coarse.read([1, 0])).labels], [3, 19]);
  assert.deepEqual([fine.classCount, coarse.classCount], [100, 20]);
  assert.deepEqual([fine.classNames?.[99], coarse.classNames], ['fine99', undefined]);
  assert.deepEqual((await fine.read([1])).inputs, imageOf(1, 3072));
  assert.equal((await openDataset(folder, testSplit)).name, 'cifar100');
});

test('CIFAR: what is refused', async () => {
  const folder = temporaryFolder();
  const batch = cifarRecords([[1], [9]]);
  writeFiles(folder, {
    'short/test_batch.bin': batch.subarray(0, -1),
    'empty/test_batch.bin': '',
    'label/test_batch.bin': cifarRecords([[1], [10]]),
    'none/readme.txt': '',
    'names/test_batch.bin': batch,
    'names/batches.meta.txt': 'one\ntwo\n',
    'good/test_batch.bin': batch,
  });
  const refused = (name: string, ...patterns: RegExp[]) =>
    assertRefused(() => openDataset(`cifar10:${folder}/${name}`, testSplit), ...patterns);
  await refused('short', /test_batch\.bin has 6145 bytes, .*no whole number of 3073-byte records/);
  await refused('empty', /test_batch\.bin is empty/);
  await refused('label', /example 1 has the label 10; with 10 classes .* from 0 to 9/);
  await refused('none', /holds no test data of cifar10: there is no test_batch\.bin/);
  await refused('names', /batches\.meta\.txt names 2 classes; cifar10 has 10/);
  await refused('absent', /there is no such file or folder/);
  const good = `cifar10:${folder}/good`;
  await assertRefused(() => openDataset(good, train), /holds no train data .* no data_batch_1\.bin/);
  await assertRefused(() => openDataset(good, { split: 'constructor' }), /no split 'constructor'/);
  await assertRefused(() => openDataset(`${good}/test_batch.bin`, train), /write --split test/);
  await assertRefused(() => openDataset(good, { ...testSplit, layout: 'NHWC' }), /leave --layout out/);
  const range = { lower: 0, upper: 1 };
  await assertRefused(() => openDataset(good, { ...testSplit, range }), /leave --data-range out/);
});

test('IDX: folder, plain and gzipped, explicit pair; all give the same data', async () => {
  const content = idxOfBytes([3, 4, 5], images(3, 20));
  const labels = idxOfBytes([3], Uint8Array.of(9, 0, 2));
  const folder = writeFiles(temporaryFolder(), {
    'plain/train-images-idx3-ubyte': content,
    'plain/train-labels-idx1-ubyte': labels,
    'zipped/train-images-idx3-ubyte.gz': gzipSync(content),
    'zipped/train-labels-idx1-ubyte.gz': gzipSync(labels),
    'other/pictures': content,
    'other/classes.gz': gzipSync(labels),
  });
  const specifications = [
    `idx:${folder}/plain`,
    `${folder}/plain`,
    `idx:${folder}/zipped`,
    `${folder}/zipped/train-images-idx3-ubyte.gz`,
    `idx:${folder}/plain/train-images-idx3-ubyte`,
    `idx:${folder}/other/pictures,${folder}/other/classes.gz`,
  ];
  const hashes = new Set<string>();
  for (const specification of specifications) {
    const dataset = await openDataset(specification, train);
    assert.deepEqual(
      [dataset.name, dataset.shape, dataset.size, dataset.classCount, dataset.range],
      ['idx', [1, 4, 5], 3, 10, { lower: 0, upper: 255 }],
    );
    const { inputs, labels: read } = await dataset.read([2, 0]);
    assert.deepEqual(inputs, Uint8Array.from([...imageOf(2, 20), ...imageOf(0, 20)]));
    assert.deepEqual([...read], [2, 9]);
    hashes.add(await dataset.hash());
  }
  assert.equal(hashes.size, 1);
});

test('IDX: what is refused', async () => {
  const content = idxOfBytes([2, 3, 3], images(2, 9));
  const labels = idxOfBytes([2], Uint8Array.of(1, 0));
  const folder = writeFiles(temporaryFolder(), {
    'short-images': content.subarray(0, -1),
    'short.gz': gzipSync(content).subarray(0, -9),
    'inner.gz': gzipSync(content.subarray(0, -1)),
    'header-images': content.subarray(0, 9),
    'long-images': Buffer.concat([content, Uint8Array.of(0)]),
    'magic-images': Buffer.concat([Uint8Array.of(0, 0, 7, 3), content.subarray(4)]),
    'none-images': idxOfBytes([0, 3, 3], new Uint8Array(0)),
    'empty-images': '',
    images: content,
    labels,
    more: idxOfBytes([3], Uint8Array.of(0, 1, 2)),
    'train-images-idx3-ubyte': content,
  });
  const refused = (pair: string, ...patterns: RegExp[]) => {
    const path = pair
      .split(',')
      .map((name) => join(folder, name))
      .join(',');
    return assertRefused(() => openDataset(`idx:${path}`, { ...train, classCount: 2 }), ...patterns);
  };
  await refused('short-images,labels', /promises 18 bytes .* and 17 follow: the file is truncated/);
  await refused('short.gz,labels', /short\.gz cannot be inflated .* truncated or damaged/);
  await refused('inner.gz,labels', /promises 18 bytes .* and 17 follow/);
  await refused('header-images,labels', /ends within its header/);
  await refused('long-images,labels', /and 19 follow: the file is not a single IDX array/);
  await refused('magic-images,labels', /not an IDX file: it begins with 00000703/);
  await refused('none-images,labels', /\[0, 3, 3\]: it holds no examples/);
  await refused('empty-images,labels', /begins with nothing/);
  await refused('labels,images', /labels has the shape \[2\]; images are/);
  await refused('images,more', /more holds 3 labels for 2 images/);
  await refused('images,images', /has the shape \[2, 3, 3\]; labels are one whole number/);
  await refused('absent,labels', /absent: there is no such file/);
  await refused('images,absent', /absent: there is no such file/);
  await refused('images,labels,more', /is not a pair of paths/);
  await refused('train-images-idx3-ubyte', /there are no labels for .* write idx:IMAGES,LABELS/);
  const folderOf = `idx:${folder}`;
  await assertRefused(
    () => openDataset(folderOf, testSplit),
    /no test images: there is no t10k-images-idx3-ubyte/,
  );
  await assertRefused(() => openDataset(folderOf, { split: 'all' }), /no split 'all'/);
  await assertRefused(
    () => openDataset(`idx:${folder}/train-images-idx3-ubyte,${folder}/labels`, testSplit),
    /is the train split: write --split train/,
  );
  await assertRefused(
    () => openDataset(`idx:${folder}/images,${folder}/labels`, { ...train, classCount: 1 }),
    /example 0 has the label 1; with 1 classes/,
  );
});

test('.npz: names by split, channels last turned first, the same hash as channels first', async () => {
  // Two images [2, 2, 3]; channel c of pixel p is 10·p + c.
  const last = Uint8Array.from({ length: 24 }, (_, k) => 10 * Math.floor(k / 3) + (k % 3));
  const first = Uint8Array.from({ length: 24 }, (_, k) => {
    const [image, channel, place] = [Math.floor(k / 12), Math.floor((k % 12) / 4), k % 4];
    return 10 * (image * 4 + place) + channel;
  });
  const y = { dims: [2, 1], dataType: 'int64', data: BigInt64Array.of(4n, 0n) } as const;
  const other = { dims: [1, 3, 2, 2], dataType: 'uint8', data: new Uint8Array(12) } as const;
  const folder = writeFiles(temporaryFolder(), {
    'last.npz': await encodeNpz({
      x_train: other,
      y_train: { dims: [1], dataType: 'uint8', data: Uint8Array.of(0) },
      x_test: { dims: [2, 2, 2, 3], dataType: 'uint8', data: last },
      y_test: y,
    }),
    'first.npz': await encodeNpz({
      labels: y,
      images: { dims: [2, 3, 2, 2], dataType: 'int32', data: Int32Array.from(first) },
    }),
  });
  const a = await openDataset(`npz:${folder}/last.npz`, testSplit);
  const b = await openDataset(`${folder}/first.npz`, { ...testSplit, classCount: 7 });
  assert.deepEqual([a.name, a.shape, a.size, a.classCount, b.classCount], ['npz', [3, 2, 2], 2, 5, 7]);
  assert.deepEqual((await a.read([0, 1])).inputs, first);
  assert.deepEqual(await b.read([1]), await a.read([1]));
  assert.equal(await a.hash(), await b.hash());
  const expected = createHash('sha256')
    .update('{"shape":[3,2,2],"type":"uint8","size":2}\n')
    .update(Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0))
    .update(first)
    .digest('hex');
  assert.equal(await a.hash(), expected);
  assert.equal((await openDataset(`npz:${folder}/last.npz`, train)).size, 1);
  await assertRefused(
    () => openDataset(`npz:${folder}/last.npz`, { split: 'valid' }),
    /holds the arrays x_train, y_train, x_test, y_test; for the split 'valid' name them x_valid and y_valid, or/,
  );
});

test('.npy: layouts that the dimensions do not tell need a flag', async () => {
  const folder = writeFiles(temporaryFolder(), {
    'y.npy': bytesNpy([2], [0, 1]),
    'ambiguous.npy': bytesNpy([2, 4, 4, 4], images(2, 64)),
    'both.npy': bytesNpy([2, 3, 4, 3], images(2, 36)),
    'grey.npy': bytesNpy([2, 4, 5], images(2, 20)),
    'features.npy': bytesNpy([2, 7], images(2, 7)),
    'flat.npy': bytesNpy([2], [1, 2]),
  });
  const open = (name: string, options = {}) =>
    openDataset(`npy:${folder}/${name}.npy,${folder}/y.npy`, { ...testSplit, ...options });
  await assertRefused(
    () => open('ambiguous'),
    /\[2, 4, 4, 4\].*write --layout channels-first or --layout channels-last/,
  );
  await assertRefused(() => open('both'), /write --layout/);
  assert.deepEqual((await open('both', { layout: 'NHWC' })).shape, [3, 3, 4]);
  assert.deepEqual((await open('both', { layout: 'NCHW' })).shape, [3, 4, 3]);
  assert.deepEqual((await open('grey')).shape, [1, 4, 5]);
  assert.deepEqual((await open('features')).shape, [7]);
  await assertRefused(() => open('flat'), /flat\.npy has the shape \[2\]; images are/);
  await assertRefused(
    () => openDataset(`npy:${folder}/grey.npy`, testSplit),
    /write npy:IMAGES\.npy,LABELS\.npy/,
  );
  assert.equal((await openDataset(`${folder}/grey.npy,${folder}/y.npy`, testSplit)).name, 'npy');
});

test('value ranges: taken from the values and said, declared, or asked for', async () => {
  const folder = temporaryFolder();
  const y = { dims: [2], dataType: 'uint8', data: Uint8Array.of(0, 1) } as const;
  const open = async (x: Parameters<typeof encodeNpy>[0], range?: { lower: number; upper: number }) => {
    writeFiles(folder, { 'v.npz': await encodeNpz({ x, y }) });
    return openDataset(`npz:${folder}/v.npz`, { ...testSplit, range });
  };
  const unit = await open(floats([2, 2], [0, 0.25, 0.5, 1]));
  assert.deepEqual(unit.range, { lower: 0, upper: 1 });
  assert.match(unit.notes?.[0] ?? '', /values from 0 to 1 were taken to range over \[0, 1\].*--data-range/);
  assert.deepEqual((await unit.read([1])).inputs, Float32Array.of(0.5, 1));
  const wide = await open(floats([2, 2], [0, 1, 2, 254.5]));
  assert.deepEqual([wide.range.upper, wide.notes?.length], [255, 1]);
  await assertRefused(() => open(floats([2, 2], [-1, 0, 0, 1])), /from -1 to 1: .* --data-range lower,upper/);
  await assertRefused(() => open(floats([2, 2], [0, 0, 0, 256])), /--data-range lower,upper/);
  const signed = await open(floats([2, 2], [-1, 0, 0, 1]), { lower: -1, upper: 1 });
  assert.deepEqual([signed.range, signed.notes], [{ lower: -1, upper: 1 }, undefined]);
  await assertRefused(
    () => open(floats([2, 2], [0, 0, 0.5, 1.25]), { lower: 0, upper: 1 }),
    /example 1 at position \[1\] is 1\.25, outside the data range 0 to 1/,
  );
  await assertRefused(() => open(floats([2, 2], [0, 0, 0, 1]), { lower: 1, upper: 1 }), /write --data-range/);
  const words = { dims: [2, 1], dataType: 'uint16', data: Uint16Array.of(0, 65535) } as const;
  await assertRefused(() => open(words), /from 0 to 65535: .*--data-range/);
  const sixteen = await open(words, { lower: 0, upper: 65535 });
  assert.deepEqual((await sixteen.read([0, 1])).inputs, Float32Array.of(0, 65535));
  const truth = await open({ dims: [2, 1], dataType: 'bool', data: Uint8Array.of(0, 1) });
  assert.deepEqual([truth.range.upper, (await truth.read([1])).inputs], [1, Float32Array.of(1)]);
  const binary = await open(
    { dims: [2, 1], dataType: 'uint8', data: Uint8Array.of(0, 1) },
    { lower: 0, upper: 1 },
  );
  assert.deepEqual([binary.range.upper, (await binary.read([1])).inputs], [1, Uint8Array.of(1)]);
  const doubles = await open({ dims: [2, 1], dataType: 'float64', data: Float64Array.of(0.1, 1) });
  assert.deepEqual((await doubles.read([0])).inputs, Float32Array.of(Math.fround(0.1)));
});

test('values that are no finite numbers, and labels that name no class, are refused by place', async () => {
  const folder = temporaryFolder();
  const x = floats([3, 1, 2, 2], new Array<number>(12).fill(0.5));
  const open = async (arrays: Parameters<typeof encodeNpz>[0]) => {
    writeFiles(folder, { 'v.npz': await encodeNpz({ x, ...arrays }) });
    return openDataset(`npz:${folder}/v.npz`, { ...testSplit, classCount: 10 });
  };
  const y = { dims: [3], dataType: 'int32', data: Int32Array.of(0, 9, 3) } as const;
  assert.equal((await open({ y })).size, 3);
  for (const bad of [NaN, Infinity, -Infinity]) {
    const values = Float32Array.from(x.data as Float32Array);
    values[10] = bad;
    await assertRefused(
      () => open({ x: { ...x, data: values }, y }),
      new RegExp(
        `x in .*v\\.npz: example 2 at position \\[0, 1, 0\\] is ${String(bad)}; every input must be`,
      ),
    );
  }
  const labelled = (...values: number[]) =>
    open({ y: { dims: [3], dataType: 'float64', data: Float64Array.from(values) } });
  assert.deepEqual([...(await (await labelled(0, 9, 3)).read([1])).labels], [9]);
  await assertRefused(() => labelled(0, 10, 3), /example 1 has the label 10; with 10 classes .* from 0 to 9/);
  await assertRefused(() => labelled(0, 1, -1), /example 2 has the label -1/);
  await assertRefused(() => labelled(0.5, 1, 1), /example 0 has the label 0\.5/);
  await assertRefused(() => labelled(NaN, 1, 1), /example 0 has the label NaN/);
  const oneHot = { dims: [3, 10], dataType: 'uint8', data: new Uint8Array(30) } as const;
  await assertRefused(() => open({ y: oneHot }), /\[3, 10\]; labels are one whole number.*argmax/);
  const tooMany = { dims: [4], dataType: 'uint8', data: new Uint8Array(4) } as const;
  await assertRefused(() => open({ y: tooMany }), /4 labels for 3 images/);
  const none = { dims: [0], dataType: 'uint8', data: new Uint8Array(0) } as const;
  await assertRefused(() => open({ x: { ...none, dims: [0, 2, 2] }, y: none }), /holds no examples/);
});

test('specifications that name no data are refused with the forms there are', async () => {
  const folder = writeFiles(temporaryFolder(), {
    'mixed/test_batch.bin': '',
    'mixed/test.bin': '',
    'unknown/a.txt': '',
  });
  const refused = (specification: string, ...patterns: RegExp[]) =>
    assertRefused(() => openDataset(specification, testSplit), ...patterns);
  const forms =
    /cifar10:FOLDER, cifar100:FOLDER, .*idx:IMAGES,LABELS, npz:FILE or npz:IMAGES,LABELS, npy:IMAGES,LABELS/;
  await refused('svhn:somewhere', /unknown data format 'svhn'/, forms);
  await refused(`${folder}/unknown`, /cannot tell the data format/, forms);
  await refused(`${folder}/mixed`, /cannot tell the data format/, forms);
  await refused(`${folder}/absent`, /absent: there is no such file or folder/);
  await refused('npz:', /no path in 'npz:': write npz:FILE/);
  await refused('', /cannot tell the data format of ''/);
  await refused('npz:absent.npz', /absent\.npz: there is no such file/);
  await assertRefused(
    () => openDataset('npz:a.npz', { ...testSplit, classCount: 0 }),
    /0 is not a number of classes/,
  );
});

test('the hash depends on order, labels, shape and element type, not on the reading of it', async () => {
  const folder = temporaryFolder();
  let number = 0;
  const hashOf = async (
    dims: number[],
    data: number[],
    labels: number[],
    dataType: 'uint8' | 'float32' = 'uint8',
  ) => {
    const name = `h${String(number++)}.npz`;
    const values = dataType === 'uint8' ? Uint8Array.from(data) : Float32Array.from(data);
    const y = { dims: [labels.length], dataType: 'uint8', data: Uint8Array.from(labels) } as const;
    writeFiles(folder, { [name]: await encodeNpz({ x: { dims, dataType, data: values }, y }) });
    const dataset = await openDataset(join(folder, name), { ...testSplit, range: { lower: 0, upper: 255 } });
    assert.equal(await dataset.hash(), await dataset.hash());
    return dataset.hash();
  };
  const same = await hashOf([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8], [0, 1]);
  assert.equal(await hashOf([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8], [0, 1]), same);
  const others = [
    await hashOf([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 9], [0, 1]),
    await hashOf([2, 2, 2], [5, 6, 7, 8, 1, 2, 3, 4], [1, 0]),
    await hashOf([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8], [1, 0]),
    await hashOf([2, 4], [1, 2, 3, 4, 5, 6, 7, 8], [0, 1]),
    await hashOf([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8], [0, 1], 'float32'),
  ];
  assert.equal(new Set([same, ...others]).size, 6);
});

test('real CIFAR-10', async (t) => {
  const folder = fileURLToPath(new URL('../../../shared/data/cifar-10-batches-bin', import.meta.url));
  if (!existsSync(folder)) {
    t.skip('../shared/data/cifar-10-batches-bin is absent');
    return;
  }
  const dataset = await openDataset(folder, testSplit);
  assert.deepEqual([dataset.name, dataset.size, dataset.classNames?.[3]], ['cifar10', 1000, 'cat']);
  assert.equal((await openDataset(folder, train)).size, 4000);
  const { inputs, labels } = await dataset.read([0, 999]);
  // The first test image of CIFAR-10 is a cat; its first red values are 158, 159, 165.
  assert.deepEqual([labels[0], ...inputs.subarray(0, 3)], [3, 158, 159, 165]);
});

test('real Fashion-MNIST', async (t) => {
  const folder = '/usr/share/datasets/fashion-mnist';
  if (!existsSync(folder)) {
    t.skip('the Debian package dataset-fashion-mnist is not installed');
    return;
  }
  for (const [split, size] of [
    ['train', 60000],
    ['test', 10000],
  ] as const) {
    const dataset = await openDataset(`idx:${folder}`, { split });
    assert.deepEqual([dataset.size, dataset.classCount, dataset.shape], [size, 10, [1, 28, 28]]);
    const { labels } = await dataset.read(Int32Array.from({ length: size }, (_, k) => k));
    assert.equal(labels[0], 9);
    // Every class has a tenth of the examples.
    assert.ok(
      [...Array(10).keys()].every((label) => labels.filter((one) => one === label).length === size / 10),
    );
  }
});
