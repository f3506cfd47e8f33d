/** The weights reader against tfjs's own decoder, number for number. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { randomStream } from '../../../src/core/random.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { readWeights } from '../../../src/models/layers-model/weights.ts';
import type { WeightFiles } from '../../../src/models/layers-model/weights.ts';
import { inFolder } from '../folder.ts';
import { tf } from './keras.ts';

before(async () => {
  await tf.setBackend('cpu');
});

const affine = { min: -3.0517578125e-5, scale: 0.0031415926, original_dtype: 'float32' };

/** Specs of every stored type, 24 elements each: [name, dtype, quantization, bytes per element]. */
const specs: readonly [string, 'float32' | 'int32' | 'bool', JsonObject | undefined, number][] = [
  ['plain', 'float32', undefined, 4],
  ['whole', 'int32', undefined, 4],
  ['truth', 'bool', undefined, 1],
  ['bytes', 'float32', { dtype: 'uint8', ...affine }, 1],
  ['words', 'float32', { dtype: 'uint16', ...affine }, 2],
  ['halves', 'float32', { dtype: 'float16' }, 2],
  ['whole bytes', 'int32', { dtype: 'uint8', min: -7, scale: 0.5 }, 1],
  ['whole words', 'int32', { dtype: 'uint16', min: -7, scale: 1.25 }, 2],
];
const COUNT = 24;

function entries(): JsonObject[] {
  return specs.map(([name, dtype, quantization]) => ({
    name,
    dtype,
    shape: [2, 3, COUNT / 6],
    ...(quantization === undefined ? {} : { quantization }),
  }));
}

function storedBytes(): Uint8Array {
  const stream = randomStream(3, 'stored');
  const parts = specs.map(([name, , , bytes]) => {
    if (name === 'plain')
      return new Uint8Array(Float32Array.from({ length: COUNT }, () => stream.normal()).buffer);
    return Uint8Array.from({ length: COUNT * bytes }, () => Math.floor(stream.uniform() * 256));
  });
  return Buffer.concat(parts);
}

/** Whole numbers beyond 2²⁴ are the nearest float32. */
function rounded(values: ArrayLike<number> = []): number[] {
  return Array.from(values, Math.fround);
}

/** The groups' shards are cut at the given bytes, whatever tensor they fall into. */
async function read(
  groups: readonly JsonObject[][],
  bytes: Uint8Array,
  cuts: readonly number[],
): Promise<WeightFiles> {
  return inFolder(async (folder) => {
    const sizes = groups.map((group) =>
      group.reduce((sum, { name }) => sum + COUNT * (specs.find(([known]) => known === name)?.[3] ?? 0), 0),
    );
    const manifest = [];
    let start = 0;
    for (const [index, weights] of groups.entries()) {
      const end = start + (sizes[index] ?? 0);
      const borders = [start, ...cuts.filter((cut) => cut > start && cut < end), end];
      const paths = borders.slice(1).map((_, shard) => `group${String(index)}-shard${String(shard)}.bin`);
      for (const [shard, path] of paths.entries()) {
        await writeFile(join(folder, path), bytes.subarray(borders[shard], borders[shard + 1]));
      }
      manifest.push({ paths, weights });
      start = end;
    }
    return readWeights(join(folder, 'model.json'), manifest);
  });
}

describe('weights are decoded as tfjs decodes them', () => {
  const bytes = storedBytes();
  const expected = (): tf.NamedTensorMap =>
    tf.io.decodeWeights(Uint8Array.from(bytes).buffer, entries() as unknown as tf.io.WeightsManifestEntry[]);

  for (const [name, groups, cuts] of [
    ['in one shard', [entries()], []],
    ['in shards that end inside elements', [entries()], [1, 50, 131, 203, 350]],
    ['in two groups', [entries().slice(0, 3), entries().slice(3)], [97, 250]],
  ] as const) {
    test(name, async () => {
      const { weights, constants } = await read(groups, bytes, cuts);
      const known = expected();
      assert.deepEqual([...weights.keys()], Object.keys(known));
      for (const [key, value] of weights) {
        assert.deepEqual(value.dims, known[key]?.shape);
        assert.deepEqual(Array.from(value.data), rounded(known[key]?.dataSync()), key);
        assert.equal(constants.get(key)?.dataType, known[key]?.dtype);
        assert.deepEqual(
          Array.from((constants.get(key)?.data ?? []) as ArrayLike<number>),
          Array.from(known[key]?.dataSync() ?? []),
        );
      }
    });
  }

  test('a note names each quantisation', async () => {
    const { notes } = await read([entries()], bytes, []);
    assert.deepEqual(notes, [
      '2 weights quantised to uint8 were brought to float32 as tfjs does (value · scale + min)',
      '2 weights quantised to uint16 were brought to float32 as tfjs does (value · scale + min)',
      'one weight quantised to float16 was brought to float32 as tfjs does',
    ]);
    assert.deepEqual((await read([entries().slice(0, 3)], bytes, [])).notes, []);
  });

  test('every half is the number that tfjs reads', async () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    const entry = {
      name: 'w',
      dtype: 'float32' as const,
      shape: [65536],
      quantization: { dtype: 'float16' as const },
    };
    const found = await inFolder(async (folder) => {
      await writeFile(join(folder, 'w.bin'), new Uint8Array(halves.buffer));
      return readWeights(join(folder, 'model.json'), [{ paths: ['w.bin'], weights: [entry] }]);
    });
    const known = tf.io.decodeWeights(halves.buffer, [entry])['w']?.dataSync() ?? [];
    assert.deepEqual(Array.from(found.weights.get('w')?.data ?? []), Array.from(known));
  });
});

describe('texts', () => {
  test('stand between numbers and are no floats', async () => {
    const texts = ['', 'a', 'größer'].map((text) => Buffer.from(text));
    const bytes = Buffer.concat([
      ...texts.flatMap((text) => [Buffer.from(Uint32Array.of(text.length).buffer), text]),
      Buffer.from(Float32Array.of(1.5).buffer),
    ]);
    const found = await inFolder(async (folder) => {
      await writeFile(join(folder, 'w.bin'), bytes);
      const weights = [
        { name: 'texts', shape: [3], dtype: 'string' },
        { name: 'w', shape: [1], dtype: 'float32' },
      ];
      return readWeights(join(folder, 'model.json'), [{ paths: ['w.bin'], weights }]);
    });
    assert.deepEqual(found.constants.get('texts')?.data, ['', 'a', 'größer']);
    assert.deepEqual([...found.weights.keys()], ['w']);
    assert.deepEqual(Array.from(found.weights.get('w')?.data ?? []), [1.5]);
  });
});

describe('a manifest that cannot be right is refused in one line', () => {
  const refused: readonly [string, JsonObject, RegExp][] = [
    ['a negative size', { shape: [-2, -2], dtype: 'float32' }, /shape \[-2, -2\]/],
    ['half an element', { shape: [0.5, 8], dtype: 'float32' }, /shape \[0\.5, 8\]/],
    ['a size beyond counting', { shape: [1e9, 1e9], dtype: 'float32' }, /shape/],
    ['complex numbers', { shape: [1], dtype: 'complex64' }, /stored as "complex64"/],
    ['a text that the file ends before', { shape: [2], dtype: 'string' }, /end early/],
    [
      'whole numbers as halves',
      { shape: [1], dtype: 'int32', quantization: { dtype: 'float16' } },
      /holds float32 only/,
    ],
    [
      'an unknown quantisation',
      { shape: [1], dtype: 'float32', quantization: { dtype: 'int4', scale: 1, min: 0 } },
      /quantised to "int4"/,
    ],
    [
      'a quantisation of truth values',
      { shape: [1], dtype: 'bool', quantization: { dtype: 'uint8', scale: 1, min: 0 } },
      /of type "bool" is quantised/,
    ],
    [
      'a scale that is missing',
      { shape: [1], dtype: 'float32', quantization: { dtype: 'uint8', min: 0 } },
      /lacks its "scale" or "min"/,
    ],
  ];
  for (const [name, entry, pattern] of refused) {
    test(name, async () => {
      await inFolder(async (folder) => {
        await writeFile(join(folder, 'w.bin'), new Uint8Array(4));
        const manifest = [{ paths: ['w.bin'], weights: [{ name: 'w', ...entry }] }];
        await assert.rejects(readWeights(join(folder, 'model.json'), manifest), (error: Error) => {
          assert.equal(error.name, 'InputError');
          assert.match(error.message, pattern);
          return true;
        });
      });
    });
  }

  test('two weights of one name', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'w.bin'), new Uint8Array(8));
      const entry = { name: 'w', shape: [1], dtype: 'float32' };
      const manifest = [{ paths: ['w.bin'], weights: [entry, entry] }];
      await assert.rejects(readWeights(join(folder, 'model.json'), manifest), /two weights .* are named w/);
    });
  });
});
