import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import type { NpyArray } from '../../src/data/npy.ts';
import { decodeNpz, encodeNpz, namesInNpz } from '../../src/data/npz.ts';
import { assertRefused } from './synthetic.ts';

/** np.savez(x=np.arange(24, dtype='u1').reshape(2, 3, 2, 2), y=np.array([1, 0])), in base64. */
const savez =
  'UEsDBC0AAAAAAAAAIQDZkyvN//////////8FABQAeC5ucHkBABAAmAAAAAAAAACYAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3x1MScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAzLCAyLCAyKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAECAwQFBgcICQoLDA0ODxAREhMUFRYXUEsDBC0AAAAAAAAAIQBx+zmr//////////8FABQAeS5ucHkBABAAkAAAAAAAAACQAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxpOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAQAAAAAAAAAAAAAAAAAAAFBLAQItAy0AAAAAAAAAIQDZkyvNmAAAAJgAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLAQItAy0AAAAAAAAAIQBx+zmrkAAAAJAAAAAFAAAAAAAAAAAAAACAAc8AAAB5Lm5weVBLBQYAAAAAAgACAGYAAACWAQAAAAA=';

/** np.savez_compressed(x_test=np.zeros((2, 8, 8), 'u1'), y_test=np.array([[1], [2]], 'u1')), in base64. */
const savezCompressed =
  'UEsDBC0AAAAIAAAAIQA6VAp9//////////8KABQAeF90ZXN0Lm5weQEAEAAAAQAAAAAAAEsAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgXlNqqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKFkCkqaNQq0Ae4GIYYAAAUEsDBC0AAAAIAAAAIQB4d6Bl//////////8KABQAeV90ZXN0Lm5weQEAEACCAAAAAAAAAEgAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgXlNqqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKhpo6CrUKZAMuRiYAUEsBAi0DLQAAAAgAAAAhADpUCn1LAAAAAAEAAAoAAAAAAAAAAAAAAIABAAAAAHhfdGVzdC5ucHlQSwECLQMtAAAACAAAACEAeHegZUgAAACCAAAACgAAAAAAAAAAAAAAgAGHAAAAeV90ZXN0Lm5weVBLBQYAAAAAAgACAHAAAAALAQAAAAA=';

test('files of NumPy, stored and compressed', () => {
  const stored = Buffer.from(savez, 'base64');
  assert.deepEqual(namesInNpz(stored, 'a.npz'), ['x', 'y']);
  const { x, y } = decodeNpz(stored, 'a.npz', ['x', 'y']);
  assert.deepEqual(x, {
    dims: [2, 3, 2, 2],
    dataType: 'uint8',
    data: Uint8Array.from({ length: 24 }, (_, i) => i),
  });
  assert.deepEqual(y.data, BigInt64Array.of(1n, 0n));
  const compressed = decodeNpz(Buffer.from(savezCompressed, 'base64'), 'a.npz', ['x_test', 'y_test']);
  assert.deepEqual(compressed.x_test.dims, [2, 8, 8]);
  assert.deepEqual([...compressed.y_test.data], [1, 2]);
});

test('arrays come back as they were, in the order given', async () => {
  const arrays = fc.dictionary(
    fc.stringMatching(/^[a-z][a-z_]{0,8}$/),
    fc
      .float32Array({ maxLength: 20 })
      .map((data): NpyArray => ({ dims: [data.length], dataType: 'float32', data })),
    { minKeys: 1, maxKeys: 4, noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(arrays, async (given) => {
      const bytes = await encodeNpz(given);
      assert.deepEqual(namesInNpz(bytes, 'a.npz'), Object.keys(given));
      assert.deepEqual(decodeNpz(bytes, 'a.npz', Object.keys(given)), given);
      assert.deepEqual(await encodeNpz(given), bytes);
    }),
    { seed: 3, numRuns: 60 },
  );
});

test('the bytes do not depend on the time zone', () => {
  const script = `
    import { encodeNpz } from ${JSON.stringify(new URL('../../src/data/npz.ts', import.meta.url).href)};
    const bytes = await encodeNpz({ x: { dims: [1], dataType: 'uint8', data: Uint8Array.of(7) } });
    process.stdout.write(Buffer.from(bytes).toString('base64'));`;
  const run = (zone: string) =>
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      env: { ...process.env, TZ: zone },
      cwd: new URL('../..', import.meta.url),
      encoding: 'utf8',
    });
  assert.equal(run('Pacific/Auckland'), run('America/Los_Angeles'));
});

test('damaged files are refused in one line', async () => {
  const good = await encodeNpz({ x: { dims: [3], dataType: 'uint8', data: Uint8Array.of(1, 2, 3) } });
  const refused = (bytes: Uint8Array, ...patterns: RegExp[]) =>
    assertRefused(() => decodeNpz(bytes, 'dir/a.npz', ['x']), /dir\/a\.npz/, ...patterns);
  await refused(good.subarray(0, -1), /cannot be unzipped/);
  await refused(good.subarray(0, 50), /cannot be unzipped/);
  await refused(new Uint8Array(0), /cannot be unzipped/);
  await refused(
    await encodeNpz({ y: { dims: [0], dataType: 'int8', data: new Int8Array(0) } }),
    /no array named x/,
  );
});
