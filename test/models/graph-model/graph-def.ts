/** Writes graph-models node by node, runs them by tfjs's converter and by the import: the importer's oracle. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { appendGradients } from '../../../src/autodiff/gradient.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import { randomStream } from '../../../src/core/random.ts';
import type { RandomStream } from '../../../src/core/random.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { pruneTo } from '../../../src/graph/simplify/prune.ts';
import { float32, sizeOf, tensor } from '../../../src/graph/tensor.ts';
import type { Graph, Tensor } from '../../../src/graph/types.ts';
import { importGraphModel } from '../../../src/models/graph-model/import.ts';
import type { ImportedModel } from '../../../src/models/imported-model.ts';
import { inFolder } from '../folder.ts';
import { toChannelsFirst } from '../layers-model/keras.ts';

export { tf };

const encode = (text: string): string => Buffer.from(text).toString('base64');

/** Attributes as the JSON of a GraphDef has them. */
export const attr = {
  int: (value: number): Json => ({ i: String(value) }),
  float: (value: number): Json => ({ f: value }),
  flag: (value: boolean): Json => ({ b: value }),
  text: (value: string): Json => ({ s: encode(value) }),
  ints: (...values: number[]): Json => ({ list: { i: values.map(String) } }),
  texts: (...values: string[]): Json => ({ list: { s: values.map(encode) } }),
  type: (value: string): Json => ({ type: value }),
  shape: (sizes: readonly number[]): Json => ({
    shape: { dim: sizes.map((size) => ({ size: String(size) })) },
  }),
};

/** The attributes of a convolution. */
export function conv(
  settings: { stride?: number; dilation?: number; padding?: string; explicit?: number[] } = {},
): Record<string, ReturnType<typeof attr.int>> {
  const { stride = 1, dilation = 1, padding = 'SAME', explicit } = settings;
  return {
    strides: attr.ints(1, stride, stride, 1),
    dilations: attr.ints(1, dilation, dilation, 1),
    padding: attr.text(padding),
    data_format: attr.text('NHWC'),
    ...(explicit === undefined ? {} : { explicit_paddings: attr.ints(...explicit) }),
  };
}

type Stored = 'float32' | 'int32' | 'bool';
const types = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' } as const;
const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** A GraphDef under construction, with one image input named x. */
export class GraphDef {
  readonly nodes: JsonObject[] = [];
  readonly #specs: JsonObject[] = [];
  readonly #bytes: Uint8Array[] = [];
  readonly #stream: RandomStream = randomStream(11, 'weights');
  outputs: Record<string, string> = {};

  /** @param shape of the input in TensorFlow's order, −1 where it is open */
  constructor(
    readonly shape: readonly number[],
    readonly dataType: 'DT_FLOAT' | 'DT_INT32' = 'DT_FLOAT',
  ) {
    this.node('Placeholder', [], { dtype: attr.type(dataType), shape: attr.shape(shape) }, 'x');
  }

  node(op: string, input: readonly string[], attributes: JsonObject = {}, name?: string): string {
    const chosen = name ?? `${op.toLowerCase()}_${String(this.nodes.length)}`;
    this.nodes.push({ name: chosen, op, input, attr: attributes });
    return chosen;
  }

  constant(shape: readonly number[], values: readonly number[], dtype: Stored = 'float32'): string {
    const name = this.node('Const', [], { dtype: attr.type(types[dtype]) });
    this.#specs.push({ name, shape, dtype });
    this.#bytes.push(new Uint8Array(arrays[dtype].from(values).buffer));
    return name;
  }

  ints(...values: number[]): string {
    return this.constant([values.length], values, 'int32');
  }

  int(value: number): string {
    return this.constant([], [value], 'int32');
  }

  random(shape: readonly number[], scale = 0.5, offset = 0): string {
    const values = Array.from({ length: sizeOf(shape) }, () => this.#stream.normal() * scale + offset);
    return this.constant(shape, values);
  }

  get weights(): Uint8Array {
    return Buffer.concat(this.#bytes);
  }

  json(): JsonObject {
    const sizes = this.shape.map((size) => ({ size: String(size) }));
    const outputs = Object.entries(this.outputs).map(([key, name]) => [key, { name }]);
    return {
      format: 'graph-model',
      generatedBy: 'test',
      modelTopology: { node: this.nodes, versions: { producer: 1 } },
      signature: {
        inputs: { x: { name: 'x:0', dtype: this.dataType, tensorShape: { dim: sizes } } },
        outputs: Object.fromEntries(outputs) as JsonObject,
      },
      weightsManifest: [{ paths: ['weights.bin'], weights: this.#specs }],
    };
  }

  /** What tfjs makes of it. */
  async load(): Promise<Awaited<ReturnType<typeof loadGraphModel>>> {
    const { modelTopology, signature } = this.json();
    return loadGraphModel({
      load: () =>
        Promise.resolve({
          modelTopology,
          signature,
          format: 'graph-model',
          weightSpecs: this.#specs,
          weightData: Uint8Array.from(this.weights).buffer,
        } as unknown as tf.io.ModelArtifacts),
    });
  }

  /** What the toolkit makes of it. */
  async import(inputShape?: readonly number[]): Promise<ImportedModel> {
    return inFolder(async (folder) => {
      await writeFile(join(folder, 'weights.bin'), this.weights);
      return importGraphModel(join(folder, 'model.json'), this.json(), inputShape);
    });
  }
}

/** The graph of an output and of its vector-Jacobian product by the input; the vector is the input `seeds`. */
function withGradient(graph: Graph, output: string): Graph {
  const builder = GraphBuilder.from(pruneTo(graph, [output]));
  const weighted = builder.mul(output, builder.input('seeds', 'float32', builder.dims(output)));
  const [gradient = ''] = appendGradients(builder, weighted, [graph.inputs[0]?.name ?? '']);
  builder.output(output);
  builder.output(gradient);
  return builder.build();
}

export interface Comparison {
  readonly batch?: number;
  /**
   * By what the gradient is checked: tf.grad, where tfjs has one and it is right, or, for a function that is affine
   * in the image, differences of its values by tfjs, which are exact. `none` where it is zero or not supported.
   */
  readonly gradient?: 'tf.grad' | 'differences' | 'none';
  readonly tolerance?: number;
  /** Values of the input. */
  readonly input?: (stream: RandomStream) => number;
}

/** Checks that the import answers as tfjs does, and has the gradients of tfjs, on random images. */
export async function assertSame(def: GraphDef, engine: Engine, options: Comparison = {}): Promise<void> {
  const { batch = 2, gradient = 'tf.grad', tolerance = 2e-5 } = options;
  const stream = randomStream(23, 'images');
  const shape = def.shape.map((size, axis) => (axis === 0 && size < 0 ? batch : size));
  const draw = options.input ?? ((numbers: RandomStream): number => numbers.normal());
  const data = Float32Array.from({ length: sizeOf(shape) }, () => draw(stream));
  const model = await def.load();
  const { graph } = await def.import();
  const isImage = shape.length === 4;
  const dims = isImage ? [shape[0] ?? 1, shape[3] ?? 1, shape[1] ?? 1, shape[2] ?? 1] : shape;
  const image = float32(dims, isImage ? toChannelsFirst(data, shape) : data);
  for (const [key, name] of Object.entries(def.outputs)) {
    const run = (x: tf.Tensor): tf.Tensor => model.execute({ x }, name) as tf.Tensor;
    const x = tf.tensor(data, shape, def.dataType === 'DT_INT32' ? 'int32' : 'float32');
    const known = run(x);
    const seeds = Float32Array.from({ length: known.size }, () => stream.normal());
    const [input] = graph.inputs;
    const probed = gradient === 'none' ? pruneTo(graph, [key]) : withGradient(graph, key);
    const compiled = await engine.compile(probed);
    const inputs: Record<string, Tensor> = {
      [input?.name ?? '']:
        input?.dataType === 'int32' ? tensor('int32', dims, Int32Array.from(image.data)) : image,
      seeds: float32(known.shape, seeds),
    };
    const taken = probed.inputs.map(({ name: given }) => [given, inputs[given]] as const);
    const found = await compiled.run(Object.fromEntries(taken) as Record<string, Tensor>);
    await compiled.dispose();
    const [answer, slope] = probed.outputs.map((output) => found[output.name]);
    assert.deepEqual(answer?.dims, known.shape, `${key}: the shape`);
    assertClose(answer.data as ArrayLike<number>, known.dataSync(), tolerance, `${key}: the value`);
    if (gradient === 'none') continue;
    const loss = (y: tf.Tensor): tf.Scalar => tf.sum(tf.mul(run(y), tf.tensor(seeds, known.shape)));
    const slopes = slope?.data as Float32Array;
    if (gradient === 'tf.grad') {
      const expected = tf.grad(loss)(x).dataSync() as Float32Array;
      const ordered = isImage ? toChannelsFirst(expected, shape) : expected;
      assertClose(slopes, ordered, tolerance, `${key}: the gradient`);
      continue;
    }
    for (let trial = 0; trial < 6; trial++) {
      const direction = Float32Array.from({ length: data.length }, () => stream.normal());
      const along = isImage ? toChannelsFirst(direction, shape) : direction;
      const products = along.map((value, index) => value * (slopes[index] ?? NaN));
      const moved = loss(tf.add(x, tf.tensor(direction, shape)));
      const difference = (moved.dataSync()[0] ?? NaN) - (loss(x).dataSync()[0] ?? NaN);
      const scale = products.reduce((sum, product) => sum + Math.abs(product), 1e-3);
      const gap = Math.abs(products.reduce((sum, product) => sum + product, 0) - difference);
      assert.ok(gap <= tolerance * scale, `${key}: the gradient: off by ${String(gap)} of ${String(scale)}`);
    }
  }
}

function assertClose(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(found.length, expected.length, what);
  const largest = Array.from(expected, Math.abs).reduce((a, b) => Math.max(a, b), 1e-3);
  for (let index = 0; index < expected.length; index++) {
    const gap = Math.abs(Number(found[index]) - (expected[index] ?? NaN));
    assert.ok(
      gap <= tolerance * largest,
      `${what}: element ${String(index)} is ${String(found[index])}, expected ${String(expected[index])}`,
    );
  }
}
