/**
 * Compares graph-models as the toolkit imports them with tfjs itself on its cpu backend: the values of each output and
 * their gradients by the image (tf.grad, of the outputs weighted at random), on random images. The error is
 * ‖found − tfjs‖₂ / ‖tfjs‖₂.
 *
 *   npx tsx benchmarks/graph-models.ts MODEL.json… [--images 4] [--input-shape 3,224,224]
 *
 * The models are those of public packages, such as emotion.json of @vladmandic/human.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
// Registers the gradients of tfjs-core's operators.
import '@tensorflow/tfjs-layers';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import Table from 'cli-table3';
import { appendGradients } from '../src/autodiff/gradient.ts';
import type { JsonObject } from '../src/core/json.ts';
import { randomStream } from '../src/core/random.ts';
import { createOnnxRuntimeEngine } from '../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../src/graph/builder.ts';
import { pruneTo } from '../src/graph/simplify/prune.ts';
import { simplify } from '../src/graph/simplify/simplify.ts';
import { float32, sizeOf } from '../src/graph/tensor.ts';
import { importGraphModel } from '../src/models/graph-model/import.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { images: { type: 'string', default: '4' }, 'input-shape': { type: 'string' } },
});

type Manifest = { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];

/** The model as tfjs loads it, without a server. */
async function loadByTfjs(
  path: string,
  json: JsonObject,
): Promise<Awaited<ReturnType<typeof loadGraphModel>>> {
  const manifest = json['weightsManifest'] as unknown as Manifest;
  const shards = manifest
    .flatMap(({ paths }) => paths)
    .map((shard) => readFile(resolve(dirname(path), shard)));
  const artifacts = {
    ...json,
    weightSpecs: manifest.flatMap(({ weights }) => weights),
    weightData: Uint8Array.from(Buffer.concat(await Promise.all(shards))).buffer,
  };
  return loadGraphModel({ load: () => Promise.resolve(artifacts as unknown as tf.io.ModelArtifacts) });
}

function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [gap, size] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    gap += ((found[index] ?? NaN) - (expected[index] ?? NaN)) ** 2;
    size += (expected[index] ?? NaN) ** 2;
  }
  return Math.sqrt(gap / size);
}

await tf.setBackend('cpu');
const engine = await createOnnxRuntimeEngine({ threads: 1 });
const table = new Table({
  style: { head: [], border: [] },
  head: ['model', 'output', 'shape', 'values', 'gradient'],
});
const given = values['input-shape']?.split(',').map(Number);

for (const path of positionals) {
  const json = JSON.parse(await readFile(path, 'utf8')) as JsonObject;
  const model = await loadByTfjs(path, json);
  const { graph, notes } = await importGraphModel(path, json, given);
  for (const note of notes) console.log(`${basename(path)}: ${note}`);
  const [input] = graph.inputs;
  if (input === undefined) throw new Error(`${path} has no input`);
  const [batch, ...rest] = input.dims;
  const dims = [typeof batch === 'number' ? batch : Number(values.images), ...rest.map(Number)];
  const stream = randomStream(7, basename(path));
  const image = Float32Array.from({ length: sizeOf(dims) }, () => stream.uniform());
  const first = tf.tensor(image, dims);
  const isImage = dims.length === 4;
  const inputs = Object.values(model.inputs).map(({ name }) => name);
  const tensors = new Map(Object.entries(signatureOutputs(json)));
  for (const { name, dims: shape } of graph.outputs) {
    const tensor = tensors.get(name) ?? name;
    const run = (x: tf.Tensor): tf.Tensor =>
      model.execute({ [inputs[0] ?? '']: isImage ? tf.transpose(x, [0, 2, 3, 1]) : x }, tensor) as tf.Tensor;
    const known = run(first);
    const seeds = Float32Array.from({ length: known.size }, () => stream.normal());
    const slope = gradientByTfjs((x) => tf.sum(tf.mul(run(x), tf.tensor(seeds, known.shape))), first);
    const builder = GraphBuilder.from(simplify(pruneTo(graph, [name])));
    const weighted = builder.mul(name, builder.input('seeds', 'float32', builder.dims(name)));
    const [gradient = ''] = appendGradients(builder, weighted, [input.name]);
    for (const output of [name, gradient]) builder.output(output);
    const compiled = await engine.compile(builder.build());
    const found = await compiled.run({
      [input.name]: float32(dims, image),
      seeds: float32(known.shape, seeds),
    });
    await compiled.dispose();
    table.push([
      basename(path),
      name,
      shape.join('×'),
      relativeError(found[name]?.data as Float32Array, known.dataSync()).toExponential(1),
      typeof slope === 'string'
        ? slope
        : relativeError(found[gradient]?.data as Float32Array, slope.dataSync()).toExponential(1),
    ]);
  }
}
console.log(table.toString());
await engine.dispose();

/** The gradient, or why tfjs has none. */
function gradientByTfjs(loss: (x: tf.Tensor) => tf.Scalar, x: tf.Tensor): tf.Tensor | string {
  try {
    return tf.grad(loss)(x);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function signatureOutputs(json: JsonObject): Record<string, string> {
  const metadata = json['userDefinedMetadata'] as { signature?: unknown } | undefined;
  const signature = (json['signature'] ?? metadata?.signature) as
    { outputs?: Record<string, { name: string }> } | undefined;
  return Object.fromEntries(Object.entries(signature?.outputs ?? {}).map(([key, { name }]) => [key, name]));
}
