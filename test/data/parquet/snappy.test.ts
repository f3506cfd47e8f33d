import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snappyDecompress } from '../../../src/data/parquet/snappy.ts';
import { ParquetFault } from '../../../src/data/parquet/thrift.ts';

const of = (length: number, ...bytes: number[]) => snappyDecompress(Uint8Array.from(bytes), length);

test('literals and copies, near, far and over themselves', () => {
  assert.deepEqual(of(3, 3, 2 << 2, 7, 8, 9), Uint8Array.of(7, 8, 9));
  // One byte repeated: a copy of four from one behind.
  assert.deepEqual(of(5, 5, 0, 7, 1, 1), Uint8Array.of(7, 7, 7, 7, 7));
  // The same by offsets of two and four bytes.
  assert.deepEqual(of(4, 4, 1 << 2, 7, 8, (1 << 2) | 2, 2, 0), Uint8Array.of(7, 8, 7, 8));
  assert.deepEqual(of(4, 4, 1 << 2, 7, 8, (1 << 2) | 3, 2, 0, 0, 0), Uint8Array.of(7, 8, 7, 8));
  // A literal whose length takes a byte of its own, behind a length of two bytes.
  const long = Uint8Array.from({ length: 200 }, (_, k) => k);
  assert.deepEqual(of(200, 200, 1, 60 << 2, 199, ...long), long);
  assert.deepEqual(of(0, 0), new Uint8Array(0));
});

test('lengths and offsets beyond the input or the output are refused', () => {
  const cases: readonly (readonly [number, readonly number[]])[] = [
    [3, []],
    [3, [0x83]],
    [4, [3, 2 << 2, 7, 8, 9]],
    [3, [3, 2 << 2, 7, 8]],
    [3, [3, 3 << 2, 7, 8, 9, 9]],
    [3, [3, 0, 7]],
    [5, [5, 0, 7, 1, 0]],
    [5, [5, 0, 7, 1, 2]],
    [4, [4, 0, 7, 1, 1]],
    // A literal of 2³² bytes, whose length as a signed number is negative.
    [3, [3, 63 << 2, 0xff, 0xff, 0xff, 0xff, 7, 8, 9]],
    [3, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ];
  for (const [length, bytes] of cases) assert.throws(() => of(length, ...bytes), ParquetFault);
});
