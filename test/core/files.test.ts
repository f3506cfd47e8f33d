import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertWritable, readInputFile, writeFileAtomically } from '../../src/core/files.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'robust-bench-files-'));
});
after(() => rm(folder, { recursive: true }));

describe('a file written atomically', () => {
  test('is whole, from text, bytes or parts, in folders that are made', async () => {
    const path = join(folder, 'deep', 'er', 'file');
    await writeFileAtomically(path, 'text ε');
    assert.equal(await readFile(path, 'utf8'), 'text ε');
    await writeFileAtomically(path, Uint8Array.of(1, 2, 3));
    assert.deepEqual([...(await readFile(path))], [1, 2, 3]);
    await writeFileAtomically(path, [Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3)]);
    assert.deepEqual([...(await readFile(path))], [1, 2, 3]);
    assert.deepEqual(await readdir(join(folder, 'deep', 'er')), ['file']);
  });

  test('leaves no temporary file, nor changes what there was, when it fails', async () => {
    const taken = join(folder, 'taken');
    await mkdir(join(taken, 'inside'), { recursive: true });
    await assert.rejects(writeFileAtomically(taken, 'x'), {
      name: 'InputError',
      message: /^cannot write .*taken: /,
    });
    const kept = join(folder, 'kept');
    await writeFile(kept, 'before');
    const broken = {
      *[Symbol.iterator]() {
        yield Uint8Array.of(1);
        throw new Error('the source ran dry');
      },
    };
    await assert.rejects(
      writeFileAtomically(kept, broken as unknown as Uint8Array[]),
      /cannot write .*the source ran dry/,
    );
    assert.equal(await readFile(kept, 'utf8'), 'before');
    assert.deepEqual((await readdir(folder)).sort(), ['deep', 'kept', 'taken']);
  });

  test('two writers at once: one of them wins, whole', async () => {
    const path = join(folder, 'race', 'file');
    const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(100_000));
    await Promise.all(texts.map((text) => writeFileAtomically(path, text)));
    assert.ok(texts.includes(await readFile(path, 'utf8')));
    assert.deepEqual(await readdir(join(folder, 'race')), ['file']);
  });
});

describe('whether a file could be written', () => {
  test('is told without making anything', async () => {
    const names = await readdir(folder);
    await assertWritable(join(folder, 'new'));
    await assertWritable(join(folder, 'no', 'such', 'folder', 'file'));
    await assertWritable('relative');
    assert.deepEqual(await readdir(folder), names);
  });

  test('not over a folder, nor through a file', async () => {
    await writeFile(join(folder, 'plain'), '');
    await assertWritable(join(folder, 'plain'));
    await assert.rejects(assertWritable(folder), {
      name: 'InputError',
      message: /it is a folder, not a file/,
    });
    for (const path of ['plain/file', 'plain/no/such/file']) {
      await assert.rejects(assertWritable(join(folder, path)), {
        name: 'InputError',
        message: /cannot write .*: a part of the path is not a folder/,
      });
    }
  });
});

test('a file that cannot be read is said to be so, by its role', async () => {
  assert.equal((await readInputFile(join(folder, 'plain'), 'model')).length, 0);
  await assert.rejects(readInputFile(join(folder, 'none'), 'model'), {
    name: 'InputError',
    message: /^cannot read the model .*none: there is no such file$/,
  });
  await assert.rejects(
    readInputFile(folder, 'result'),
    /cannot read the result .*: it is a folder, not a file$/,
  );
});
