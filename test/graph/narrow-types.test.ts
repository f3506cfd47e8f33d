/** Numbers of narrow types against those that ml_dtypes gives for the same bits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { narrowRange, narrowTypeOf } from '../../src/graph/narrow-types.ts';

const expected: readonly (readonly [number, string, Readonly<Record<number, number>>])[] = [
  [17, 'float8e4m3fn', { 0x01: 2 ** -9, 0x38: 1, 0x7e: 448, 0x7f: NaN, 0x80: -0, 0xb5: -0.8125, 0xff: NaN }],
  [18, 'float8e4m3fnuz', { 0x01: 2 ** -10, 0x40: 1, 0x7f: 240, 0x80: NaN, 0xff: -240 }],
  [19, 'float8e5m2', { 0x01: 2 ** -16, 0x3c: 1, 0x7b: 57344, 0x7c: Infinity, 0x7d: NaN, 0xfc: -Infinity }],
  [20, 'float8e5m2fnuz', { 0x01: 2 ** -17, 0x40: 1, 0x7f: 57344, 0x80: NaN, 0xc2: -1.5 }],
  [21, 'uint4', { 0: 0, 7: 7, 15: 15 }],
  [22, 'int4', { 0: 0, 7: 7, 8: -8, 15: -1 }],
  [23, 'float4e2m1', { 1: 0.5, 2: 1, 3: 1.5, 7: 6, 9: -0.5, 15: -6 }],
  [24, 'float8e8m0', { 0: 2 ** -127, 127: 1, 130: 8, 254: 2 ** 127, 255: NaN }],
  [25, 'uint2', { 1: 1, 3: 3 }],
  [26, 'int2', { 1: 1, 2: -2, 3: -1 }],
];

test('bits become the numbers that they stand for', () => {
  for (const [code, name, numbers] of expected) {
    const type = narrowTypeOf(code);
    assert.equal(type?.name, name);
    for (const [bits, number] of Object.entries(numbers)) {
      assert.equal(type.numberOf(Number(bits)), number, `${name}, bits ${bits}`);
    }
  }
  assert.equal(narrowTypeOf(10), undefined);
});

test('only integers have a range', () => {
  assert.deepEqual(
    [21, 22, 25, 26, 17, 2].map((code) => narrowRange(code)),
    [[0, 15], [-8, 7], [0, 3], [-2, 1], undefined, undefined],
  );
});
