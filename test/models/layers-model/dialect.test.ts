/** Who wrote a file, and what is refused because of how its layers are called. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { float32 } from '../../../src/graph/tensor.ts';
import { dialectOf } from '../../../src/models/layers-model/dialect.ts';
import { importLayersModel } from '../../../src/models/layers-model/import.ts';
import type { ImportedModel } from '../../../src/models/imported-model.ts';
import { inFolder } from '../folder.ts';
import { tf, toChannelsFirst } from './keras.ts';

let engine: Engine;
before(async () => {
  await tf.setBackend('cpu');
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

async function imported(topology: JsonObject): Promise<ImportedModel> {
  return inFolder(async (folder) => {
    await writeFile(join(folder, 'w.bin'), new Uint8Array(0));
    const json = { modelTopology: topology, weightsManifest: [{ paths: ['w.bin'], weights: [] }] };
    return importLayersModel(join(folder, 'model.json'), json);
  });
}

async function answer({ graph }: ImportedModel, dims: number[], data: Float32Array): Promise<number[]> {
  const compiled = await engine.compile(graph);
  const outputs = await compiled.run({ image: float32(dims, data) });
  await compiled.dispose();
  return Array.from(Object.values(outputs)[0]?.data as Float32Array);
}

/** A Sequential model of one layer behind its input. */
function one(
  version: string | undefined,
  shape: number[],
  className: string,
  config: JsonObject,
): JsonObject {
  const input = { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, ...shape] } };
  const layer = { class_name: className, config: { name: 'layer', ...config } };
  return {
    ...(version === undefined ? {} : { keras_version: version }),
    model_config: { class_name: 'Sequential', config: { name: 's', layers: [input, layer] } },
  };
}

/** A functional model in the form of Keras 3 whose last layer is called with the given arguments. */
function called(layer: JsonObject, args: Json, kwargs: JsonObject = {}): JsonObject {
  const input = {
    class_name: 'InputLayer',
    name: 'in',
    config: { batch_shape: [null, 2] },
    inbound_nodes: [],
  };
  const node = { name: 'layer', config: {}, inbound_nodes: [{ args, kwargs }], ...layer };
  const config = { layers: [input, node], input_layers: ['in', 0, 0], output_layers: ['layer', 0, 0] };
  return { keras_version: '3.5.0', model_config: { class_name: 'Functional', config } };
}

const tensor: Json = { class_name: '__keras_tensor__', config: { keras_history: ['in', 0, 0] } };

describe('the dialect is that of the version, or of the form', () => {
  const cases: readonly [string, JsonObject, string][] = [
    ['tfjs', { modelTopology: { keras_version: 'tfjs-layers 4.22.0' } }, 'tfjs'],
    ['Keras 2', { modelTopology: { keras_version: '2.15.0' } }, 'Keras 2'],
    ['Keras 3', { modelTopology: { keras_version: '3.5.0' } }, 'Keras 3'],
    ['a converter that names Keras 3', { generatedBy: 'keras v3.8.0', modelTopology: {} }, 'Keras 3'],
    [
      'a converter that names tfjs',
      { generatedBy: 'TensorFlow.js tfjs-layers v2.0.0', modelTopology: {} },
      'tfjs',
    ],
    [
      'the version goes before the form',
      { modelTopology: { keras_version: '2.4', batch_shape: [] } },
      'Keras 2',
    ],
    [
      'an input with a batch_shape',
      { modelTopology: { config: { layers: [{ batch_shape: [] }] } } },
      'Keras 3',
    ],
    ['a dtype policy', { modelTopology: { config: { dtype: { class_name: 'DTypePolicy' } } } }, 'Keras 3'],
    ['no sign of anyone', { modelTopology: { config: { batch_input_shape: [null, 2] } } }, 'Keras 2'],
  ];
  for (const [name, json, expected] of cases) {
    test(name, () => {
      assert.equal(dialectOf(json), expected);
    });
  }

  test('hard_sigmoid is that of the writer', async () => {
    const values: Record<string, number> = { '2.15.0': 0.7, '3.5.0': 4 / 6, 'tfjs-layers 4.22.0': 0.7 };
    for (const [version, expected] of Object.entries(values)) {
      const model = await imported(one(version, [1], 'Activation', { activation: 'hard_sigmoid' }));
      const [value = 0] = await answer(model, [1, 1], Float32Array.of(1));
      assert.ok(Math.abs(value - expected) < 1e-6, `${version}: ${String(value)}`);
    }
  });
});

describe('Resizing of tfjs places its samples as tfjs does', () => {
  const shape = [2, 5, 4, 3] as const;
  const data = Float32Array.from({ length: 120 }, (_, index) => ((index * 37) % 101) / 101);
  const sizes = [
    [7, 9],
    [2, 3],
    [5, 1],
  ] as const;
  for (const [height, width] of sizes) {
    for (const interpolation of ['bilinear', 'nearest'] as const) {
      for (const crop of [false, true]) {
        test(`${interpolation} to ${String(height)} × ${String(width)}${crop ? ', cropped' : ''}`, async () => {
          const config = { height, width, interpolation, crop_to_aspect_ratio: crop };
          const model = await imported(one('tfjs-layers 4.22.0', [5, 4, 3], 'Resizing', config));
          const resize =
            interpolation === 'bilinear' ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor;
          const expected = resize(tf.tensor4d(data, [...shape]), [height, width], !crop).dataSync();
          const found = await answer(model, [2, 3, 5, 4], toChannelsFirst(data, shape));
          const turned = toChannelsFirst(Float32Array.from(expected), [2, height, width, 3]);
          assert.equal(found.length, turned.length);
          for (const [index, value] of turned.entries()) {
            assert.ok(
              Math.abs((found[index] ?? NaN) - value) < 1e-6,
              `${String(found[index])} is not ${String(value)}`,
            );
          }
        });
      }
    }
  }
});

describe('what was taken for granted is noted', () => {
  const cases: readonly [string, JsonObject, RegExp][] = [
    [
      'augmentation',
      one('2.15.0', [8, 8, 3], 'RandomFlip', {}),
      /augmentation layers were taken as the identity/,
    ],
    [
      'RandomWidth of tfjs',
      one('tfjs-layers 4', [8, 8, 3], 'RandomWidth', { factor: 0.1 }),
      /resizes at random/,
    ],
    [
      'half precision',
      one('2.15.0', [2], 'ReLU', { dtype: { class_name: 'Policy', config: { name: 'mixed_float16' } } }),
      /dtype policy mixed_float16 were computed in float32/,
    ],
    ['sampling', one('3.5.0', [8, 8, 3], 'Resizing', { height: 4, width: 4 }), /computed as Keras 3 does/],
    [
      'channels by their sizes',
      one(undefined, [3, 8, 8], 'ReLU', {}),
      /\[3, 8, 8\] was taken as channels first/,
    ],
  ];
  for (const [name, topology, pattern] of cases) {
    test(name, async () => {
      const { notes } = await imported(topology);
      assert.match(notes.join('\n'), pattern);
    });
  }

  test('nothing, where nothing was', async () => {
    assert.deepEqual((await imported(one('3.5.0', [8, 8, 3], 'ReLU', { dtype: 'float32' }))).notes, []);
  });
});

test('several outputs bear the names of their layers', async () => {
  const topology = called({ class_name: 'ReLU' }, [tensor]);
  const { config } = topology['model_config'] as { config: JsonObject };
  const outputs = [
    ['layer', 0, 0],
    ['in', 0, 0],
    ['layer', 0, 0],
  ];
  const model = { class_name: 'Functional', config: { ...config, output_layers: outputs } };
  const { graph } = await imported({ keras_version: '3.5.0', model_config: model });
  assert.equal(graph.outputs.length, 3);
  assert.equal(graph.outputs[0]?.name, 'layer');
  const compiled = await engine.compile(graph);
  const values = Object.values(await compiled.run({ image: float32([1, 2], [-1, 2]) }));
  assert.deepEqual(
    values.map(({ data }) => Array.from(data as Float32Array)),
    [
      [0, 2],
      [-1, 2],
      [0, 2],
    ],
  );
});

describe('a call that means something else is refused in one line', () => {
  const cases: readonly [string, JsonObject, RegExp][] = [
    [
      'training mode',
      called({ class_name: 'Dropout' }, [tensor], { training: true }),
      /called in training mode/,
    ],
    ['training mode by place', called({ class_name: 'Dropout' }, [tensor, true]), /argument number 2 = true/],
    ['a mask', called({ class_name: 'ReLU' }, [tensor], { mask: tensor }), /a value as its argument mask/],
    [
      'an operation on a constant',
      called({ class_name: 'Add', module: 'keras.src.ops.numpy' }, [tensor, 2]),
      /argument number 2 = 2/,
    ],
    [
      'an operation of a layer’s name',
      called({ class_name: 'Concatenate', module: 'keras.src.ops.numpy' }, [[tensor, tensor]]),
      /of the module keras\.src\.ops\.numpy/,
    ],
    [
      'a class of the program’s own',
      called({ class_name: 'ReLU', module: null, registered_name: 'mine>ReLU' }, [tensor]),
      /of the module mine>ReLU/,
    ],
    [
      'Keras 2’s way to say training',
      {
        class_name: 'Model',
        config: {
          layers: [
            {
              class_name: 'InputLayer',
              name: 'in',
              config: { batch_input_shape: [null, 2] },
              inbound_nodes: [],
            },
            {
              class_name: 'Dropout',
              name: 'd',
              config: {},
              inbound_nodes: [[['in', 0, 0, { training: true }]]],
            },
          ],
          input_layers: [['in', 0, 0]],
          output_layers: [['d', 0, 0]],
        },
      },
      /called in training mode/,
    ],
    [
      'a quantised layer',
      one('3.5.0', [2], 'ReLU', { dtype: 'int8_from_float32' }),
      /dtype policy int8_from_float32/,
    ],
    [
      'an activation of Keras 3',
      one('2.15.0', [2], 'Activation', { activation: 'hard_silu' }),
      /those of Keras 2/,
    ],
    [
      'an activation of tfjs',
      one('3.5.0', [2], 'Activation', { activation: 'gelu_new' }),
      /those of Keras 3/,
    ],
    ['a stateful layer', one('2.15.0', [3, 2], 'LSTM', { stateful: true }), /is stateful/],
    ['a cell as a layer', one('2.15.0', [4], 'GRUCell', { units: 5 }), /is a cell, which stands inside/],
    [
      'antialiasing',
      one('3.5.0', [8, 8, 3], 'Resizing', { height: 4, width: 4, antialias: true }),
      /antialiasing/,
    ],
    ['a random crop', one('3.5.0', [8, 8, 3], 'RandomCrop', { height: 4, width: 4 }), /uncropped/],
    [
      'interpolation by areas',
      one('2.15.0', [8, 8, 3], 'Resizing', { height: 4, width: 4, interpolation: 'area' }),
      /interpolates by area/,
    ],
  ];
  for (const [name, topology, pattern] of cases) {
    test(name, async () => {
      await assert.rejects(imported(topology), (error: Error) => {
        assert.equal(error.name, 'InputError');
        assert.match(error.message, pattern);
        assert.ok(!error.message.includes('\n'));
        return true;
      });
    });
  }

  const masked: readonly [string, string, JsonObject[], RegExp][] = [
    [
      'a mask that is read in a way of its own',
      '2.15.0',
      [{ class_name: 'Softmax', config: { name: 's' } }],
      /Softmax\) takes steps that a layer before it masks/,
    ],
    [
      'a mask that tfjs keeps for a later layer',
      'tfjs-layers 4.22.0',
      [
        { class_name: 'Reshape', config: { name: 'r', target_shape: [2, 3] } },
        { class_name: 'LSTM', config: { name: 'lstm' } },
      ],
      /LSTM\) comes after a mask that does not belong to its input/,
    ],
  ];
  for (const [name, version, after, pattern] of masked) {
    test(name, async () => {
      const { model_config: model } = one(version, [3, 2], 'Masking', {});
      const { config } = model as { config: { layers: JsonObject[] } };
      const layers = [...config.layers, ...after];
      const topology = {
        keras_version: version,
        model_config: { class_name: 'Sequential', config: { layers } },
      };
      await assert.rejects(imported(topology), pattern);
    });
  }

  test('models inside models without end', async () => {
    let model: JsonObject = { class_name: 'ReLU', config: { name: 'r' } };
    for (let depth = 0; depth < 16; depth++) {
      const inner = { ...model, config: { ...(model['config'] as JsonObject), name: 'a' } };
      const again = { ...model, config: { ...(model['config'] as JsonObject), name: 'b' } };
      model = { class_name: 'Sequential', config: { name: 'm', layers: [inner, again] } };
    }
    const input = { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 2] } };
    const topology = { class_name: 'Sequential', config: { layers: [input, model] } };
    await assert.rejects(imported(topology), /applies more than 20000 layers/);
  });
});
