import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../../src/core/errors.ts';
import { openDataset } from '../../../src/data/open.ts';
import { readPickle } from '../../../src/data/pickle/read.ts';
import { NumpyArray } from '../../../src/data/pickle/values.ts';
import { pickled } from './pickles.ts';
import { assertRefused, cifarRecords, imageOf, temporaryFolder, writeFiles } from '../synthetic.ts';

const train = { split: 'train' };

test('plain values of every protocol are read', () => {
  const nested = new Map([['k', new Map([['n', []]])]]);
  const numbers = [null, true, false, 0, 255, 256, -1, 2 ** 31, -(2 ** 40), 1.5, 'é€'];
  const values = readPickle(pickled('values'), 'values');
  assert.ok(Array.isArray(values));
  assert.deepEqual(values.slice(0, 11), numbers);
  assert.deepEqual(Buffer.from(values[11] as Uint8Array), Buffer.from([0, 255]));
  assert.deepEqual(values.slice(12, 18), [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4], nested]);
  assert.equal(values[18], 'x'.repeat(300));
  assert.equal(Buffer.from(values[19] as Uint8Array).toString(), 'y'.repeat(300));
  assert.equal(values[20], 0.25);
  const array = values[21];
  assert.ok(array instanceof NumpyArray);
  assert.deepEqual([array.dims, array.elementType, array.order], [[2], 'float64', 'BE']);
  for (const protocol of ['0', '1', '2']) {
    assert.deepEqual(readPickle(pickled(`values${protocol}`), 'values'), [
      ...numbers,
      [1],
      [1, 2, 3, 4],
      nested,
    ]);
  }
});

test('what Python 2 writes is read: its text is bytes, its numbers may be long', () => {
  const lines = (text: string) => readPickle(Buffer.from(text, 'latin1'), 'old');
  // pickletools.dis: DICT of STRING 'a\'\\\n\xff' to LONG 5, and of SHORT_BINSTRING to BININT2.
  assert.deepEqual(
    lines("(dp0\nS'a\\'\\\\\\n\\xff'\np1\nL5L\nsS\"b\"\nI01\ns."),
    new Map<string, unknown>([
      ["a'\\\n\xff", 5],
      ['b', true],
    ]),
  );
  assert.deepEqual(lines('\x80\x02}q\x00U\x04dataq\x01M\x02\x01s.'), new Map([['data', 258]]));
});

test('no pickle can name a function: nothing runs', async () => {
  for (const name of ['evil0', 'evil2', 'evil4']) {
    await assertRefused(
      () => readPickle(pickled(name), 'evil.pkl'),
      /evil\.pkl: .*names "(posix|nt)\.system"/,
    );
  }
  await assertRefused(() => readPickle(pickled('evalled'), 'e'), /names "__builtin__\.eval"/);
  const inherited = Buffer.from('cconstructor\nconstructor\n(tR.');
  await assertRefused(() => readPickle(inherited, 'e'), /names "constructor\.constructor"/);
  // INST and OBJ, NEWOBJ and persistent references are other ways to name things.
  for (const code of ['(ios\nsystem\n.', '(o.', ')\x81.', 'P1\n.', 'Q.', '\x82\x01.']) {
    await assertRefused(() => readPickle(Buffer.from(code, 'latin1'), 'e'), /instruction 0x/);
  }
  await assertRefused(() => readPickle(pickled('object'), 'e'), /array of the type "O8"/);
  await assertRefused(() => readPickle(pickled('set'), 'e'), /instruction 0x8f/);
  await assertRefused(() => readPickle(pickled('protocol5'), 'e'), /protocol 5: write it with protocol 4/);
});

test('every truncation and every damage is an InputError or a value, never another error', () => {
  const check = (bytes: Uint8Array) => {
    try {
      readPickle(bytes, 'file');
    } catch (error) {
      assert.ok(error instanceof InputError, String(error));
      assert.doesNotMatch(error.message, /\n/);
    }
  };
  const whole = pickled('values');
  for (let length = 0; length < whole.length; length += 3) check(whole.subarray(0, length));
  for (const name of ['values', 'values0', 'cifar10-protocol0', 'cifar10-protocol2', 'meta10']) {
    const bytes = pickled(name).slice(0, 2000);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (position, byte) => {
        const damaged = bytes.slice();
        damaged[position] = byte;
        check(damaged);
      }),
      { seed: 11, numRuns: 300 },
    );
  }
  assert.throws(() => readPickle(whole.subarray(0, 40), 'file'), /truncated/);
});

test('CIFAR-10 in its Python version is the same data as the binary one', async () => {
  const folder = temporaryFolder();
  const binary = await openDataset(
    `cifar10:${writeFiles(`${folder}/bin`, { 'data_batch_1.bin': cifarRecords([[3], [7]]) })}`,
    train,
  );
  for (const protocol of [0, 1, 2, 3, 4]) {
    const place = writeFiles(`${folder}/${String(protocol)}`, {
      data_batch_1: pickled(`cifar10-protocol${String(protocol)}`),
      test_batch: pickled('cifar10-protocol2'),
      'batches.meta': pickled('meta10'),
    });
    const dataset = await openDataset(place, train);
    assert.equal(dataset.name, 'cifar10');
    assert.deepEqual(dataset.classNames?.slice(0, 2), ['airplane', 'c1']);
    assert.equal(dataset.size, 2);
    assert.deepEqual(await dataset.read([1, 0]), await binary.read([1, 0]));
    assert.equal(await dataset.hash(), await binary.hash());
    assert.equal((await openDataset(`cifar10:${place}/test_batch`, { split: 'test' })).size, 2);
    await assertRefused(() => openDataset(`cifar10:${place}/test_batch`, train), /write --split test/);
  }
});

test('CIFAR-100 in its Python version, with an array stored by columns and labels in an array', async () => {
  const place = writeFiles(temporaryFolder(), { train: pickled('cifar100'), meta: pickled('meta100') });
  const fine = await openDataset(place, train);
  assert.equal(fine.name, 'cifar100');
  assert.equal(fine.classNames?.[98], 'f98');
  assert.deepEqual(await fine.read([0]), { inputs: imageOf(0, 3072), labels: Int32Array.of(98) });
  const coarse = await openDataset(`cifar100-coarse:${place}`, train);
  assert.deepEqual(coarse.labels, Int32Array.of(19, 2));
  assert.equal(coarse.classNames?.[2], 'c2');
});

test('batches that are none are refused', async () => {
  const folder = temporaryFolder();
  const refused = (name: string, ...patterns: readonly RegExp[]) => {
    const place = writeFiles(`${folder}/${name}`, { data_batch_1: pickled(name) });
    return assertRefused(() => openDataset(`cifar10:${place}`, train), /data_batch_1/, ...patterns);
  };
  await refused('shape', /'data' is uint8 \[2, 3071\]; it must be uint8 \[n, 3072\]/);
  await refused('floats', /'data' is float32 \[2, 3072\]/);
  await refused('short', /'labels' is a list of 1; there are 2 images/);
  await refused('label', /example 1 has the label 10/);
  await refused('nolabels', /has no 'labels', only data/);
  await refused('list', /no pickled dictionary/);
  await refused('evil2', /names "posix\.system"/);
  const cut = writeFiles(`${folder}/cut`, { data_batch_1: pickled('cifar10-protocol2').subarray(0, 3000) });
  await assertRefused(() => openDataset(`cifar10:${cut}`, train), /data_batch_1: the pickle is truncated/);
  const meta = { data_batch_1: pickled('cifar10-protocol2'), 'batches.meta': pickled('meta100') };
  await assertRefused(
    () => openDataset(`cifar10:${writeFiles(`${folder}/meta`, meta)}`, train),
    /batches\.meta has no 'label_names'/,
  );
});
