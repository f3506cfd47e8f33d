import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { float32 } from '../../src/graph/tensor.ts';
import type { Graph } from '../../src/graph/types.ts';
import type { ModelOptions } from '../../src/models/options.ts';
import { linearGraph, randomConstant, randomNumbers } from './graphs.ts';
import { graphOf, openedGraph } from './opened.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

async function run(graph: Graph, dims: readonly number[], data: Float32Array): Promise<number[]> {
  const compiled = await engine.compile(graph);
  const [input] = graph.inputs;
  const outputs = await compiled.run({ [input?.name ?? '']: float32(dims, data) });
  await compiled.dispose();
  return Array.from(Object.values(outputs)[0]?.data as Float32Array);
}

function assertClose(found: readonly number[], expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  for (const [index, value] of expected.entries()) {
    assert.ok(
      Math.abs((found[index] ?? NaN) - value) < 1e-5,
      `${String(found[index])} is not ${String(value)}`,
    );
  }
}

const images = randomNumbers(3 * 18, 'images');

describe('a batch of one in the file', () => {
  const reshaping = (batch: number | string): Graph => {
    const builder = new GraphBuilder('reshaping');
    builder.input('image', 'float32', [batch, 2, 3, 3]);
    const rows = builder.reshape('image', [1, 2, 9]);
    const flat = builder.reshape(builder.relu(rows), [-1, 18]);
    builder.output(builder.matMul(flat, randomConstant(builder, [18, 4])));
    return builder.build();
  };

  test('is opened up, targets of Reshape included', async () => {
    const model = await openedGraph(reshaping(1));
    const { graph, fixedBatch } = graphOf(model);
    assert.equal(fixedBatch, undefined);
    assert.deepEqual(model.inputShape, [2, 3, 3]);
    assert.deepEqual(model.notes, ['its batch, fixed to 1 in the file, was opened']);
    assert.deepEqual(graph.inputs[0]?.dims, ['N', 2, 3, 3]);
    assert.deepEqual(graph.outputs[0]?.dims, ['N', 4]);
    const together = await run(graph, [3, 2, 3, 3], images);
    const single: number[] = [];
    for (let i = 0; i < 3; i++) {
      single.push(...(await run(reshaping(1), [1, 2, 3, 3], images.subarray(i * 18, (i + 1) * 18))));
    }
    assertClose(together, single);
  });

  const mixing: Readonly<Record<string, (builder: GraphBuilder) => string>> = {
    'a mean over the batch': (b) => {
      const flat = b.flatten('image');
      return b.sub(flat, b.reduceMean(flat, [0]));
    },
    'a softmax over the batch': (b) => b.softmax(b.flatten('image'), 0),
  };
  for (const [name, mix] of Object.entries(mixing)) {
    test(`stays where examples may mix: ${name}`, async () => {
      const builder = new GraphBuilder('mixing');
      builder.input('image', 'float32', [1, 2, 3, 3]);
      const mixed = mix(builder);
      const [, width = 1] = builder.dims(mixed);
      builder.output(builder.matMul(mixed, randomConstant(builder, [Number(width), 4])));
      const model = await openedGraph(builder.build());
      const { graph, fixedBatch } = graphOf(model);
      assert.equal(fixedBatch, 1);
      assert.match(model.notes[0] ?? '', /runs one example at a time, because node \S+ .* over the examples/);
      assert.equal((await run(graph, [1, 2, 3, 3], images.subarray(0, 18))).length, 4);
    });
  }
});

describe('what is put around the graph', () => {
  test('normalisation per channel, in the units of the input', async () => {
    const plain = graphOf(await openedGraph(linearGraph())).graph;
    const normalization = { mean: [0.5, 1], std: [2, 4] };
    const { graph } = graphOf(await openedGraph(linearGraph(), normalization));
    const normalized = images.map((value, index) => {
      const channel = Math.floor(index / 9) % 2;
      return (value - (normalization.mean[channel] ?? 0)) / (normalization.std[channel] ?? 1);
    });
    assertClose(await run(graph, [3, 2, 3, 3], images), await run(plain, [3, 2, 3, 3], normalized));
  });

  test('a channels-last input is transposed', async () => {
    const builder = new GraphBuilder('last');
    builder.input('image', 'float32', ['batch', 2, 2, 3]);
    builder.output(builder.flatten('image'));
    const model = await openedGraph(builder.build(), { layout: 'channels-last' });
    const { graph } = graphOf(model);
    assert.deepEqual(model.inputShape, [3, 2, 2]);
    const data = Float32Array.from({ length: 12 }, (_, index) => index);
    assert.deepEqual(await run(graph, [1, 3, 2, 2], data), [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
  });

  test('a float64 graph takes and gives float32', async () => {
    const builder = new GraphBuilder('double');
    builder.input('image', 'float64', ['N', 2, 1, 1]);
    builder.output(builder.flatten('image'));
    const { graph } = graphOf(await openedGraph(builder.build()));
    assert.deepEqual(await run(graph, [1, 2, 1, 1], Float32Array.of(1.5, -2)), [1.5, -2]);
  });

  test('open sizes are filled, scores of [N, K, 1, 1] are flattened', async () => {
    const builder = new GraphBuilder('open');
    builder.input('image', 'float32', ['b', 3, 'h', 'w']);
    builder.output(builder.conv(builder.globalAveragePool('image'), randomConstant(builder, [5, 3, 1, 1])));
    const { graph } = graphOf(await openedGraph(builder.build(), { inputShape: [3, 8, 9] }));
    assert.deepEqual(graph.inputs[0]?.dims, ['N', 3, 8, 9]);
    assert.deepEqual(graph.outputs[0]?.dims, ['N', 5]);
    await assert.rejects(openedGraph(builder.build()), /--input-shape 3,224,224/);
  });

  test('names that the graph uses itself do not collide', async () => {
    const builder = new GraphBuilder('names');
    builder.input('x', 'float32', ['N', 2, 1, 1]);
    builder.node('Relu', ['x'], {}, { outputs: ['image'] });
    builder.node('Neg', ['image'], {}, { outputs: ['mean'] });
    builder.node('Flatten', ['mean'], {}, { outputs: ['constant_0'] });
    builder.output('constant_0');
    const { graph } = graphOf(await openedGraph(builder.build(), { mean: [0], std: [1] }));
    assert.deepEqual(await run(graph, [1, 2, 1, 1], Float32Array.of(1.5, -2)), [-1.5, -0]);
  });
});

describe('what cannot be told is asked for or refused in one line', () => {
  const made = (build: (builder: GraphBuilder) => void): Graph => {
    const builder = new GraphBuilder('g');
    build(builder);
    return builder.build();
  };
  const image = (b: GraphBuilder, dims: readonly number[] = [2, 2, 2]): string =>
    b.input('image', 'float32', ['N', ...dims]);
  const cases: Readonly<Record<string, [Graph, ModelOptions, RegExp]>> = {
    'two inputs': [
      made((b) => {
        b.input('mask', 'float32', ['N', 8]);
        b.output(b.add(b.flatten(image(b)), 'mask'));
      }),
      {},
      /2 inputs \(mask \[N, 8\], image/,
    ],
    'a softmax over the batch, transposed there and back': [
      linearGraph((b, x) => b.transpose(b.softmax(b.transpose(x, [1, 0]), 1), [1, 0])),
      {},
      /would depend on the others of its batch/,
    ],
    'truth values as input': [
      made((b) => {
        b.input('image', 'bool', ['N', 2]);
        b.output(b.cast('image', 'float32'));
      }),
      {},
      /of type bool/,
    ],
    'labels as output': [
      made((b) => {
        b.output(b.cast(b.flatten(image(b)), 'int64'));
      }),
      {},
      /labels alone cannot be attacked/,
    ],
    'two outputs of scores': [
      made((b) => {
        const flat = b.flatten(image(b));
        b.output(flat);
        b.output(b.relu(flat));
      }),
      {},
      /2 can hold the scores/,
    ],
    'an output that is an image': [
      made((b) => {
        b.output(b.relu(image(b)));
      }),
      {},
      /expected \[N, number of classes\]/,
    ],
    'a layout that looks channels last': [
      made((b) => {
        b.output(b.flatten(image(b, [8, 8, 3])));
      }),
      {},
      /--model-layout channels-last/,
    ],
    'a shape that contradicts the graph': [
      made((b) => {
        b.output(b.flatten(image(b)));
      }),
      { inputShape: [2, 2, 3] },
      /2,2,3 does not fit/,
    ],
    'a normalisation of other channels': [
      made((b) => {
        b.output(b.flatten(image(b)));
      }),
      { mean: [0, 0, 0], std: [1] },
      /3 numbers for mean, expected 1 or 2/,
    ],
  };
  for (const [name, [graph, settings, pattern]] of Object.entries(cases)) {
    test(name, async () => {
      await assert.rejects(openedGraph(graph, settings), pattern);
    });
  }
});
