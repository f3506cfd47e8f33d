/** Small files made to hang a reader, to fill the memory, or to read what is not theirs: one of each kind. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { InputError } from '../../src/core/errors.ts';
import { parseJson } from '../../src/core/json.ts';
import { crc32 } from '../../src/data/crc32.ts';
import { decodeImage } from '../../src/data/decoding/decode.ts';
import { indexTar } from '../../src/data/images/tar.ts';
import { decodeNpz, namesInNpz } from '../../src/data/npz.ts';
import { openDataset } from '../../src/data/open.ts';
import { readPickle } from '../../src/data/pickle/read.ts';
import {
  attributeField,
  attributeType,
  entryField,
  functionField,
  graphField,
  modelField,
  sparseTensorField,
  tensorField,
} from '../../src/graph/onnx/fields.ts';
import { decodeModel, readModel } from '../../src/graph/onnx/read.ts';
import { message, string, varint } from '../../src/core/protobuf/writer.ts';
import { openModel } from '../../src/models/open.ts';
import { readRecipe } from '../../src/recipes/read.ts';
import { readAnyResult } from '../../src/results/file.ts';
import { tarOf } from '../data/images/tar-file.ts';
import { png } from '../data/patterns.ts';
import {
  floats,
  graphMessage,
  int64s,
  modelBytes,
  nodeMessage,
  rawTensor,
  tensorHead,
  type AttributeValue,
  type NodeSource,
} from '../graph/onnx/model-bytes.ts';
import { exampleResult } from '../results/example-result.ts';
import { bytesNpy, idxOfBytes, temporaryFolder, writeFiles } from '../data/synthetic.ts';

/** Refused by an InputError of the pattern, at once. */
async function refused(action: () => unknown, pattern: RegExp): Promise<void> {
  const start = performance.now();
  await assert.rejects(
    Promise.resolve().then(action),
    (error: Error) => {
      assert.ok(error instanceof InputError, error.stack);
      assert.match(error.message, pattern);
      return true;
    },
    'it was read',
  );
  assert.ok(performance.now() - start < 5_000, 'it took longer than five seconds');
}

const test_ = { split: 'test' };

describe('zip and gzip files', () => {
  const zeros = bytesNpy([1 << 20], new Uint8Array(1 << 20));
  const whole = Buffer.from(zipSync({ 'x.npy': zeros }, { level: 9 }));
  const directory = whole.indexOf('PK\x01\x02');

  test('entries that share their bytes are refused', async () => {
    const end = whole.length - 22;
    const entry = Buffer.from(whole.subarray(directory, end));
    const entries = Array.from({ length: 500 }, (_, index) => {
      const one = Buffer.from(entry);
      one.write(String(index % 10), 46);
      return one;
    });
    const tail = Buffer.from(whole.subarray(end));
    tail.writeUInt16LE(500, 8);
    tail.writeUInt16LE(500, 10);
    tail.writeUInt32LE(500 * entry.length, 12);
    const bomb = Buffer.concat([whole.subarray(0, directory), ...entries, tail]);
    await refused(() => namesInNpz(bomb, 'a.npz'), /entries of it overlap/);
  });

  test('a size or a checksum that is none of the content is refused', async () => {
    const changed = (at: number, value: number): Buffer => {
      const bytes = Buffer.from(whole);
      bytes.writeUInt32LE(value, directory + at);
      return bytes;
    };
    const read = (bytes: Buffer) => () => decodeNpz(bytes, 'a.npz', ['x']);
    assert.equal(crc32(zeros), whole.readUInt32LE(directory + 16));
    assert.equal(read(whole)().x.data.length, 1 << 20);
    await refused(read(changed(24, 0xfffffff0)), /promises more bytes than it can hold/);
    await refused(read(changed(24, 100)), /x\.npy in it cannot be inflated/);
    await refused(read(changed(24, (1 << 20) + 200)), /not what its size and checksum say/);
    await refused(read(changed(16, 0)), /not what its size and checksum say/);
    await refused(read(changed(42, 7)), /names a place where nothing begins/);
  });

  test('a directory of four thousand million entries is refused', async () => {
    const record = Buffer.alloc(56);
    record.writeUInt32LE(0x06064b50);
    record.writeBigUInt64LE(2n ** 32n - 2n, 32);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50);
    const tail = Buffer.alloc(22, 0xff);
    tail.writeUInt32LE(0x06054b50);
    tail.writeUInt16LE(0, 20);
    await refused(
      () => namesInNpz(Buffer.concat([record, locator, tail]), 'a.npz'),
      /directory is not in it/,
    );
  });

  test('a gzipped IDX file is inflated no further than its header says', async () => {
    const labels = idxOfBytes([2], Uint8Array.of(0, 1));
    const header = idxOfBytes([2, 2, 2], new Uint8Array(0));
    const folder = writeFiles(temporaryFolder(), {
      x: gzipSync(Buffer.concat([header, Buffer.alloc(1 << 26)])),
      huge: gzipSync(idxOfBytes([2 ** 31, 100, 100], new Uint8Array(1 << 20))),
      y: labels,
    });
    await refused(
      () => openDataset(`idx:${folder}/x,${folder}/y`, test_),
      /promises 8 bytes .* not a single/,
    );
    await refused(() => openDataset(`idx:${folder}/huge,${folder}/y`, test_), /truncated/);
  });
});

describe('depth that a file sets', () => {
  test('of archives within archives', async () => {
    let archive = tarOf([{ name: 'a/0.png', content: Uint8Array.of(1) }]);
    for (let level = 0; level < 100; level++) archive = tarOf([{ name: 'a.tar', content: archive }]);
    const folder = writeFiles(temporaryFolder(), { 'nested.tar': archive });
    await refused(() => indexTar(`${folder}/nested.tar`), /within archives deeper than 4 levels/);
  });

  test('of lists and objects in JSON', async () => {
    const deep = (open: string, close: string) => Buffer.from(open.repeat(100_000) + close.repeat(100_000));
    await refused(() => parseJson('a.json', deep('[', ']')), /deeper than 256 levels/);
    await refused(() => parseJson('a.json', deep('{"a":', '}')), /deeper than 256 levels/);
    const text = { a: '[[[['.repeat(200), b: ['"\\'.repeat(200)] };
    assert.deepEqual(parseJson('a.json', Buffer.from(JSON.stringify(text))), text);
    const folder = writeFiles(temporaryFolder(), { 'r.json': deep('[', ']'), 'model.json': deep('[', ']') });
    await refused(() => readAnyResult(`${folder}/r.json`), /deeper than 256 levels/);
    await refused(() => openModel(`${folder}/model.json`), /deeper than 256 levels/);
  });

  test('of a chain of layers, which is read', async () => {
    const layers = Array.from({ length: 5_000 }, (_, index) => {
      const inbound = [[[index === 0 ? 'i' : `l${String(index - 1)}`, 0, 0, {}]]];
      const className = index === 4_999 ? 'Flatten' : 'ReLU';
      return { class_name: className, name: `l${String(index)}`, config: {}, inbound_nodes: inbound };
    });
    const input = { class_name: 'InputLayer', name: 'i', config: { batch_input_shape: [null, 2, 2, 1] } };
    const config = {
      name: 'm',
      layers: [input, ...layers],
      input_layers: [['i', 0, 0]],
      output_layers: [['l4999', 0, 0]],
    };
    const json = { modelTopology: { class_name: 'Model', config }, weightsManifest: [] };
    const folder = writeFiles(temporaryFolder(), { 'model.json': JSON.stringify(json) });
    assert.equal((await openModel(`${folder}/model.json`)).classCount, 4);
  });

  test('of links to folders', async () => {
    const folder = writeFiles(temporaryFolder(), { 'a/0.png': await png(8, 8) });
    for (const name of ['x', 'y']) symlinkSync('..', join(folder, 'a', name));
    await refused(
      () => openDataset(`imagefolder:${folder}`, test_),
      /leads back to a folder that it stands in/,
    );
  });
});

describe('many of what costs little to write', () => {
  test('a shard that a manifest names again and again is read once', async () => {
    const manifest = [{ paths: Array.from({ length: 1_000 }, () => 'w.bin'), weights: [] }];
    const layers = [{ class_name: 'Flatten', config: { name: 'f', batch_input_shape: [null, 2, 2, 1] } }];
    const topology = { class_name: 'Sequential', config: { name: 's', layers } };
    const folder = writeFiles(temporaryFolder(), {
      'w.bin': new Uint8Array(1 << 20),
      'model.json': JSON.stringify({ modelTopology: topology, weightsManifest: manifest }),
    });
    await refused(() => openModel(`${folder}/model.json`), /names the file w\.bin twice/);
  });

  test('violations of a schema', async () => {
    const many = Array.from({ length: 200_000 }, () => 'x');
    const folder = writeFiles(temporaryFolder(), {
      'result.json': JSON.stringify({ ...exampleResult(), evaluations: many }),
      'recipe.json': JSON.stringify({ title: 't', settings: { epochs: many } }),
    });
    await refused(() => readAnyResult(`${folder}/result.json`), /evaluations/);
    await refused(() => readRecipe(`${folder}/recipe.json`), /more than 10000 values/);
  });

  test('graphs within nodes, and calls of one name, take time in proportion', () => {
    const branch = (operator: string): AttributeValue => ({
      type: attributeType.graph,
      fields: [
        graphMessage(attributeField.graph, {
          nodes: [{ operator, inputs: ['x'], outputs: ['a'] }],
          outputs: { a: null },
        }),
      ],
    });
    const nodes = Array.from({ length: 1_500 }, (_, index): NodeSource => {
      const attributes = { then_branch: branch('Relu'), else_branch: branch('Neg') };
      return { operator: 'If', inputs: ['c'], outputs: [`v${String(index)}`], attributes };
    });
    const calls = Array.from({ length: 6_000 }, (_, index): NodeSource => {
      return { operator: 'F', domain: 'local', name: 'n', inputs: ['x'], outputs: [`w${String(index)}`] };
    });
    const callee = message(modelField.functions, [
      string(functionField.name, 'F'),
      string(functionField.domain, 'local'),
      string(functionField.input, 'a'),
      string(functionField.output, 'b'),
      nodeMessage(functionField.node, { operator: 'Relu', inputs: ['a'], outputs: ['b'] }),
    ]);
    const bytes = modelBytes({
      inputs: { x: ['N', 3] },
      outputs: { v0: null },
      nodes: [...nodes, ...calls],
      initializers: { c: rawTensor(9, [], Uint8Array.of(1)) },
      modelFields: [callee],
    });
    const start = performance.now();
    assert.equal(decodeModel(bytes, 'm.onnx').graph.nodes.length, 7_500);
    const took = performance.now() - start;
    assert.ok(took < 5_000, `it took ${String(took)} ms`);
  });

  test('weights files of which every byte is read a hundred times', async () => {
    const tensor = (offset: number) => [
      ...tensorHead(1, [1_000]),
      ...Object.entries({ location: 'w.bin', offset: String(offset), length: '4000' }).map(([key, value]) =>
        message(tensorField.externalData, [string(entryField.key, key), string(entryField.value, value)]),
      ),
      varint(tensorField.dataLocation, 1n),
    ];
    const modelOf = (offsets: readonly number[]) =>
      modelBytes({
        inputs: { x: ['N', 1_000] },
        nodes: [{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }],
        initializers: Object.fromEntries(
          offsets.map((offset, index) => [`w${String(index)}`, tensor(offset)]),
        ),
      });
    const folder = writeFiles(temporaryFolder(), { 'w.bin': new Uint8Array(8_000) });
    const path = join(folder, 'm.onnx');
    writeFileSync(path, modelOf([0, 4_000, 0, 0, 4_000]));
    const { initializers } = (await readModel(path)).graph;
    assert.equal(initializers.get('w0')?.data.length, 1_000);
    writeFileSync(path, modelOf([0, 4, 8, 12]));
    await refused(() => readModel(path), /overlap and hold more than its 8000 bytes/);
  });

  test('zeros that a sparse tensor leaves out', async () => {
    const sparse = message(graphField.sparseInitializer, [
      message(sparseTensorField.values, [string(tensorField.name, 's'), ...floats([1], [3])]),
      message(sparseTensorField.indices, int64s([4])),
      varint(sparseTensorField.dims, 1n << 27n),
    ]);
    const bytes = modelBytes({
      inputs: { x: ['N', 3] },
      nodes: [{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }],
      graphFields: [sparse],
    });
    await refused(
      () => decodeModel(bytes, 'm.onnx'),
      /s is sparse, with 1 values .* too few to make it dense/,
    );
  });
});

describe('pickles', () => {
  const latin1 = (text: string) => Buffer.from(text, 'latin1');

  test('text of protocol 0 is raw-unicode-escape', async () => {
    const text = (line: string) => readPickle(latin1(`V${line}\n.`), 'p');
    assert.equal(text('a\\u20ac\\U0001F600\\x41\\\\u0041'), 'a€😀\\x41\\\\u0041');
    await refused(() => text('\\U99999999'), /damaged escape/);
    await refused(() => text('\\u12'), /damaged escape/);
  });

  test('one text is not made bytes many times over', async () => {
    const long = `X${latin1('\x60\xea\0\0').toString('latin1')}${'a'.repeat(60_000)}q\0`;
    const once = 'h\x01h\0h\x02\x86R';
    const begin = `\x80\x02c_codecs\nencode\nq\x01${long}X\x06\0\0\0latin1q\x02`;
    assert.ok(readPickle(latin1(`${begin}${once}.`), 'p') instanceof Uint8Array);
    await refused(
      () => readPickle(latin1(`${begin}${once.repeat(50_000)}.`), 'p'),
      /makes far more bytes than it holds/,
    );
  });
});

describe('images', () => {
  const refusedImage = (bytes: Uint8Array, pattern: RegExp) =>
    refused(() => decodeImage(bytes, { channels: 3 }), pattern);

  test('drawings are none, whatever they are called', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"></svg>';
    await refusedImage(Buffer.from(svg), /of none of the formats that are read/);
    await refusedImage(Buffer.from(`<?xml version="1.0"?>${svg}`), /of none of the formats/);
    await refusedImage(Buffer.from('%PDF-1.4\n'), /of none of the formats/);
  });

  test('are not decoded when their header says more pixels than memory holds', async () => {
    const large = Buffer.from(await png(8, 8));
    large.writeUInt32BE(16_000, 16);
    large.writeUInt32BE(16_000, 20);
    large.writeUInt32BE(crc32(large.subarray(12, 29)), 29);
    await refusedImage(large, /says 16000×16000 pixels/);
    await refusedImage(Buffer.from('P6 16000 16000 255\n'), /says 16000×16000 pixels/);
  });
});

describe('what is no file, or not beside the model', () => {
  const weights = { weights: [{ name: 'd/kernel', shape: [4, 3], dtype: 'float32' }] };
  const layers = [
    { class_name: 'Flatten', config: { name: 'f', batch_input_shape: [null, 2, 2, 1] } },
    { class_name: 'Dense', config: { name: 'd', units: 3, use_bias: false } },
  ];
  const modelWith = (path: string) =>
    JSON.stringify({
      modelTopology: { class_name: 'Sequential', config: { name: 's', layers } },
      weightsManifest: [{ paths: [path], ...weights }],
    });
  const cardWith = (file: string) =>
    JSON.stringify({
      kind: 'robust-bench-model-card',
      version: 1,
      name: 'c',
      weights: { file },
      input: { shape: [1, 2, 2], bounds: [0, 1] },
      classCount: 3,
      outputs: 'logits',
    });

  test('weights outside the folder of a manifest or card are refused', async () => {
    const root = writeFiles(temporaryFolder(), {
      'secret.bin': new Uint8Array(48),
      'in/w.bin': new Uint8Array(48),
    });
    symlinkSync(join(root, 'secret.bin'), join(root, 'in', 'link.bin'));
    const [model, card] = [join(root, 'in', 'model.json'), join(root, 'in', 'card.json')];
    writeFileSync(model, modelWith('./w.bin'));
    assert.equal((await openModel(model)).classCount, 3);
    for (const place of ['../secret.bin', join(root, 'secret.bin'), '/dev/zero', '.', 'link.bin']) {
      writeFileSync(model, modelWith(place));
      await refused(() => openModel(model), /outside the model's folder|leaves the model's folder/);
      writeFileSync(card, cardWith(place));
      await refused(() => openModel(card), /outside the model's folder|leaves the model's folder/);
    }
  });

  test('texts without number in a manifest end', async () => {
    const root = writeFiles(temporaryFolder(), { 'w.bin': new Uint8Array(8) });
    const manifest = modelWith('w.bin').replace('[4,3]', '[9007199254740991]').replace('float32', 'string');
    writeFileSync(join(root, 'model.json'), manifest);
    await refused(() => openModel(join(root, 'model.json')), /w\.bin/);
  });

  test('folders and pipes are not read as files', async (context) => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'folder'));
    const names = ['folder'];
    try {
      execFileSync('mkfifo', [join(root, 'pipe')]);
      names.push('pipe');
    } catch {
      context.diagnostic('mkfifo is missing: pipes are not tried');
    }
    writeFileSync(join(root, 'y'), idxOfBytes([1], Uint8Array.of(0)));
    for (const name of names) {
      const path = join(root, name);
      const what = /it is a (folder|pipe)|holds no|is a folder|there is no/;
      for (const form of [`npy:${path},${path}`, `npz:${path}`, `idx:${path},${root}/y`, `parquet:${path}`]) {
        await refused(() => openDataset(form, test_), what);
      }
      for (const form of [`imagetar:${path}`, `cifar10:${path}`])
        await refused(() => openDataset(form, test_), what);
      await refused(() => openModel(path), what);
      await refused(() => readAnyResult(path), what);
      writeFileSync(join(root, 'model.json'), modelWith(name));
      await refused(() => openModel(join(root, 'model.json')), what);
    }
  });
});
