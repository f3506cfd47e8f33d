import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { InputError } from '../../../src/core/errors.ts';
import { tensorField } from '../../../src/graph/onnx/fields.ts';
import { decodeModel, readModel } from '../../../src/graph/onnx/read.ts';
import { message, string, varint } from '../../../src/core/protobuf/writer.ts';
import { modelBytes, tensorHead } from './model-bytes.ts';

/** A model whose weight w, of two float32, stands in another file. */
function modelWith(entries: Readonly<Record<string, string>>): Uint8Array {
  const external = Object.entries(entries).map(([key, value]) =>
    message(tensorField.externalData, [string(1, key), string(2, value)]),
  );
  return modelBytes({
    nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: { x: ['N', 2] },
    initializers: { w: [...tensorHead(1, [2]), ...external, varint(tensorField.dataLocation, 1n)] },
  });
}

describe('external data', () => {
  let root = '';
  let folder = '';
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'onnx-external-'));
    folder = join(root, 'model');
    await mkdir(join(folder, 'sub'), { recursive: true });
    const data = new Uint8Array(Float32Array.of(9, 1.5, -2).buffer);
    for (const path of ['model/weights.bin', 'model/sub/weights.bin', 'secret.bin']) {
      await writeFile(join(root, path), data);
    }
    await symlink(join(root, 'secret.bin'), join(folder, 'link.bin'));
  });
  after(() => rm(root, { recursive: true }));

  async function read(entries: Readonly<Record<string, string>>): Promise<number[]> {
    const path = join(folder, 'm.onnx');
    await writeFile(path, modelWith(entries));
    const { graph } = await readModel(path);
    return [...(graph.initializers.get('w')!.data as Float32Array)];
  }

  async function refused(entries: Readonly<Record<string, string>>, expected: RegExp): Promise<void> {
    await assert.rejects(read(entries), (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, expected);
      return true;
    });
  }

  test('is read from its offset, for its length or to the end', async () => {
    assert.deepEqual(await read({ location: 'weights.bin', offset: '4', length: '8' }), [1.5, -2]);
    assert.deepEqual(await read({ location: 'weights.bin', offset: '4' }), [1.5, -2]);
    assert.deepEqual(await read({ location: 'sub/weights.bin', length: '8' }), [9, 1.5]);
    assert.deepEqual(await read({ location: './sub/../weights.bin', length: '8' }), [9, 1.5]);
  });

  test('never leaves the folder of the model', async () => {
    for (const location of [
      '../secret.bin',
      'sub/../../secret.bin',
      join(root, 'secret.bin'),
      'link.bin',
      '.',
    ]) {
      await refused({ location, length: '8' }, /outside the model's folder|leaves the model's folder/);
    }
  });

  test('that is missing, short or not said is refused by name', async () => {
    await refused({ location: 'none.bin' }, /the weights file none\.bin is missing/);
    await refused({ location: 'sub' }, /the weights file .*sub: it is a folder/);
    await refused(
      { location: 'weights.bin', offset: '8', length: '8' },
      /weights\.bin has 12 bytes, and the model needs it to 16/,
    );
    await refused({ location: 'weights.bin', offset: '16' }, /weights\.bin has 12 bytes/);
    await refused(
      { location: 'weights.bin', length: '4' },
      /w of shape \[2\] needs 2 elements, and the file holds 1/,
    );
    await refused(
      { location: 'weights.bin', offset: '-4' },
      /"-4" of its external data is not a number of bytes/,
    );
    await refused({ offset: '0' }, /does not name/);
    assert.throws(
      () => decodeModel(modelWith({ location: 'weights.bin' }), 'm.onnx'),
      /read the model by its path/,
    );
  });
});
