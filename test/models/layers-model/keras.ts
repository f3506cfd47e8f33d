/** Builds Keras models with tfjs-layers, saves them to disk, and says what they answer: the importer's oracle. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as layers from '@tensorflow/tfjs-layers';
import { randomStream } from '../../../src/core/random.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { sizeOf } from '../../../src/graph/tensor.ts';
import { createGraphClassifier } from '../../../src/models/graph-classifier.ts';
import { importLayersModel } from '../../../src/models/layers-model/import.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { inFolder } from '../folder.ts';

export { tf, layers };

/** Random weights of a size at which activations neither vanish nor saturate; variances above 0. */
export function randomizeWeights(model: layers.LayersModel, seed: number): void {
  const stream = randomStream(seed, 'weights');
  model.setWeights(
    model.weights.map((weight) => {
      const shape = weight.shape.map((size) => size ?? 1);
      const positive = /variance|gamma/.test(weight.name);
      const values = Float32Array.from({ length: sizeOf(shape) }, () => {
        return positive ? 0.5 + stream.uniform() : stream.normal() * 0.4;
      });
      return tf.tensor(values, shape);
    }),
  );
}

/** What tfjs saves of a model: the parsed model.json and the bytes of its one shard. */
export async function savedModel(
  model: layers.LayersModel,
): Promise<{ json: Record<string, unknown>; weights: Uint8Array }> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({
        modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const },
      });
    }),
  );
  const data = saved.weightData;
  const weights = new Uint8Array(
    Array.isArray(data)
      ? Buffer.concat(data.map((part) => new Uint8Array(part)))
      : (data ?? new ArrayBuffer(0)),
  );
  return {
    json: {
      format: 'layers-model',
      modelTopology: saved.modelTopology,
      weightsManifest: [{ paths: ['weights.bin'], weights: saved.weightSpecs }],
    },
    weights,
  };
}

/** [n, ...spatial, channels] as [n, channels, ...spatial]. */
export function toChannelsFirst(data: Float32Array, shape: readonly number[]): Float32Array {
  const [n = 1, ...rest] = shape;
  const channels = rest.at(-1) ?? 1;
  const positions = sizeOf(rest.slice(0, -1));
  const result = new Float32Array(data.length);
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < positions; p++) {
      for (let c = 0; c < channels; c++) {
        result[(i * channels + c) * positions + p] = data[(i * positions + p) * channels + c] ?? 0;
      }
    }
  }
  return result;
}

/** How far the imported graph is from tfjs, relative to the largest number that tfjs gives (at least 1). */
export interface Differences {
  readonly logits: number;
  /** Of the gradient of the cross-entropy by the input. */
  readonly gradient: number;
}

export interface Comparison {
  /** Examples have the channels first in Keras too. */
  readonly channelsFirst?: boolean;
  /**
   * tfjs has no gradient of its own for some layers, and a wrong one for others (average pooling that pads, nearest
   * resizing by different factors): there finite differences of its logits are the reference.
   */
  readonly finiteDifferences?: boolean;
  /** A number whose places in the input stay as they are, and have a gradient of 0: what Masking masks. */
  readonly masked?: number;
  /** Where the self-check draws its inputs. */
  readonly bounds?: { readonly lower: number; readonly upper: number };
  /** No gradient passes the model: its logits alone are compared. */
  readonly logitsAlone?: boolean;
  /** Changes the random inputs, which have the shape [2, …] in Keras's order. */
  readonly inputs?: (values: Float32Array) => void;
  readonly change?: (saved: { json: Record<string, unknown>; weights: Uint8Array }) => void;
}

/** The classes of all layers that were compared so far. */
export const comparedClasses = new Set<string>();

/** The classes of a layer and of those inside it. */
function classesIn(layer: layers.layers.Layer): string[] {
  const parts = layer as unknown as Record<string, unknown>;
  const inner = [
    parts['layer'],
    parts['forwardLayer'],
    parts['cell'],
    parts['cells'],
    parts['layers'],
  ].flat();
  const found = inner.filter((part): part is layers.layers.Layer => part !== undefined && part !== null);
  return [layer.getClassName(), ...found.flatMap(classesIn)];
}

/** What tfjs and the imported graph answer on two random inputs, and their gradients. */
export async function differencesFromKeras(
  model: layers.LayersModel,
  engine: Engine,
  seed: number,
  comparison: Comparison = {},
): Promise<Differences> {
  const { channelsFirst = false, finiteDifferences = false, logitsAlone = false, masked } = comparison;
  for (const layer of model.layers) for (const name of classesIn(layer)) comparedClasses.add(name);
  randomizeWeights(model, seed);
  const shape = [2, ...(model.inputs[0]?.shape.slice(1) ?? []).map((size) => size ?? 1)];
  const stream = randomStream(seed, 'inputs');
  const input = Float32Array.from({ length: sizeOf(shape) }, () => stream.normal());
  comparison.inputs?.(input);
  const known = tf.tensor(input, shape);
  const expected = model.predict(known) as tf.Tensor;
  const classCount = expected.shape[1] ?? 1;
  const labels = Int32Array.of(0, classCount - 1);
  const graph = await inFolder(async (folder) => {
    const saved = await savedModel(model);
    comparison.change?.(saved);
    await writeFile(join(folder, 'weights.bin'), saved.weights);
    const imported = await importLayersModel(join(folder, 'model.json'), saved.json as JsonObject);
    return imported.graph;
  });
  const turned = shape.length === 4 && !channelsFirst;
  const ours = turned ? toChannelsFirst(input, shape) : input;
  const [, ...inputShape] = (graph.inputs[0]?.dims ?? []).map(Number);
  const { bounds = { lower: -100, upper: 100 } } = comparison;
  const source = { name: 'imported', graph, inputShape, classCount, bounds };
  const classifier = await createGraphClassifier(source, engine);
  const logits = await classifier.logits(ours);
  if (logitsAlone) {
    await assert.rejects(classifier.lossGradient(ours, labels), /the derivative is 0 behind it/);
    return { logits: relative(expected.dataSync(), logits), gradient: 0 };
  }
  const { gradients } = await classifier.lossGradient(ours, labels);
  const gradient = finiteDifferences
    ? differenceQuotients(model, known, labels, masked)
    : tf
        .grad((x) => crossEntropy(model.apply(x) as tf.Tensor, labels))(known)
        .dataSync();
  const compared = turned ? toChannelsFirst(Float32Array.from(gradient), shape) : gradient;
  return {
    logits: relative(expected.dataSync(), logits),
    gradient: relative(compared, gradients),
  };
}

/** Central differences of the summed loss by every element, all in one batch. */
function differenceQuotients(
  model: layers.LayersModel,
  inputs: tf.Tensor,
  labels: Int32Array,
  masked?: number,
): Float32Array {
  const [examples = 1, ...shape] = inputs.shape;
  const size = sizeOf(shape);
  const data = inputs.dataSync();
  const moved = new Float32Array(2 * examples * size * size);
  for (let element = 0; element < examples * size; element++) {
    const example = data.subarray(Math.floor(element / size) * size, (Math.floor(element / size) + 1) * size);
    for (const [side, step] of [STEP, -STEP].entries()) {
      const row = (2 * element + side) * size;
      moved.set(example, row);
      const value = example[element % size] ?? 0;
      moved[row + (element % size)] = value === masked ? value : value + step;
    }
  }
  const logits = model.predict(tf.tensor(moved, [2 * examples * size, ...shape])) as tf.Tensor;
  const losses = tf.neg(tf.logSoftmax(logits)).dataSync();
  const classes = logits.shape[1] ?? 1;
  return Float32Array.from({ length: examples * size }, (_, element) => {
    const label = labels[Math.floor(element / size)] ?? 0;
    const loss = (side: number): number => losses[(2 * element + side) * classes + label] ?? NaN;
    return (loss(0) - loss(1)) / (2 * STEP);
  });
}

/** Small against the curvature, large against the rounding of single precision. */
const STEP = 4e-3;

/** Summed over the examples, so that each has its own gradient. */
function crossEntropy(logits: tf.Tensor, labels: Int32Array): tf.Tensor {
  const picked = tf.oneHot(tf.tensor1d(labels, 'int32'), logits.shape[1] ?? 1);
  return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), picked)));
}

function relative(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let largest = 1;
  let difference = 0;
  for (let index = 0; index < expected.length; index++) {
    const value = expected[index] ?? NaN;
    largest = Math.max(largest, Math.abs(value));
    const gap = Math.abs(value - (found[index] ?? NaN));
    difference = Math.max(difference, Number.isNaN(gap) ? Infinity : gap);
  }
  return difference / largest;
}
