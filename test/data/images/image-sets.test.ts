import assert from 'node:assert/strict';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Augmentation } from '../../../src/data/augment.ts';
import type { DataOptions, Dataset } from '../../../src/data/dataset.ts';
import { decodeImage } from '../../../src/data/decoding/decode.ts';
import { frameImage } from '../../../src/data/decoding/frame.ts';
import { openDataset } from '../../../src/data/open.ts';
import { channelsFirst, pattern, png, raw } from '../patterns.ts';
import { assertRefused, temporaryFolder, writeFiles } from '../synthetic.ts';
import { tarOf } from './tar-file.ts';

const train = { split: 'train' };
const testSplit = { split: 'test' };

/** Opens a data set for the time of an action. */
async function withDataset<T>(
  specification: string,
  options: DataOptions,
  action: (dataset: Dataset) => T | Promise<T>,
): Promise<T> {
  const dataset = await openDataset(specification, options);
  try {
    return await action(dataset);
  } finally {
    await dataset.dispose?.();
  }
}

const places: Readonly<Record<string, readonly [number, number]>> = {
  'train/owl/b.png': [30, 40],
  'train/owl/a.PNG': [50, 33],
  'train/cat/deep/c.png': [29, 29],
  'val/cat/d.png': [35, 31],
  'val/owl/e.png': [28, 90],
};

async function files(): Promise<Record<string, Buffer>> {
  const encoded = await Promise.all(
    Object.entries(places).map(async ([name, size]) => [name, await png(...size)] as const),
  );
  return Object.fromEntries(encoded);
}

test('a folder of splits and classes, a tar file of it and a folder of tar files are one data set', async () => {
  const folder = temporaryFolder();
  const content = await files();
  writeFiles(`${folder}/set`, {
    ...content,
    'train/owl/.hidden.png': '',
    'train/owl/note.txt': 'no image',
    LICENSE: '',
  });
  const entries = Object.entries(content).map(([name, bytes]) => ({ name, content: bytes }));
  const below = (start: string) =>
    tarOf(
      entries
        .filter(({ name }) => name.startsWith(start))
        .map((entry) => ({ ...entry, name: `./${entry.name.slice(start.length)}` })),
    );
  const classes = tarOf([
    { name: 'owl.tar', content: below('train/owl/') },
    { name: 'cat.tar', content: below('train/cat/') },
  ]);
  writeFiles(folder, {
    'flat.tar': tarOf(entries),
    'rooted.tar': tarOf([
      { name: 'root/README', content: Buffer.from('x') },
      ...entries.map((entry) => ({ ...entry, name: `root/${entry.name}` })),
    ]),
    'splits/train.tar': tarOf(entries.filter(({ name }) => name.startsWith('train/'))),
    'splits/val.tar': below('val/'),
    'classes/train/owl.tar': below('train/owl/'),
    'classes/train/cat.tar': below('train/cat/'),
    'classes.tar': classes,
  });
  const hashes = new Set<string>();
  for (const specification of [
    `imagefolder:${folder}/set`,
    `${folder}/flat.tar`,
    `${folder}/splits`,
    `imagetar:${folder}/classes`,
    `imagetar:${folder}/classes.tar`,
    `imagetar:${folder}/rooted.tar`,
  ]) {
    await withDataset(specification, { ...train, imageSize: 28, decodingThreads: 1 }, async (dataset) => {
      assert.deepEqual(dataset.classNames, ['cat', 'owl'], specification);
      assert.deepEqual(dataset.labels, Int32Array.of(0, 1, 1));
      assert.deepEqual([dataset.shape, dataset.classCount, dataset.size], [[3, 28, 28], 2, 3]);
      const frame = { channels: 3, height: 28, width: 28, own: false } as const;
      const { inputs, labels } = await dataset.read([2, 0]);
      assert.deepEqual(labels, Int32Array.of(1, 0));
      const expected = [pattern(30, 40), pattern(29, 29)].map((image) => frameImage(image, frame, 0));
      assert.deepEqual(inputs, Uint8Array.from(expected.flatMap((image) => Array.from(image))));
      hashes.add(await dataset.hash());
    });
  }
  assert.equal(hashes.size, 1);
  await withDataset(`imagefolder:${folder}/set`, { ...testSplit, decodingThreads: 1 }, async (dataset) => {
    assert.deepEqual([dataset.size, dataset.shape], [2, [3, 224, 224]]);
    assert.ok(!hashes.has(await dataset.hash()));
    assert.match(dataset.notes?.join() ?? '', /brought to 224×224; --image-size sets another/);
  });
  await withDataset(`imagefolder:${folder}/set`, train, ({ notes }) => {
    assert.match(
      notes?.join() ?? '',
      /1 files in .* are no images and left out, e\.g\. train\/owl\/note\.txt/,
    );
  });
});

test('augmented images belong to seed, epoch and example, not to the threads or the batch', async () => {
  const folder = writeFiles(temporaryFolder(), await files());
  const crop = {
    kind: 'random-area',
    area: [0.08, 1],
    aspect: [3 / 4, 4 / 3],
    interpolation: 'bicubic',
  } as const;
  const augmentation: Augmentation = { crop, flip: true };
  const options = { ...train, imageSize: 20 };
  const specification = `imagefolder:${folder}`;
  const draw = (indices: readonly number[]) => ({ seed: 9, epoch: 4, indices });
  const one = await withDataset(specification, { ...options, decodingThreads: 1 }, async (dataset) => {
    // Several requests under way at once.
    const parts = await Promise.all(
      [2, 0, 1].map(async (index) => dataset.readAugmented?.([index], augmentation, draw([index]))),
    );
    return Uint8Array.from(parts.flatMap((part) => Array.from(part?.inputs ?? [])));
  });
  const three = await withDataset(specification, { ...options, decodingThreads: 3 }, (dataset) =>
    dataset.readAugmented?.([2, 0, 1], augmentation, draw([2, 0, 1])),
  );
  assert.deepEqual(three?.inputs, one);
  const frame = { channels: 3, height: 20, width: 20, own: false } as const;
  const how = { augmentation, draw: { seed: 9, epoch: 4 } };
  assert.deepEqual(one.subarray(0, 1200), frameImage(pattern(30, 40), frame, 2, how));
});

test('small images of one size are used as they are, in grey where all are', async () => {
  const folder = temporaryFolder();
  const grey = (value: number) =>
    raw({ ...pattern(9, 12, 1), data: new Uint8Array(108).fill(value) })
      .toColourspace('b-w')
      .png()
      .toBuffer();
  writeFiles(folder, {
    'grey/a/1.png': await grey(3),
    'grey/b/1.png': await grey(5),
    'colour/a/1.png': await png(9, 12),
    'colour/a/2.png': await grey(7),
  });
  await withDataset(`imagefolder:${folder}/grey`, train, async (dataset) => {
    assert.deepEqual(dataset.shape, [1, 9, 12]);
    const { inputs } = await dataset.read([1, 0]);
    assert.deepEqual(
      inputs,
      Uint8Array.from({ length: 216 }, (_, k) => (k < 108 ? 5 : 3)),
    );
    assert.match(
      dataset.notes?.join() ?? '',
      /own size, 9×12, in grey; .*has no folders for splits|no folders for splits; .*own size, 9×12, in grey/,
    );
  });
  await withDataset(`imagefolder:${folder}/colour`, train, async (dataset) => {
    assert.deepEqual(dataset.shape, [3, 9, 12]);
    const { inputs } = await dataset.read([0, 1]);
    assert.deepEqual(inputs.slice(0, 324), channelsFirst(pattern(9, 12)));
    assert.deepEqual(inputs.slice(324), new Uint8Array(324).fill(7));
  });
});

test('a layout that numbers classes wrongly, or none, is refused', async () => {
  const folder = temporaryFolder();
  const image = await png(9, 9);
  const refused = (
    name: string,
    names: readonly string[],
    options: DataOptions,
    ...patterns: readonly RegExp[]
  ) => {
    const place = writeFiles(`${folder}/${name}`, Object.fromEntries(names.map((path) => [path, image])));
    return assertRefused(() => openDataset(`imagefolder:${place}`, options), ...patterns);
  };
  await refused(
    'flat',
    ['1.png'],
    train,
    /has images, but no folder for each class: lay them out as CLASS\/IMAGE/,
  );
  await refused('none', ['a/1.txt'], train, /the class a holds no image/);
  await refused('empty', ['a/1.png', 'b/1.txt'], train, /folder of the class b holds no image/);
  await refused(
    'missing',
    ['train/a/1.png', 'train/b/1.png', 'val/b/1.png'],
    testSplit,
    /val has no folder for the class a, which train has \(1 and 2 classes\)/,
  );
  await refused(
    'extra',
    ['train/a/1.png', 'test/a/1.png', 'test/c/1.png'],
    testSplit,
    /test has a folder for the class c, which train has not/,
  );
  await refused('absent', ['train/a/1.png'], testSplit, /no test data, only train: write --split train/);
  await refused(
    'unsorted',
    ['train/a/1.png', 'val/1.png'],
    testSplit,
    /images in val\/, but no folder for each class there/,
  );
  await refused('classes', ['a/1.png'], { ...train, classCount: 10 }, /has 1 classes, the model has 10/);
  await refused('layout', ['a/1.png'], { ...train, layout: 'NHWC' }, /leave --layout out/);
  await refused('range', ['a/1.png'], { ...train, range: { lower: 0, upper: 1 } }, /leave --data-range out/);
  for (const imageSize of [0, 1.5, NaN, 1e6])
    await refused('size', ['a/1.png'], { ...train, imageSize }, /--image-size/);
  for (const decodingThreads of [0, 1.5])
    await refused('threads', ['a/1.png'], { ...train, decodingThreads }, /number of decoding threads/);
  await assertRefused(() => openDataset(`imagefolder:${folder}/nowhere`, train), /no such file or folder/);
  await assertRefused(() => openDataset(`imagefolder:${folder}/flat/1.png`, train), /write imagetar:/);
  await assertRefused(() => openDataset(`imagetar:${folder}/flat`, train), /holds no \.tar file/);
  symlinkSync(`${folder}/gone`, join(writeFiles(`${folder}/link`, { 'a/1.png': image }), 'a/2.png'));
  await assertRefused(() => openDataset(`imagefolder:${folder}/link`, train), /cannot follow the link/);
});

test('a damaged image is named with its class, the first one whatever the threads; others can still be read', async () => {
  const folder = temporaryFolder();
  const image = await png(90, 90);
  const names = Array.from({ length: 30 }, (_, k) => `a/${String(k).padStart(2, '0')}.png`);
  writeFiles(folder, Object.fromEntries(names.map((name) => [name, image])));
  writeFiles(folder, { 'a/13.png': image.subarray(0, 300), 'a/12.png': 'no image', 'a/27.png': '' });
  for (const decodingThreads of [1, 2, 3]) {
    await withDataset(
      `imagefolder:${folder}`,
      { ...train, imageSize: 10, decodingThreads },
      async (dataset) => {
        const all = names.map((_, index) => index);
        await assertRefused(() => dataset.read(all), /a\/12\.png \(class a\): it cannot be decoded/);
        await assertRefused(() => dataset.read([27, 12]), /a\/27\.png/);
        assert.equal((await dataset.read([0, 29])).inputs.length, 600);
        await assert.rejects(() => dataset.read([30]), RangeError);
      },
    );
  }
});

test('reading goes on after dispose, and photographs are read as they are decoded alone', async (context) => {
  const folder = new URL('../../../../shared/data/imagenet-sample', import.meta.url).pathname;
  if (!existsSync(folder)) {
    context.skip('../shared/data/imagenet-sample is not there');
    return;
  }
  const { readFile } = await import('node:fs/promises');
  await withDataset(`imagefolder:${folder}`, { ...testSplit, imageSize: 96 }, async (dataset) => {
    assert.deepEqual([dataset.size, dataset.classCount, dataset.shape], [100, 100, [3, 96, 96]]);
    const first = await dataset.read([3]);
    await dataset.dispose?.();
    assert.deepEqual(await dataset.read([3]), first);
    const { readdirSync } = await import('node:fs');
    const name = dataset.classNames?.[3] ?? '';
    const [file = ''] = readdirSync(join(folder, name));
    const image = await decodeImage(await readFile(join(folder, name, file)), { channels: 3 });
    assert.deepEqual(first.inputs, frameImage(image, { channels: 3, height: 96, width: 96, own: false }, 3));
  });
});
