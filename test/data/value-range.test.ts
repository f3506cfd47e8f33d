import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encodeNpz } from '../../src/data/npz.ts';
import { openDataset } from '../../src/data/open.ts';
import type { NumericArray } from '../../src/data/numeric-array.ts';
import type { ValueRange } from '../../src/data/dataset.ts';
import { assertRefused, bytesNpy, floats, idxOfBytes, temporaryFolder, writeFiles } from './synthetic.ts';

const split = 'test';
const y: NumericArray = { dims: [2], dataType: 'uint8', data: Uint8Array.of(0, 1) };
const unit = { lower: 0, upper: 1 };

async function open(x: NumericArray, range?: ValueRange) {
  const folder = writeFiles(temporaryFolder(), { 'v.npz': await encodeNpz({ x, y }) });
  return openDataset(`npz:${folder}/v.npz`, { split, range });
}

test('floats a hair outside 0 to 1 or 0 to 255 are clipped and said; further out the range is asked for', async () => {
  for (const values of [
    [0, 0.5, 1, 1.0000001],
    [-1e-8, 0.5, 0, 1],
    [-0.0005, 0, 0, 1.0009],
  ]) {
    const dataset = await open(floats([2, 2], values));
    const { range, notes, settings } = dataset;
    assert.deepEqual(range, unit);
    assert.match(notes?.join() ?? '', /values a rounding error outside \[0, 1\] were clipped to it/);
    assert.ok(Number(settings?.['clippedValues']) > 0);
    const { inputs } = await dataset.read([0, 1]);
    assert.ok(inputs.every((value) => value >= 0 && value <= 1));
  }
  const bytes = await open(floats([2, 2], [0, 255.00002, 100, 3]));
  assert.deepEqual(bytes.range.upper, 255);
  assert.equal((await bytes.read([0])).inputs[1], 255);
  const declared = await open(floats([2, 2], [-1.0000001, 0, 0, 1]), { lower: -1, upper: 1 });
  assert.equal((await declared.read([0])).inputs[0], -1);
  for (const values of [
    [0, 0, 0, 1.01],
    [0, 4, 8, 16],
    [0, 0, 0, 256],
    [-2.1, 0, 0, 2.6],
  ]) {
    await assertRefused(
      () => open(floats([2, 2], values)),
      /say what range they come from with --data-range/,
    );
  }
  await assertRefused(() => open(floats([2, 2], [-1, 0, 0, 1])), /such as --data-range -1,1/);
});

test('whole numbers of which none is above 1 are asked about in every reader; dim ones are said', async () => {
  const asked = /none is above 1: say what range they come from, --data-range 0,1 .* or --data-range 0,255/;
  const content = Uint8Array.of(0, 1, 1, 0);
  for (const dataType of ['uint8', 'int8', 'int64', 'uint16'] as const) {
    const data =
      dataType === 'int64'
        ? BigInt64Array.from([0n, 1n, 1n, 0n])
        : dataType === 'uint16'
          ? Uint16Array.from(content)
          : dataType === 'int8'
            ? Int8Array.from(content)
            : content;
    const x: NumericArray = { dims: [2, 2], dataType, data };
    await assertRefused(() => open(x), asked);
    assert.equal((await open(x, unit)).range.upper, 1);
    assert.equal((await open(x, { lower: 0, upper: 255 })).range.upper, 255);
  }
  const images = idxOfBytes([2, 1, 2], content);
  const folder = writeFiles(temporaryFolder(), {
    'test-images-idx3-ubyte': images,
    'test-labels-idx1-ubyte': idxOfBytes([2], Uint8Array.of(0, 1)),
    'zipped/test-images-idx3-ubyte.gz': gzipSync(images),
    'zipped/test-labels-idx1-ubyte': idxOfBytes([2], Uint8Array.of(0, 1)),
    'x.npy': bytesNpy([2, 1, 2], content),
    'y.npy': bytesNpy([2], [0, 1]),
  });
  for (const place of [`idx:${folder}`, `idx:${folder}/zipped`, `npy:${folder}/x.npy,${folder}/y.npy`]) {
    await assertRefused(() => openDataset(place, { split }), asked);
    const { range, settings } = await openDataset(place, { split, range: unit });
    assert.deepEqual([range, settings?.['range']], [unit, '0,1']);
  }
  const dim = await open({ dims: [2, 2], dataType: 'uint8', data: Uint8Array.of(0, 3, 16, 2) });
  assert.match(dim.notes?.join() ?? '', /whole numbers from 0 to 16 were taken to range over \[0, 255\]/);
  const black = await open({ dims: [2, 2], dataType: 'uint8', data: new Uint8Array(4) });
  assert.deepEqual([black.range.upper, black.notes], [255, undefined]);
});
