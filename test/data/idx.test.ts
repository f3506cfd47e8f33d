import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeIdx } from '../../src/data/idx.ts';
import { assertRefused, idxOfBytes } from './synthetic.ts';

/** Each element type: its code, how to draw elements, and how DataView writes them. */
const types = [
  [0x08, 'uint8', fc.integer({ min: 0, max: 255 }), Uint8Array, 'setUint8'],
  [0x09, 'int8', fc.integer({ min: -128, max: 127 }), Int8Array, 'setInt8'],
  [0x0b, 'int16', fc.integer({ min: -32768, max: 32767 }), Int16Array, 'setInt16'],
  [0x0c, 'int32', fc.integer(), Int32Array, 'setInt32'],
  [0x0d, 'float32', fc.float(), Float32Array, 'setFloat32'],
  [0x0e, 'float64', fc.double(), Float64Array, 'setFloat64'],
] as const;

const cases = fc
  .tuple(fc.constantFrom(...types), fc.array(fc.nat(4), { minLength: 1, maxLength: 4 }))
  .chain(([type, dims]) => {
    const length = dims.reduce((product, dim) => product * dim, 1);
    const values: fc.Arbitrary<number[]> = fc.array(type[2], { minLength: length, maxLength: length });
    return values.map((drawn) => ({ type, dims, values: drawn }));
  });

test('every element type and shape decodes to what was written', () => {
  fc.assert(
    fc.property(cases, ({ type: [code, dataType, , constructor, set], dims, values }) => {
      const size = constructor.BYTES_PER_ELEMENT;
      const start = 4 + 4 * dims.length;
      const bytes = new Uint8Array(start + values.length * size);
      const view = new DataView(bytes.buffer);
      bytes.set([0, 0, code, dims.length]);
      dims.forEach((dim, axis) => {
        view.setUint32(4 + 4 * axis, dim);
      });
      values.forEach((value, k) => {
        view[set](start + k * size, value);
      });
      assert.deepEqual(decodeIdx(bytes, 'a'), { dims, dataType, data: constructor.from(values) });
    }),
    { seed: 8, numRuns: 200 },
  );
});

test('a file cut anywhere is refused', async () => {
  const whole = idxOfBytes([2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6));
  for (let length = 0; length < whole.length; length++) {
    await assertRefused(
      () => decodeIdx(whole.subarray(0, length), 'dir/a'),
      /dir\/a.*(truncated|not an IDX file)/,
    );
  }
});
