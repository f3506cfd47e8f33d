import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { UnsupportedOperatorError } from '../../src/core/errors.ts';
import { readNpy } from '../../src/data/npy.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { sizeOf } from '../../src/graph/tensor.ts';
import type { Graph } from '../../src/graph/types.ts';
import { createModelClassifier } from '../../src/models/model-classifier.ts';
import { openModel } from '../../src/models/open.ts';
import type { ModelDescription } from '../../src/models/open.ts';
import { inFolder } from './folder.ts';
import { graphOf } from './opened.ts';
import { linearGraph, randomConstant, randomNumbers, sharedPath, writeOnnx } from './graphs.ts';
import { crossEntropyOf } from '../../src/classifier/objective.ts';

const bounds = { lower: -10, upper: 10 };
let engines: Engine[] = [];
before(async () => {
  engines = [await createOnnxRuntimeEngine({ threads: 1 }), await createOnnxRuntimeEngine({ threads: 2 })];
});
after(async () => {
  for (const engine of engines) await engine.dispose();
});

async function described(graph: Graph): Promise<ModelDescription> {
  return inFolder(async (folder) => openModel(await writeOnnx(folder, 'net.onnx', graph), { bounds }));
}

/** One wide hidden layer: its products are large enough that the runtime divides them among threads. */
function wideGraph(): Graph {
  const builder = new GraphBuilder('wide');
  builder.input('image', 'float32', ['N', 3, 32, 32]);
  const hidden = builder.relu(
    builder.gemm(builder.flatten('image'), randomConstant(builder, [3072, 700], 0.02)),
  );
  builder.output(builder.matMul(hidden, randomConstant(builder, [700, 10], 0.04)));
  return builder.build();
}

const models: Readonly<Record<string, { path?: string; open: () => Promise<ModelDescription> }>> = {
  'a wide fully connected model': { open: () => described(wideGraph()) },
  ...Object.fromEntries(
    ['preact18', 'resnet_bottleneck', 'resnext_bottleneck'].map((name) => {
      const path = sharedPath(`reference/${name}/model.onnx`);
      return [name, { path, open: () => openModel(path, { bounds }) }];
    }),
  ),
  'resnet8-cifar10': {
    path: sharedPath('models/resnet8-cifar10/model.json'),
    open: () => openModel(sharedPath('models/resnet8-cifar10/model.json'), { bounds }),
  },
};

describe('an example gives the same bits in every batch, at every place, with any number of threads', () => {
  for (const [name, { path, open }] of Object.entries(models)) {
    test(name, async (t) => {
      if (path !== undefined && !existsSync(path)) {
        t.skip(`${path} is not there`);
        return;
      }
      const model = await open();
      const size = sizeOf(model.inputShape);
      const inputs = randomNumbers(32 * size, name);
      const labels = Int32Array.from({ length: 32 }, (_, index) => index % model.classCount);
      const [first] = engines;
      assert.ok(first);
      const reference = await createModelClassifier(model, first, { chunkSize: 5 });
      const all = {
        ...(await reference.gradient(inputs, crossEntropyOf(labels))),
        scores: await reference.logits(inputs),
      };
      await reference.dispose();
      for (const engine of engines) {
        const classifier = await createModelClassifier(model, engine);
        for (const count of [1, 2, 3, 7, 32]) {
          for (const start of new Set([0, Math.min(1, 32 - count), 32 - count])) {
            const end = start + count;
            const part = inputs.slice(start * size, end * size);
            const found = await classifier.gradient(part, crossEntropyOf(labels.slice(start, end)));
            const scores = await classifier.logits(part);
            const where = `${String(count)} from ${String(start)}`;
            const k = model.classCount;
            assert.deepEqual(scores, all.scores.slice(start * k, end * k), `logits of ${where}`);
            assert.deepEqual(found.logits, all.logits.slice(start * k, end * k), `logits beside ${where}`);
            assert.deepEqual(found.losses, all.losses.slice(start, end), `losses of ${where}`);
            // Bytes are compared as one buffer: a message of a million numbers helps nobody.
            const expected = all.gradients.slice(start * size, end * size);
            assert.ok(
              Buffer.from(found.gradients.buffer).equals(Buffer.from(expected.buffer)),
              `gradient of ${where}`,
            );
          }
        }
        await classifier.dispose();
      }
    });
  }
});

describe('the reference vectors of another implementation', () => {
  for (const name of ['preact18', 'resnet_bottleneck', 'resnext_bottleneck']) {
    test(name, async (t) => {
      const folder = sharedPath(`reference/${name}`);
      if (!existsSync(folder)) {
        t.skip(`${folder} is not there`);
        return;
      }
      const [engine] = engines;
      assert.ok(engine);
      const model = await openModel(`${folder}/model.onnx`, { bounds: { lower: 0, upper: 1 } });
      const classifier = await createModelClassifier(model, engine);
      const [x, y, logits, grad, loss] = await Promise.all(
        ['x', 'y', 'logits', 'grad', 'loss'].map(async (file) => {
          return Float32Array.from(
            (await readNpy(`${folder}/${file}.npy`)).data as ArrayLike<number>,
            Number,
          );
        }),
      );
      assert.ok(x && y && logits && grad && loss);
      const found = await classifier.gradient(x, crossEntropyOf(Int32Array.from(y)));
      assertClose(found.logits, logits);
      assertClose(await classifier.logits(x), logits);
      assertClose(found.gradients, grad);
      assertClose(found.losses, loss);
    });
  }
});

/** Equal to 1e-5 of the largest value. */
function assertClose(found: Float32Array, expected: Float32Array): void {
  assert.equal(found.length, expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const gap = expected.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (found[index] ?? NaN))),
    0,
  );
  assert.ok(gap <= 1e-5 * largest, `differs by ${String(gap / largest)} of the largest value`);
}

test('a model nobody here trained is wrong on 119 of 1000 images', async (t) => {
  const [model, data] = [
    sharedPath('models/resnet8-cifar10/model.json'),
    sharedPath('data/cifar-10-batches-bin/test_batch.bin'),
  ];
  const [engine] = engines;
  if (!existsSync(model) || !existsSync(data) || engine === undefined) {
    t.skip(`${model} or ${data} is not there`);
    return;
  }
  const bytes = await readFile(data);
  const count = bytes.length / 3073;
  const inputs = new Float32Array(count * 3072);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = bytes[i * 3073] ?? 0;
    inputs.set(bytes.subarray(i * 3073 + 1, (i + 1) * 3073), i * 3072);
  }
  const classifier = await createModelClassifier(
    await openModel(model, { bounds: { lower: 0, upper: 255 } }),
    engine,
  );
  const logits = await classifier.logits(inputs);
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    const row = logits.subarray(i * 10, (i + 1) * 10);
    if (row.indexOf(Math.max(...row)) !== labels[i]) wrong++;
  }
  assert.deepEqual([wrong, count], [119, 1000]);
});

test('a model of fixed batch runs on any number of examples', async () => {
  const [engine] = engines;
  assert.ok(engine);
  const builder = new GraphBuilder('fixed');
  builder.input('image', 'float32', [2, 2, 3, 3]);
  const flat = builder.flatten('image');
  // A constant for each place of the batch: not known to keep examples apart.
  const shifted = builder.sub(flat, randomConstant(builder, [2, 18]));
  builder.output(builder.gemm(shifted, randomConstant(builder, [18, 4])));
  const model = await described(builder.build());
  assert.equal(graphOf(model).fixedBatch, 2);
  const classifier = await createModelClassifier(model, engine);
  const inputs = randomNumbers(5 * 18, 'fixed');
  const labels = Int32Array.of(0, 1, 2, 3, 0);
  const { logits, gradients } = await classifier.gradient(inputs, crossEntropyOf(labels));
  assert.deepEqual([logits.length, gradients.length], [20, 90]);
  assert.deepEqual(await classifier.logits(inputs.slice(4 * 18)), logits.slice(16));
});

test('a model of fixed batch whose examples depend on each other is refused', async () => {
  const [engine] = engines;
  assert.ok(engine);
  const model = await described(linearGraph((b, x) => b.sub(x, b.reduceMean(x, [0])), 3));
  await assert.rejects(
    createModelClassifier(model, engine),
    /net: .* depends on the others of its batch of 3; export/,
  );
});

describe('what is wrong is one line', () => {
  const run = async (
    graph: Graph,
    act: (classifier: Awaited<ReturnType<typeof createModelClassifier>>) => Promise<unknown>,
    pattern: RegExp | typeof UnsupportedOperatorError,
  ): Promise<void> => {
    const [engine] = engines;
    assert.ok(engine);
    const classifier = await createModelClassifier(await described(graph), engine);
    await assert.rejects(act(classifier), pattern);
    await classifier.dispose();
  };
  const two = new Float32Array(36);

  test('inputs that are not whole examples', () =>
    run(
      linearGraph(),
      (c) => c.logits(new Float32Array(35)),
      /35 input elements are not whole examples of 18/,
    ));
  test('a label out of range', () =>
    run(
      linearGraph(),
      (c) => c.gradient(two, crossEntropyOf(Int32Array.of(0, 4))),
      /label 4 of example 1 .* 0 to 3/,
    ));
  test('too few labels', () =>
    run(linearGraph(), (c) => c.gradient(two, crossEntropyOf(Int32Array.of(0))), /2 examples .* 1 labels/));
  test('NaN', () =>
    run(linearGraph(), (c) => c.logits(two.map(() => NaN)), /net: its logits hold NaN at element 0/));
  test('an operator without gradient', () =>
    run(
      linearGraph((b, x) => {
        const scale = b.scalar(0.1);
        return b.apply('DequantizeLinear', [b.apply('QuantizeLinear', [x, scale]), scale]);
      }),
      (c) => c.gradient(two, crossEntropyOf(Int32Array.of(0, 1))),
      UnsupportedOperatorError,
    ));
  test('a derivative that is 0 wherever it exists', () =>
    run(
      linearGraph((b, x) => b.matMul(b.apply('Floor', [x]), randomConstant(b, [4, 3]))),
      (c) => c.gradient(two, crossEntropyOf(Int32Array.of(0, 1))),
      /Floor\): the derivative is 0 behind it, and no other way leads to the logits/,
    ));
  test('one way on which a derivative is left is enough', async () => {
    const [engine] = engines;
    assert.ok(engine);
    const graph = linearGraph((b, x) => b.add(b.apply('Floor', [x]), x));
    const classifier = await createModelClassifier(await described(graph), engine);
    const { gradients } = await classifier.gradient(two, crossEntropyOf(Int32Array.of(0, 1)));
    assert.ok(gradients.some((slope) => slope !== 0));
    await classifier.dispose();
  });
  test('no bounds, and a chunk size of 0', async () => {
    const [engine] = engines;
    assert.ok(engine);
    const model = await described(linearGraph());
    const unbounded = await inFolder(async (folder) =>
      openModel(await writeOnnx(folder, 'n.onnx', linearGraph())),
    );
    await assert.rejects(createModelClassifier(unbounded, engine), /--bounds 0,1/);
    await assert.rejects(createModelClassifier(model, engine, { chunkSize: 0 }), /chunk size is 0/);
  });
  test('no examples give no results', async () => {
    const [engine] = engines;
    assert.ok(engine);
    const classifier = await createModelClassifier(await described(linearGraph()), engine);
    assert.equal((await classifier.logits(new Float32Array(0))).length, 0);
    await classifier.dispose();
    await classifier.dispose();
  });
});
