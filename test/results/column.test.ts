import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ColumnArrays, decodeColumn, encodeColumn } from '../../src/results/column.ts';

test('numbers come back to the bit, of every type', () => {
  const arrays = fc.oneof(
    fc.int32Array(),
    fc.uint8Array(),
    fc.float32Array({ noNaN: true }),
    fc.float64Array({ noNaN: true }),
  );
  fc.assert(
    fc.property(arrays, (values: ColumnArrays[keyof ColumnArrays]) => {
      const column = encodeColumn(values);
      assert.equal(column.length, values.length);
      assert.deepEqual(decodeColumn(column, column.type), values);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('bytes are little-endian', () => {
  assert.deepEqual(encodeColumn(Int32Array.of(1, -2)), { type: 'int32', length: 2, base64: 'AQAAAP7///8=' });
  assert.deepEqual(encodeColumn(Float32Array.of(1)), { type: 'float32', length: 1, base64: 'AACAPw==' });
  assert.deepEqual(encodeColumn(Float64Array.of(-0.5)), {
    type: 'float64',
    length: 1,
    base64: 'AAAAAAAA4L8=',
  });
  assert.deepEqual(encodeColumn(Uint8Array.of(255)), { type: 'uint8', length: 1, base64: '/w==' });
});

test('a part of a longer array is encoded alone', () => {
  const whole = Int32Array.of(7, 8, 9);
  assert.deepEqual(encodeColumn(whole.subarray(1, 2)), encodeColumn(Int32Array.of(8)));
});

test('a column of another type, or of other bytes than it says, is refused', () => {
  const column = encodeColumn(Int32Array.of(1, 2));
  assert.throws(() => decodeColumn(column, 'float32'), RangeError);
  assert.throws(() => decodeColumn({ ...column, length: 3 }, 'int32'), /holds 8 bytes, expected 12/);
});
