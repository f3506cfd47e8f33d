import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readFile } from 'node:fs/promises';
import { randomStream } from '../../../src/core/random.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { float32, sizeOf } from '../../../src/graph/tensor.ts';
import type { Graph } from '../../../src/graph/types.ts';
import { isObject } from '../../../src/core/json.ts';
import { encodeLayersModel, writeLayersModel } from '../../../src/models/layers-model/export/export.ts';
import { importLayersModel } from '../../../src/models/layers-model/import.ts';
import { inFolder } from '../folder.ts';
import { layers, tf } from './keras.ts';

let engine: Engine;
before(async () => {
  await tf.setBackend('cpu');
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

/** A builder with random constants, so that each graph below is a few lines. */
class RandomGraph {
  readonly builder = new GraphBuilder('exported');
  readonly #stream = randomStream(5, 'export');

  constructor(readonly shape: readonly number[]) {
    this.builder.input('image', 'float32', ['N', ...shape]);
  }

  constant(dims: readonly number[], scale = 0.4, offset = 0): string {
    const data = Float32Array.from({ length: sizeOf(dims) }, () => this.#stream.normal() * scale + offset);
    return this.builder.constant(float32(dims, data));
  }

  normalized(x: string): string {
    const [, channels = 1] = this.builder.dims(x);
    const each = (offset: number): string => this.constant([Number(channels)], 0.1, offset);
    return this.builder.batchNormalization(x, each(1), each(0), each(0), each(1));
  }

  conv(x: string, filters: number, kernel: number, stride: number, pad: number): string {
    const [, channels = 1] = this.builder.dims(x);
    const weights = this.constant([filters, Number(channels), kernel, kernel], 0.2);
    return this.builder.conv(x, weights, { strides: [stride, stride], pads: [pad, pad, pad, pad] });
  }

  classified(x: string, classes = 5): Graph {
    const { builder } = this;
    const features = builder.flatten(x);
    const [, width = 1] = builder.dims(features);
    builder.output(
      builder.gemm(features, this.constant([classes, Number(width)]), this.constant([classes]), {
        transposeB: true,
      }),
    );
    return builder.build();
  }
}

const graphs: Readonly<Record<string, () => Graph>> = {
  'a PreAct ResNet': () => {
    const g = new RandomGraph([3, 8, 8]);
    const b = g.builder;
    const centred = b.sub('image', g.constant([1, 3, 1, 1], 0.1, 0.5));
    let x = g.conv(b.div(centred, g.constant([1, 3, 1, 1], 0.02, 0.25)), 4, 3, 1, 1);
    for (const [filters, stride] of [
      [4, 1],
      [6, 2],
      [8, 2],
    ] as const) {
      const active = b.relu(g.normalized(x));
      const inner = g.conv(active, filters, 3, stride, 1);
      const outer = g.conv(b.relu(g.normalized(inner)), filters, 3, 1, 1);
      x = b.add(outer, stride === 1 ? x : g.conv(active, filters, 1, stride, 0));
    }
    return g.classified(b.globalAveragePool(b.relu(g.normalized(x))));
  },
  'max-pooling with padding after a ReLU, and a flattened image': () => {
    const g = new RandomGraph([2, 9, 7]);
    const pooled = g.builder.maxPool(g.builder.relu(g.conv('image', 3, 3, 1, 0)), {
      kernelShape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    });
    return g.classified(pooled);
  },
  'average pooling that counts its padding, constants on either side': () => {
    const g = new RandomGraph([2, 6, 6]);
    const b = g.builder;
    const x = b.mul(g.constant([2, 1, 1]), b.sub(b.scalar(1), b.add('image', g.constant([1, 2, 1, 1]))));
    const pads = [1, 1, 1, 1];
    return g.classified(
      b.averagePool(x, { kernelShape: [3, 3], strides: [2, 2], pads, countIncludePad: true }),
    );
  },
  'depthwise convolution, padding by a node, concatenation and a gate': () => {
    const g = new RandomGraph([2, 6, 6]);
    const b = g.builder;
    const padded = b.pad('image', [0, 0, 1, 0, 0, 0, 0, 2]);
    const deep = b.conv(padded, g.constant([4, 1, 2, 3]), { group: 2 }, g.constant([4]));
    const both = b.concat([b.sigmoid(deep), b.tanh(deep)], 1);
    const pooled = b.globalAveragePool(b.mul(both, both));
    return g.classified(b.relu(g.conv(pooled, 3, 1, 1, 0)));
  },
};

async function answers(graph: Graph, input: Float32Array, shape: readonly number[]): Promise<Float32Array> {
  const compiled = await engine.compile(graph);
  const outputs = await compiled.run({ image: float32([2, ...shape], input) });
  await compiled.dispose();
  return Object.values(outputs)[0]?.data as Float32Array;
}

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - (b[index] ?? NaN))));
}

describe('an exported graph answers the same', () => {
  for (const [name, make] of Object.entries(graphs)) {
    const graph = make();
    const shape = (graph.inputs[0]?.dims ?? []).slice(1).map(Number);
    const [channels = 1, height = 1, width = 1] = shape;
    const stream = randomStream(9, 'images');
    const input = Float32Array.from({ length: 2 * sizeOf(shape) }, () => stream.uniform());

    test(`${name}: in tfjs`, async () => {
      const expected = await answers(graph, input, shape);
      const { json, weights } = encodeLayersModel(graph);
      const [group] = json['weightsManifest'] as unknown as { weights: tf.io.WeightsManifestEntry[] }[];
      const model = await layers.loadLayersModel(
        tf.io.fromMemory({
          modelTopology: json['modelTopology'] as object,
          weightSpecs: group?.weights ?? [],
          weightData: weights.slice().buffer,
        }),
      );
      const images = tf.transpose(tf.tensor(input, [2, channels, height, width]), [0, 2, 3, 1]);
      const found = (model.predict(images) as tf.Tensor).dataSync();
      assert.ok(difference(expected, found) < 1e-5, `differs by ${String(difference(expected, found))}`);
    });

    test(`${name}: read back`, async () => {
      const expected = await answers(graph, input, shape);
      const imported = await inFolder(async (folder) => {
        const path = join(folder, 'model.json');
        await writeLayersModel(path, graph);
        const json: unknown = JSON.parse(await readFile(path, 'utf8'));
        assert.ok(isObject(json));
        return importLayersModel(path, json);
      });
      const found = await answers(imported.graph, input, shape);
      assert.ok(difference(expected, found) < 1e-5, `differs by ${String(difference(expected, found))}`);
    });
  }
});

describe('what has no counterpart is refused by name', () => {
  const refused: Readonly<Record<string, [(g: RandomGraph) => string, RegExp]>> = {
    'an operator': [({ builder }) => builder.exp('image'), /\(Exp\).*no counterpart/],
    'max-pooling of signed values with padding': [
      ({ builder }) => builder.maxPool('image', { kernelShape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
      /\(MaxPool\).*neither "valid" nor "same"/,
    ],
    'a constant that is not per channel': [
      (g) => g.builder.add('image', g.constant([1, 1, 6, 1])),
      /\(Add\).*one number per channel/,
    ],
    'grouped convolution': [
      (g) => g.builder.conv('image', g.constant([4, 2, 1, 1]), { group: 2 }),
      /\(Conv\).*2 groups/,
    ],
    'a difference of values': [
      ({ builder }) => builder.sub('image', builder.relu('image')),
      /\(Sub\).*no layer/,
    ],
  };
  for (const [name, [make, pattern]] of Object.entries(refused)) {
    test(name, () => {
      const g = new RandomGraph([4, 6, 6]);
      const graph = g.classified(make(g));
      assert.throws(() => encodeLayersModel(graph), pattern);
    });
  }
});
