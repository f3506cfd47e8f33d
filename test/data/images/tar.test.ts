import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../../src/core/errors.ts';
import { indexTar } from '../../../src/data/images/tar.ts';
import { assertRefused, temporaryFolder, writeFiles } from '../synthetic.ts';
import { gnuLong, pax, tarOf } from './tar-file.ts';

const folder = temporaryFolder();
const write = (bytes: Uint8Array) => `${writeFiles(folder, { 'a.tar': bytes })}/a.tar`;
const content = (length: number) => Uint8Array.from({ length }, (_, k) => k % 251);

test('members of ustar, GNU and pax archives are found by name and place', () => {
  const long = `${'d'.repeat(80)}/${'n'.repeat(80)}.png`;
  const bytes = tarOf([
    { name: './a/', type: '5' },
    { name: './a/one.png', content: content(700) },
    { name: 'two.png', prefix: 'p/q', content: content(512) },
    ...gnuLong(long, content(3)),
    ...pax('é/long.png', content(5)),
    { name: 'empty', content: content(0) },
    { name: 'old/', type: '\0' },
  ]);
  const { files, folders } = indexTar(write(bytes));
  assert.deepEqual(
    files.map(({ name, length }) => [name, length]),
    [
      ['a/one.png', 700],
      ['p/q/two.png', 512],
      [long, 3],
      ['é/long.png', 5],
      ['empty', 0],
    ],
  );
  assert.deepEqual(folders, ['a', 'old']);
  for (const { offset, length } of files) {
    assert.deepEqual(Uint8Array.from(bytes.subarray(offset, offset + length)), content(length));
  }
});

test('an archive within an archive is a folder of its name', () => {
  const inner = tarOf([{ name: 'x_1.JPEG', content: content(9) }]);
  const repeated = tarOf([
    { name: 'n02/', type: '5' },
    { name: 'n02/x_2.JPEG', content: content(8) },
  ]);
  const bytes = tarOf([
    { name: 'n01.tar', content: inner },
    { name: 'n02.tar', content: repeated },
  ]);
  const { files } = indexTar(write(bytes));
  assert.deepEqual(
    files.map(({ name }) => name),
    ['n01/x_1.JPEG', 'n02/x_2.JPEG'],
  );
  for (const { offset, length } of files) {
    assert.deepEqual(Uint8Array.from(bytes.subarray(offset, offset + length)), content(length));
  }
});

test('what is no whole tar file of files is refused', async () => {
  const good = tarOf([{ name: 'a/1.png', content: content(2000) }]);
  const refused = (bytes: Uint8Array, ...patterns: readonly RegExp[]) =>
    assertRefused(() => indexTar(write(bytes)), /a\.tar/, ...patterns);
  await refused(good.subarray(0, 1500), /ends within its member a\/1\.png: it is truncated/);
  await refused(good.subarray(0, 300), /truncated or no tar file/);
  await refused(new Uint8Array(0), /truncated or no tar file/);
  await refused(gzipSync(good), /compressed|truncated or no tar file/);
  await refused(
    Buffer.concat([gzipSync(content(5000), { level: 0 }), Buffer.alloc(512)]),
    /unpack it with gunzip/,
  );
  await refused(Buffer.from('x'.repeat(1024)), /no tar header at byte 0/);
  await refused(tarOf([{ name: 'l.png', type: '2' }]), /member l\.png is a link/);
  await refused(tarOf([{ name: 'f', type: '6' }]), /of the kind '6'/);
  await assertRefused(() => indexTar(`${folder}/none.tar`), /cannot read the tar file/);
});

test('what operating systems leave is no member, whatever it holds', () => {
  const { files, folders } = indexTar(
    write(
      tarOf([
        { name: './._a', content: content(5) },
        { name: 'a/', type: '5' },
        { name: 'a/._1.png', content: content(5) },
        { name: 'a/1.png', content: content(9) },
        { name: 'a/._inner.tar', content: content(700) },
        { name: '__MACOSX/', type: '5' },
        { name: '__MACOSX/a/._1.png', content: content(5) },
        { name: 'a/.DS_Store', content: content(5) },
        { name: 'a/Thumbs.db', content: content(5) },
      ]),
    ),
  );
  assert.deepEqual(
    files.map(({ name, length }) => [name, length]),
    [['a/1.png', 9]],
  );
  assert.deepEqual(folders, ['a']);
});

test('a length that is none is refused at once', async () => {
  for (const record of ['20 size=-1536\n', '20 size=abc\n', '20 size=1e99\n', '20 size=\n']) {
    const padded = record.replace(/\n$/, '').padEnd(19, ' ') + '\n';
    for (const text of [padded, `${String(record.length)}${record.slice(2)}`]) {
      await assertRefused(
        () =>
          indexTar(
            write(
              tarOf([
                { name: 'x', type: 'x', content: Buffer.from(text) },
                { name: 'a', content: content(5) },
              ]),
            ),
          ),
        /impossible length|damaged pax header/,
      );
    }
  }
  const broken = tarOf([{ name: 'a', content: content(5) }]);
  broken.write('        \0\0\0\0', 124);
  let sum = 8 * 0x20;
  for (let k = 0; k < 512; k++) if (k < 148 || k >= 156) sum += broken[k] ?? 0;
  broken.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  await assertRefused(() => indexTar(write(broken)), /impossible length at byte 0/);
});

test('damage anywhere is an InputError or another index, never another error', () => {
  const good = tarOf([
    { name: 'a/', type: '5' },
    ...pax('b/c.png', content(40)),
    ...gnuLong('d/e.png', content(3)),
  ]);
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (position, byte, end) => {
      const damaged = Uint8Array.from(good.subarray(0, end));
      if (position < end) damaged[position] = byte;
      try {
        indexTar(write(damaged));
      } catch (error) {
        assert.ok(error instanceof InputError, String(error));
        assert.doesNotMatch(error.message, /\n/);
      }
    }),
    { seed: 5, numRuns: 300 },
  );
});
