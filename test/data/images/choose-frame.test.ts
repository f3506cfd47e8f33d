import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import type { DataOptions, Dataset } from '../../../src/data/dataset.ts';
import { openDataset } from '../../../src/data/open.ts';
import { channelsFirst, pattern, png, raw } from '../patterns.ts';
import { assertRefused, temporaryFolder, writeFiles } from '../synthetic.ts';

const greyPng = (height: number, width: number) =>
  raw(pattern(height, width, 1))
    .toColourspace('b-w')
    .png()
    .toBuffer();

/** A folder of one class each for the images, a, b, …, opened for the time of an action. */
async function withImages<T>(
  images: readonly Uint8Array[],
  options: Partial<DataOptions>,
  action: (dataset: Dataset) => T | Promise<T>,
): Promise<T> {
  const names = images.map((_, index) => `${String.fromCharCode(97 + index)}/1.png`);
  const folder = writeFiles(
    temporaryFolder(),
    Object.fromEntries(names.map((name, index) => [name, images[index] ?? ''])),
  );
  const dataset = await openDataset(`imagefolder:${folder}`, {
    split: 'test',
    decodingThreads: 1,
    ...options,
  });
  try {
    return await action(dataset);
  } finally {
    await dataset.dispose?.();
  }
}

test('images that have the asked size already are not resampled', async () => {
  await withImages([await png(8, 8), await png(8, 8)], { imageSize: 8 }, async (dataset) => {
    assert.deepEqual((await dataset.read([1])).inputs, channelsFirst(pattern(8, 8)));
    assert.equal(dataset.settings?.['resampling'], 'none');
  });
  await withImages([await png(8, 8), await png(10, 12)], { imageSize: 8 }, async (dataset) => {
    assert.deepEqual((await dataset.read([0])).inputs, channelsFirst(pattern(8, 8)));
    assert.match(dataset.notes?.join() ?? '', /have 8×8 already are left as they are, the others resized/);
    assert.equal(dataset.settings?.['resampling'], 'bilinear, shorter side 9, centre crop 8');
  });
});

test('the size is the model’s: used as it is, asked for where small images differ, else resized to', async () => {
  const large = [await png(90, 70), await png(90, 70)];
  await withImages(large, { inputShape: [3, 90, 70] }, async (dataset) => {
    assert.deepEqual(dataset.shape, [3, 90, 70]);
    assert.deepEqual((await dataset.read([0])).inputs, channelsFirst(pattern(90, 70)));
  });
  await withImages(large, { inputShape: [3, 21, 21] }, (dataset) => {
    assert.deepEqual(dataset.shape, [3, 21, 21]);
    assert.match(dataset.notes?.join() ?? '', /brought to 21×21; --image-size sets another/);
  });
  const refused = (images: readonly Uint8Array[], inputShape: readonly number[], pattern: RegExp) =>
    assertRefused(() => withImages(images, { inputShape }, () => undefined), pattern);
  await refused(
    [await png(9, 9)],
    [3, 8, 8],
    /have 9×9 pixels and the model takes 8×8: write --image-size 8/,
  );
  await refused([await png(9, 9)], [3, 8, 6], /store them at that size/);
  await refused(large, [3, 8, 6], /not square: store them at that size/);
});

test('grey images become three channels for a model of three; colours become grey only where asked', async () => {
  const grey = [await greyPng(8, 8), await greyPng(8, 8)];
  for (const options of [
    { inputShape: [3, 8, 8] },
    { inputShape: [3, 8, 8], imageSize: 8 },
    { channels: 3 },
  ]) {
    await withImages(grey, options, async (dataset) => {
      assert.deepEqual(dataset.shape, [3, 8, 8]);
      const { data } = pattern(8, 8, 1);
      assert.deepEqual((await dataset.read([0])).inputs, Uint8Array.from([...data, ...data, ...data]));
      assert.match(dataset.notes?.join() ?? '', /become three equal channels/);
    });
  }
  for (const options of [{ inputShape: [1, 8, 8] }, { inputShape: [1, 8, 8], imageSize: 8 }]) {
    await withImages(grey, options, (dataset) => {
      assert.deepEqual(dataset.shape, [1, 8, 8]);
    });
  }
  const colour = [await png(8, 8), await greyPng(8, 8)];
  await assertRefused(
    () => withImages(colour, { inputShape: [1, 8, 8] }, () => undefined),
    /in colour and the model takes one channel: write --image-channels 1/,
  );
  await withImages(colour, { inputShape: [1, 8, 8], channels: 1 }, async (dataset) => {
    const { data } = pattern(8, 8);
    const luma = Uint8Array.from({ length: 64 }, (_, k) => {
      const [red = 0, green = 0, blue = 0] = data.slice(3 * k, 3 * k + 3);
      return Math.floor((19595 * red + 38470 * green + 7471 * blue + 32768) / 65536);
    });
    assert.deepEqual((await dataset.read([0])).inputs, luma);
    assert.match(dataset.notes?.join() ?? '', /brought to grey/);
    assert.equal(dataset.settings?.['greyFromColour'], true);
  });
  await assertRefused(() => withImages(colour, { channels: 2 }, () => undefined), /--image-channels 2/);
});

test('16-bit images are read whole, mixed with others too, and asked about where they hold fewer bits', async () => {
  const deep = (scale: number) =>
    sharp(
      Uint16Array.from({ length: 64 }, (_, k) => k * scale),
      { raw: { width: 8, height: 8, channels: 1 } },
    )
      .toColourspace('grey16')
      .png()
      .toBuffer();
  await withImages([await deep(1001), await greyPng(8, 8)], {}, async (dataset) => {
    assert.deepEqual([dataset.shape, dataset.range], [[1, 8, 8], { lower: 0, upper: 65535 }]);
    const { inputs } = await dataset.read([0, 1]);
    const spread = Array.from(pattern(8, 8, 1).data, (level) => 257 * level);
    assert.deepEqual(
      inputs,
      Float32Array.from([...Array.from({ length: 64 }, (_, k) => 1001 * k), ...spread]),
    );
    assert.match(dataset.notes?.join() ?? '', /16 bits a level, and all of them are read/);
  });
  const twelve = [await deep(65), await deep(64)];
  await assertRefused(
    () => withImages(twelve, {}, () => undefined),
    /no level above 4095: write .*--data-range 0,65535 or, e\.g\., --data-range 0,4095/,
  );
  await withImages(twelve, { range: { lower: 0, upper: 4095 } }, async (dataset) => {
    assert.equal(dataset.range.upper, 4095);
    assert.equal((await dataset.read([0])).inputs[63], 4095);
  });
  await withImages([await deep(1001)], { range: { lower: 0, upper: 4095 } }, (dataset) =>
    assertRefused(() => dataset.read([0]), /level 5005, above the data range 0 to 4095|above the data range/),
  );
});

test('an image however long costs no more than what is taken of it', async () => {
  const long = await raw({ data: new Uint8Array(60000).fill(9), height: 1, width: 20000, channels: 3 })
    .png()
    .toBuffer();
  await withImages([long], { imageSize: 224 }, async (dataset) => {
    const { inputs } = await dataset.read([0]);
    assert.ok(inputs.length === 3 * 224 * 224 && inputs.every((level) => level === 9));
  });
});

test('what operating systems leave is no data; other files are said, and images that cannot be read refused', async () => {
  const image = await png(8, 8);
  const folder = writeFiles(temporaryFolder(), {
    'a/1.png': image,
    'a/._1.png': 'AppleDouble',
    'a/.DS_Store': '',
    'b/2.BMP': 'BM',
    'b/Thumbs.db': '',
    '__MACOSX/a/._1.png': '',
    '@eaDir/a/1.png': image,
    'stray.png': image,
    'b/readme.txt': '',
  });
  const open = () => openDataset(`imagefolder:${folder}`, { split: 'test', imageSize: 8 });
  const dataset = await open();
  assert.deepEqual([dataset.classNames, dataset.size], [['a', 'b'], 2]);
  assert.match(
    dataset.notes?.join() ?? '',
    /1 files in .* are no images and left out, e\.g\. b\/readme\.txt/,
  );
  assert.match(dataset.notes?.join() ?? '', /1 files in .* lie outside the folders .*, e\.g\. stray\.png/);
  writeFiles(folder, { 'b/3.heic': '' });
  await assertRefused(open, /an image of a kind that is not read, b\/3\.heic: convert it to PNG/);
});
