import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import fc from 'fast-check';
import { type NpyArray, decodeNpy, encodeNpy, readNpy } from '../../src/data/npy.ts';
import { assertRefused } from './synthetic.ts';

/** Files written by NumPy 2 (numpy.lib.format.write_array), in base64. */
const written = {
  // np.asfortranarray(np.arange(6).reshape(2, 3) / 2) as '>f8'
  fortranBigEndian:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAD/4AAAAAAAAP+AAAAAAAABAAAAAAAAAAD/wAAAAAAAAQAQAAAAAAAA=',
  // np.arange(6).reshape(2, 3) as '>u2', version 2.0
  version2:
    'k05VTVBZAgB0AAAAeydkZXNjcic6ICc+dTInLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAABAAIAAwAEAAU=',
  // np.arange(6).reshape(2, 3) - 3 as '<i8', version 3.0
  version3:
    'k05VTVBZAwB0AAAAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr9//////////7///////////////////8AAAAAAAAAAAEAAAAAAAAAAgAAAAAAAAA=',
  bool: 'k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAEAAQA=',
  fields:
    'k05VTVBZAQB2AHsnZGVzY3InOiBbKCdhJywgJzxmNCcpLCAoJ2InLCAnPGk0JyldLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAA==',
  half: 'k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAA8AEAAQgBEAEU=',
} as const;

const bytesOf = (name: keyof typeof written) => Buffer.from(written[name], 'base64');

test('files of NumPy: versions 1 to 3, both byte orders, Fortran order, bool', () => {
  assert.deepEqual(decodeNpy(bytesOf('fortranBigEndian'), 'f'), {
    dims: [2, 3],
    dataType: 'float64',
    data: Float64Array.of(0, 0.5, 1, 1.5, 2, 2.5),
  });
  assert.deepEqual(decodeNpy(bytesOf('version2'), 'f').data, Uint16Array.of(0, 1, 2, 3, 4, 5));
  assert.deepEqual(decodeNpy(bytesOf('version3'), 'f').data, BigInt64Array.of(-3n, -2n, -1n, 0n, 1n, 2n));
  const halves = decodeNpy(bytesOf('half'), 'f');
  assert.deepEqual([halves.dataType, halves.data], ['float32', Float32Array.of(0, 1, 2, 3, 4, 5)]);
  const truth = decodeNpy(bytesOf('bool'), 'f');
  assert.equal(truth.dataType, 'bool');
  assert.deepEqual([...truth.data], [1, 0, 1, 0, 1, 0]);
});

test('element types that are no plain numbers are refused by name', async () => {
  await assertRefused(() => decodeNpy(bytesOf('fields'), 'a.npy'), /a\.npy holds records with named fields/);
  const text = Buffer.from(bytesOf('bool')).toString('latin1').replace("'|b1'", "'|O' ");
  await assertRefused(
    () => decodeNpy(Buffer.from(text, 'latin1'), 'a.npy'),
    /'\|O' holds text or objects; save it as numbers of one of the types f2, b1, i1/,
  );
});

const elementArrays: Record<NpyArray['dataType'], (n: number) => fc.Arbitrary<NpyArray['data']>> = {
  bool: (n) => fc.uint8Array({ minLength: n, maxLength: n, max: 1 }),
  int8: (n) => fc.int8Array({ minLength: n, maxLength: n }),
  uint8: (n) => fc.uint8Array({ minLength: n, maxLength: n }),
  int16: (n) => fc.int16Array({ minLength: n, maxLength: n }),
  uint16: (n) => fc.uint16Array({ minLength: n, maxLength: n }),
  int32: (n) => fc.int32Array({ minLength: n, maxLength: n }),
  uint32: (n) => fc.uint32Array({ minLength: n, maxLength: n }),
  int64: (n) => fc.bigInt64Array({ minLength: n, maxLength: n }),
  uint64: (n) => fc.bigUint64Array({ minLength: n, maxLength: n }),
  float32: (n) => fc.float32Array({ minLength: n, maxLength: n }),
  float64: (n) => fc.float64Array({ minLength: n, maxLength: n }),
};

const npyArrays: fc.Arbitrary<NpyArray> = fc
  .tuple(
    fc.constantFrom(...(Object.keys(elementArrays) as NpyArray['dataType'][])),
    fc.array(fc.nat(4), { maxLength: 4 }),
  )
  .chain(([dataType, dims]) =>
    elementArrays[dataType](dims.reduce((product, dim) => product * dim, 1)).map((data) => ({
      dims,
      dataType,
      data,
    })),
  );

test('what is encoded is decoded unchanged, at any alignment', () => {
  fc.assert(
    fc.property(npyArrays, fc.nat(8), (array, shift) => {
      const encoded = encodeNpy(array);
      const moved = new Uint8Array(encoded.length + shift);
      moved.set(encoded, shift);
      assert.deepEqual(decodeNpy(moved.subarray(shift), 'array'), array);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('big-endian and Fortran-ordered copies decode to the same array', () => {
  fc.assert(
    fc.property(npyArrays, (array) => {
      const size = array.data.BYTES_PER_ELEMENT;
      const text = Buffer.from(encodeNpy(array)).toString('latin1');
      const foreign = Buffer.from(text.replace("': '<", "': '>"), 'latin1');
      const body = foreign.subarray(foreign.length - array.data.byteLength);
      for (let start = 0; start < body.length; start += size) body.subarray(start, start + size).reverse();
      assert.deepEqual(decodeNpy(foreign, 'array'), array);

      // The Fortran order of an array is the row-major order of its transpose.
      const [rows = 1, columns = 1] = array.dims;
      if (array.dims.length !== 2) return;
      const transposed = array.data.slice();
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const from = row * columns + column;
          transposed.set(array.data.subarray(from, from + 1) as never, column * rows + row);
        }
      }
      const fortran = Buffer.from(
        Buffer.from(encodeNpy({ ...array, data: transposed }))
          .toString('latin1')
          .replace('False', 'True '),
        'latin1',
      );
      assert.deepEqual(decodeNpy(fortran, 'array'), array);
    }),
    { seed: 2, numRuns: 200 },
  );
});

test('the header is the one that NumPy writes', () => {
  const header = (dims: number[]) => {
    const bytes = encodeNpy({
      dims,
      dataType: 'uint8',
      data: new Uint8Array(dims.reduce((a, b) => a * b, 1)),
    });
    return Buffer.from(bytes.subarray(10, 128)).toString('latin1');
  };
  assert.equal(header([]), "{'descr': '|u1', 'fortran_order': False, 'shape': (), }".padEnd(117) + '\n');
  assert.equal(header([3]), "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }".padEnd(117) + '\n');
  assert.equal(
    header([2, 3]),
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117) + '\n',
  );
  assert.throws(() => encodeNpy({ dims: [2], dataType: 'uint8', data: new Uint8Array(3) }), RangeError);
});

test('damaged files are refused in one line', async () => {
  const good = encodeNpy({ dims: [2, 3], dataType: 'float32', data: new Float32Array(6) });
  const changed = (from: string, to: string) =>
    Buffer.from(Buffer.from(good).toString('latin1').replace(from, to), 'latin1');
  const refused = (bytes: Uint8Array, ...patterns: RegExp[]) =>
    assertRefused(() => decodeNpy(bytes, 'dir/a.npy'), /^dir\/a\.npy/, ...patterns);
  await refused(
    good.subarray(0, -1),
    /promises 24 bytes of data \(float32 \[2, 3\]\) and 23 follow.*truncated/,
  );
  await refused(
    Buffer.concat([good, Buffer.alloc(1)]),
    /and 25 follow: the file is not a single \.npy array/,
  );
  await refused(good.subarray(0, 9), /is not a \.npy file/);
  await refused(good.subarray(0, 100), /ends within its header/);
  await refused(new Uint8Array(0), /is not a \.npy file/);
  await refused(changed('\x01\x00', '\x04\x00'), /version 4 is unknown/);
  await refused(changed("'shape'", "'shepe'"), /header is malformed/);
  await refused(changed('(2, 3)', '(2 3, '), /impossible shape|header is malformed/);
  await refused(changed('(2, 3), }', '(2, 99999999999999999999), }'), /impossible shape/);
  await assertRefused(() => readNpy('no/such.npy'), /no\/such\.npy: there is no such file/);
});

test('reference vectors read', async (t) => {
  const folder = fileURLToPath(new URL('../../../shared/reference/preact18/', import.meta.url));
  if (!existsSync(folder)) {
    t.skip('../shared/reference is absent');
    return;
  }
  const x = await readNpy(`${folder}x.npy`);
  assert.deepEqual([x.dims, x.dataType], [[16, 3, 32, 32], 'float32']);
  assert.ok((x.data as Float32Array).every((value) => value >= 0 && value <= 1));
  assert.equal((await readNpy(`${folder}y.npy`)).data.length, 16);
});
