/** What tfjs-layers cannot build or save, checked against values worked out by hand. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { float32 } from '../../../src/graph/tensor.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import { importLayersModel } from '../../../src/models/layers-model/import.ts';
import { inFolder } from '../folder.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

interface StoredWeight {
  readonly spec: JsonObject;
  readonly bytes: Uint8Array;
}

function stored(name: string, shape: number[], values: number[]): StoredWeight {
  return { spec: { name, shape, dtype: 'float32' }, bytes: new Uint8Array(Float32Array.from(values).buffer) };
}

async function answer(
  modelTopology: Json,
  input: { dims: number[]; data: number[] },
  weights: StoredWeight[] = [],
): Promise<number[]> {
  const graph = await inFolder(async (folder) => {
    await writeFile(join(folder, 'w.bin'), Buffer.concat(weights.map(({ bytes }) => bytes)));
    const manifest = [{ paths: ['w.bin'], weights: weights.map(({ spec }) => spec) }];
    const json = { modelTopology, weightsManifest: manifest };
    return (await importLayersModel(join(folder, 'model.json'), json)).graph;
  });
  const compiled = await engine.compile(graph);
  const outputs = await compiled.run({ image: float32(input.dims, input.data) });
  return Array.from(Object.values(outputs)[0]?.data as Float32Array);
}

function sequential(inputShape: number[], className: string, config: JsonObject): Json {
  const input = {
    class_name: 'InputLayer',
    config: { name: 'in', batch_input_shape: [null, ...inputShape] },
  };
  const layer = { class_name: className, config: { name: 'layer', ...config } };
  return { class_name: 'Sequential', config: { name: 's', layers: [input, layer] } };
}

function assertClose(found: number[], expected: number[]): void {
  assert.equal(found.length, expected.length);
  for (const [index, value] of expected.entries()) {
    assert.ok(
      Math.abs((found[index] ?? NaN) - value) < 1e-6,
      `${found.join(' ')} is not ${expected.join(' ')}`,
    );
  }
}

const line = { dims: [1, 5], data: [-2, -0.5, 0.5, 2, 7] };

describe('layers and settings that tfjs lacks', () => {
  test('ReLU with slope, threshold and maximum', async () => {
    const config = { negative_slope: 0.1, threshold: 1, max_value: 6 };
    assertClose(await answer(sequential([5], 'ReLU', config), line), [-0.3, -0.15, -0.05, 2, 6]);
  });

  test('ReLU with a slope alone', async () => {
    assertClose(await answer(sequential([5], 'ReLU', { negative_slope: 0.5 }), line), [-1, -0.25, 0.5, 2, 7]);
  });

  test('ELU with an alpha', async () => {
    const expected = line.data.map((x) => (x > 0 ? x : 0.7 * (Math.exp(x) - 1)));
    assertClose(await answer(sequential([5], 'ELU', { alpha: 0.7 }), line), expected);
  });

  test('Normalization by learned statistics', async () => {
    const weights = [stored('layer/mean', [2], [1, 2]), stored('layer/variance', [2], [4, 0])];
    const input = { dims: [1, 2, 1, 2], data: [1, 3, 2, 2] };
    // Channels first: the first channel is 1 3, the second 2 2; a variance of 0 divides by 10⁻⁷.
    assertClose(
      await answer(sequential([1, 2, 2], 'Normalization', { axis: [-1] }), input, weights),
      [0, 1, 0, 0],
    );
  });

  test('Normalization by given statistics over all elements', async () => {
    const config = { axis: null, mean: 1, variance: 4 };
    assertClose(await answer(sequential([5], 'Normalization', config), line), [-1.5, -0.75, -0.25, 0.5, 3]);
  });

  test('Conv1D with causal padding sees no later element', async () => {
    const config = { padding: 'causal', use_bias: false, strides: [1], dilation_rate: [1] };
    const weights = [stored('layer/kernel', [2, 1, 1], [10, 1])];
    const input = { dims: [1, 3, 1], data: [1, 2, 3] };
    assertClose(await answer(sequential([3, 1], 'Conv1D', config), input, weights), [1, 12, 23]);
  });

  test('Conv2D in groups', async () => {
    const weights = [stored('layer/kernel', [1, 1, 1, 2], [3, 5]), stored('layer/bias', [2], [0, 1])];
    const input = { dims: [1, 2, 1, 1], data: [1, 2] };
    assertClose(await answer(sequential([1, 1, 2], 'Conv2D', { groups: 2 }), input, weights), [3, 11]);
  });

  test('Rescaling by a number per channel', async () => {
    const config = { scale: [2, 10], offset: [0, 1] };
    const input = { dims: [1, 2, 1, 1], data: [1, 2] };
    assertClose(await answer(sequential([1, 1, 2], 'Rescaling', config), input), [2, 21]);
  });

  test('Subtract in the Keras 3 form of a functional model', async () => {
    const from = (name: string): Json => ({
      class_name: '__keras_tensor__',
      config: { shape: [null, 5], dtype: 'float32', keras_history: [name, 0, 0] },
    });
    const call = (...names: string[]): Json => [{ args: [names.map(from)], kwargs: {} }];
    const topology = {
      class_name: 'Functional',
      config: {
        name: 'f',
        layers: [
          { class_name: 'InputLayer', name: 'in', config: { batch_shape: [null, 5] }, inbound_nodes: [] },
          { class_name: 'ReLU', name: 'relu', config: {}, inbound_nodes: call('in') },
          { class_name: 'Subtract', name: 'sub', config: {}, inbound_nodes: call('in', 'relu') },
        ],
        input_layers: ['in', 0, 0],
        output_layers: ['sub', 0, 0],
      },
    };
    assertClose(await answer(topology, line), [-2, -0.5, 0, 0, 0]);
  });
});

test('a model that takes a list of pixels takes them channels last from an image', async () => {
  const topology = sequential([12], 'Activation', { activation: 'linear' });
  const { graph, notes } = await inFolder(async (folder) => {
    await writeFile(join(folder, 'w.bin'), new Uint8Array(0));
    const json = { modelTopology: topology, weightsManifest: [{ paths: ['w.bin'], weights: [] }] };
    return importLayersModel(join(folder, 'model.json'), json, [3, 2, 2]);
  });
  const compiled = await engine.compile(graph);
  const image = float32([1, 3, 2, 2], [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]);
  const [output] = Object.values(await compiled.run({ image }));
  assert.deepEqual(Array.from(output?.data as Float32Array), [0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23]);
  assert.match(notes.join(), /channels last, as Keras has them/);
});

test('the weights of an archive stand by the class of their layer', async () => {
  const weights = [
    stored('layers/dense/vars/0', [5, 1], [1, 0, 0, 0, 2]),
    stored('optimizer/vars/0', [1], [9]),
  ];
  assertClose(await answer(sequential([5], 'Dense', { use_bias: false }), line, weights), [12]);
});

describe('quantised weights', () => {
  const dense = sequential([1], 'Dense', { use_bias: false });
  const one = { dims: [1, 1], data: [1] };
  const entry = (quantization: JsonObject, bytes: Uint8Array): StoredWeight => ({
    spec: { name: 'layer/kernel', shape: [1, 3], dtype: 'float32', quantization },
    bytes,
  });

  test('uint8 and uint16 are scaled and shifted', async () => {
    const affine = { min: -1, scale: 0.5, original_dtype: 'float32' };
    const bytes = entry({ dtype: 'uint8', ...affine }, Uint8Array.of(0, 1, 255));
    assertClose(await answer(dense, one, [bytes]), [-1, -0.5, 126.5]);
    const words = entry({ dtype: 'uint16', ...affine }, new Uint8Array(Uint16Array.of(0, 1, 300).buffer));
    assertClose(await answer(dense, one, [words]), [-1, -0.5, 149]);
  });

  test('float16: normal, negative and subnormal', async () => {
    const bits = Uint16Array.of(0x3e00, 0xc000, 0x0001);
    const found = await answer(dense, one, [entry({ dtype: 'float16' }, new Uint8Array(bits.buffer))]);
    assertClose(found.slice(0, 2), [1.5, -2]);
    assert.equal(found[2], 2 ** -24);
  });
});

describe('what is wrong is one line', () => {
  const dense = sequential([1], 'Dense', { use_bias: false });
  const one = { dims: [1, 1], data: [1] };
  const kernel = stored('layer/kernel', [1, 1], [1]);
  const cases: readonly [string, () => Promise<unknown>, RegExp][] = [
    [
      'an unknown layer',
      () => answer(sequential([1], 'GroupNormalization', {}), one),
      /the layer layer \(GroupNormalization\) is of a class/,
    ],
    [
      'an unknown activation',
      () => answer(sequential([1], 'Activation', { activation: 'sine' }), one),
      /activation sine/,
    ],
    ['a missing weight', () => answer(dense, one), /has no weight kernel/],
    [
      'a weight of an archive that is no layer’s',
      () => answer(dense, one, [stored('layers/dense_1/vars/0', [1, 1], [1])]),
      /layers\/dense_1\/vars\/0 is none of a layer of the model/,
    ],
    ['a truncated shard', () => answer(dense, one, [{ ...kernel, bytes: new Uint8Array(3) }]), /end early/],
    [
      'a shard that is too long',
      () => answer(dense, one, [{ ...kernel, bytes: new Uint8Array(8) }]),
      /hold 8 bytes/,
    ],
    [
      'channels nowhere',
      () => answer(sequential([2, 2, 1], 'Flatten', { data_format: 'channels_middle' }), one),
      /data_format = "channels_middle"/,
    ],
    [
      'a kernel of another rank',
      () => answer(sequential([2, 2, 1], 'Conv2D', {}), one, [kernel]),
      /expected 4 axes/,
    ],
    [
      'no layers',
      () => answer({ class_name: 'Sequential', config: { layers: [] } }, one),
      /no list of layers/,
    ],
    ['no Keras model', () => answer({ node: [] }, one), /expected Sequential, Model or Functional/],
    [
      'no input shape',
      () => answer({ class_name: 'Sequential', config: [{ class_name: 'ReLU', config: {} }] }, one),
      /input shape/,
    ],
    ['a malformed setting', () => answer(sequential([1], 'LeakyReLU', { alpha: 'x' }), one), /alpha = "x"/],
    [
      'a reshape that does not fit',
      () => answer(sequential([5], 'Reshape', { target_shape: [2, 2] }), line),
      /reshapes 5 elements/,
    ],
  ];
  for (const [name, run, pattern] of cases) {
    test(name, async () => {
      await assert.rejects(run, (error: Error) => {
        assert.equal(error.name, 'InputError');
        assert.match(error.message, pattern);
        assert.ok(!error.message.includes('\n'));
        return true;
      });
    });
  }
});
