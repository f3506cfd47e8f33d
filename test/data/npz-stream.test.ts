import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from '../../src/data/crc32.ts';
import { createNpzStream, type NpzColumn } from '../../src/data/npz-stream.ts';
import { decodeNpz, encodeNpz } from '../../src/data/npz.ts';
import { readZipDirectory } from '../../src/data/zip.ts';
import { directory, localHeader, localHeaderSize } from '../../src/data/zip-write.ts';
import { temporaryFolder } from './synthetic.ts';

const folder = temporaryFolder();
const columns: readonly NpzColumn[] = [
  { name: 'x', dataType: 'float32', shape: [2, 3] },
  { name: 'y', dataType: 'int32', shape: [] },
  { name: 'clean', dataType: 'uint8', shape: [5] },
];

/** Rows from `start` on. */
const rowsOf = (start: number, count: number) => ({
  x: Float32Array.from({ length: 6 * count }, (_, index) => (6 * start + index) / 7),
  y: Int32Array.from({ length: count }, (_, index) => -start - index),
  clean: Uint8Array.from({ length: 5 * count }, (_, index) => (5 * start + index) % 251),
});

/** The same in memory. */
const wholeOf = async (count: number): Promise<Buffer> => {
  const { x, y, clean } = rowsOf(0, count);
  return Buffer.from(
    await encodeNpz({
      x: { dims: [count, 2, 3], dataType: 'float32', data: x },
      y: { dims: [count], dataType: 'int32', data: y },
      clean: { dims: [count, 5], dataType: 'uint8', data: clean },
    }),
  );
};

test('rows in portions give the bytes of the whole', async () => {
  const path = join(folder, 'whole.npz');
  const stream = await createNpzStream(path, columns, 9);
  for (const [start, count] of [
    [0, 4],
    [4, 1],
    [5, 0],
    [5, 4],
  ] as const) {
    await stream.append(rowsOf(start, count));
  }
  assert.equal(stream.rows, 9);
  await assert.rejects(readFile(path), { code: 'ENOENT' });
  await stream.finish(9);
  assert.deepEqual(await readFile(path), await wholeOf(9));
  assert.deepEqual(await readdir(folder), ['whole.npz']);
});

test('fewer rows than planned, or than were appended, are moved together', async () => {
  // Enough planned rows that their number makes the header of the array longer.
  for (const [planned, given, kept] of [
    [9, 4, 4],
    [9, 9, 5],
    [2000, 700, 699],
    [10 ** 9, 3, 3],
    [5, 2, 0],
  ] as const) {
    const path = join(folder, 'fewer.npz');
    const stream = await createNpzStream(path, columns, planned);
    await stream.append(rowsOf(0, given));
    await stream.finish(kept);
    assert.deepEqual(await readFile(path), await wholeOf(kept), `${String(kept)} of ${String(planned)}`);
    await rm(path);
  }
});

test('a file beyond 4 GiB has sizes and places of 64 bits', () => {
  // The directory alone: what it says is read back by the reader's own parser, over entries of no bytes.
  const entries = [
    { name: 'x.npy', crc: 1, size: 5 * 2 ** 32, offset: 0 },
    { name: 'y.npy', crc: 2, size: 8, offset: 6 * 2 ** 32 },
  ];
  const bytes = Buffer.from(directory(entries, 7 * 2 ** 32));
  // x: both sizes; y: its place; then the record of 64 bits, its locator, and the end with everything beyond.
  const xExtra = bytes.indexOf('x.npy') + 5;
  assert.deepEqual([bytes.readUInt16LE(xExtra), bytes.readUInt16LE(xExtra + 2)], [1, 16]);
  assert.equal(bytes.readBigUInt64LE(xExtra + 4), BigInt(5 * 2 ** 32));
  const yExtra = bytes.indexOf('y.npy') + 5;
  assert.deepEqual([bytes.readUInt16LE(yExtra), bytes.readUInt16LE(yExtra + 2)], [1, 8]);
  assert.equal(bytes.readBigUInt64LE(yExtra + 4), BigInt(6 * 2 ** 32));
  const end = bytes.length - 22;
  assert.deepEqual([bytes.readUInt32LE(end + 12), bytes.readUInt32LE(end + 16)], [yExtra + 12, 0xffffffff]);
  const end64 = end - 20 - 56;
  assert.equal(bytes.readUInt32LE(end64), 0x06064b50);
  assert.equal(bytes.readBigUInt64LE(end64 + 32), 2n);
  assert.equal(bytes.readBigUInt64LE(end64 + 48), BigInt(7 * 2 ** 32));
  assert.equal(bytes.readBigUInt64LE(end - 20 + 8), BigInt(7 * 2 ** 32 + end64));
});

test('entries framed by hand are read back', () => {
  const content = Buffer.from('content');
  const entry = { name: 'a.npy', crc: crc32(content), size: content.length, offset: 0 };
  const before = localHeader(entry);
  assert.equal(before.length, localHeaderSize(entry.name));
  const file = Buffer.concat([before, content, directory([entry], before.length + content.length)]);
  const [read] = readZipDirectory(file);
  assert.deepEqual([read?.name, read?.crc, read?.size, read?.start], ['a.npy', entry.crc, 7, before.length]);
});

test('a checksum goes on from the one before', () => {
  const bytes = Buffer.from('123456789');
  assert.equal(crc32(bytes), 0xcbf43926);
  assert.equal(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4))), 0xcbf43926);
});

test('nothing is left of a file that was given up or cannot be written', async () => {
  const own = join(folder, 'own');
  const path = join(own, 'a.npz');
  const abandoned = await createNpzStream(path, columns, 3);
  await abandoned.append(rowsOf(0, 2));
  assert.equal((await readdir(own)).length, 1);
  await abandoned.abandon();
  assert.deepEqual(await readdir(own), []);

  const lost = await createNpzStream(path, columns, 3);
  await rm(own, { recursive: true });
  await assert.rejects(lost.append(rowsOf(0, 1)), {
    name: 'InputError',
    message: /^cannot write .*a\.npz: /,
  });

  await writeFile(own, 'a file');
  await assert.rejects(createNpzStream(join(own, 'deep', 'a.npz'), columns, 3), {
    name: 'InputError',
    message: /a part of the path/,
  });
});

test('what fits neither plan nor columns is a fault of the program', async () => {
  const stream = await createNpzStream(join(folder, 'faulty.npz'), columns, 2);
  await assert.rejects(stream.append(rowsOf(0, 3)), RangeError);
  await assert.rejects(stream.append({ ...rowsOf(0, 1), y: new Int32Array(2) }), RangeError);
  await assert.rejects(stream.finish(1), RangeError);
  await stream.abandon();
});

test('the reader finds every array by its checksum', async () => {
  const path = join(folder, 'read.npz');
  const stream = await createNpzStream(path, columns, 3);
  await stream.append(rowsOf(0, 3));
  await stream.finish(3);
  const { clean } = decodeNpz(await readFile(path), path, ['clean']);
  assert.deepEqual(clean.data, rowsOf(0, 3).clean);
});
