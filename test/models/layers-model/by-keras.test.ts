/** Models as Keras 2 and Keras 3 write them, against the logits and gradients that Keras computed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../../src/core/json.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { sizeOf } from '../../../src/graph/tensor.ts';
import { createGraphClassifier } from '../../../src/models/graph-classifier.ts';
import { importLayersModel } from '../../../src/models/layers-model/import.ts';
import type { ImportedModel } from '../../../src/models/imported-model.ts';
import { inFolder } from '../folder.ts';
import { toChannelsFirst } from './keras.ts';
import { crossEntropyOf } from '../../../src/classifier/objective.ts';

/** One line of fixtures/layers-models: see benchmarks/oracles/layers_models.py, which writes them. */
interface Case {
  readonly name: string;
  readonly modelTopology: JsonObject;
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    /** Among the weights of the model, which their numbers follow from; their order here, unless it is said. */
    readonly place?: number;
    readonly least?: number;
  }[];
  /** In Keras's order. */
  readonly inputShape: readonly number[];
  /** Of two examples. */
  readonly logits: readonly number[];
  /** Of the cross-entropy with the labels 0 and the last class. */
  readonly gradient: readonly number[];
}

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

/** The numbers of the oracle's weights and inputs: between least and least + 1. */
function numbers(shape: readonly number[], offset: number, least: number): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, (_, index) => {
    return ((index * 37 + offset) % 101) / 101 + least;
  });
}

async function imported({ modelTopology, weights }: Case): Promise<ImportedModel> {
  const entries = weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  const values = weights.map(({ name, shape, place, least }, index) => {
    const usual = /variance|gamma/.test(name) ? 0.5 : -0.45;
    return numbers(shape, 17 * (place ?? index) + 7, least ?? usual);
  });
  return inFolder(async (folder) => {
    const bytes = Buffer.concat(values.map((value) => new Uint8Array(value.buffer)));
    await writeFile(join(folder, 'w.bin'), bytes);
    const weightsManifest = [{ paths: ['w.bin'], weights: entries }];
    return importLayersModel(join(folder, 'model.json'), { modelTopology, weightsManifest });
  });
}

function assertClose(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(found.length, expected.length, what);
  const largest = Math.max(1, ...Array.from(expected, Math.abs));
  for (let index = 0; index < expected.length; index++) {
    const gap = Math.abs((found[index] ?? NaN) - (expected[index] ?? NaN));
    assert.ok(
      gap < 1e-5 * largest,
      `${what} ${String(index)} is ${String(found[index])}, not ${String(expected[index])}`,
    );
  }
}

for (const version of [2, 3]) {
  const file = new URL(`../../../fixtures/layers-models/keras-${String(version)}.json`, import.meta.url);
  const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[];
  describe(`models of Keras ${String(version)} are read as it means them`, () => {
    for (const one of cases) {
      test(one.name, async () => {
        const { graph } = await imported(one);
        const shape = [2, ...one.inputShape];
        const turn = (values: Float32Array): Float32Array =>
          shape.length === 4 ? toChannelsFirst(values, shape) : values;
        const [, ...inputShape] = (graph.inputs[0]?.dims ?? []).map(Number);
        const classCount = one.logits.length / 2;
        // A table has no row for numbers beyond those of the examples.
        const looked = /Embedding|CategoryEncoding/.test(one.name);
        const reach = looked ? 0.5 : 10;
        const bounds = { lower: -reach, upper: reach };
        const classifier = await createGraphClassifier(
          { name: one.name, graph, inputShape, classCount, bounds },
          engine,
        );
        const images = turn(numbers(shape, 11, -0.5));
        assertClose(await classifier.logits(images), one.logits, 'the logit');
        const labels = Int32Array.of(0, classCount - 1);
        if (looked) {
          await assert.rejects(
            classifier.gradient(images, crossEntropyOf(labels)),
            /the derivative is 0 behind it/,
          );
          return;
        }
        const { gradients } = await classifier.gradient(images, crossEntropyOf(labels));
        assertClose(gradients, turn(Float32Array.from(one.gradient)), 'the gradient');
      });
    }
  });
}
