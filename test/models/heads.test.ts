/** What files give as scores, and what becomes of it: logits whose gradient is that of the loss that the scores mean. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModel } from '../../src/benchmark/open-model.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { int } from '../../src/graph/attributes.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { float32 } from '../../src/graph/tensor.ts';
import type { Graph } from '../../src/graph/types.ts';
import { createModelClassifier } from '../../src/models/model-classifier.ts';
import type { ModelOptions } from '../../src/models/options.ts';
import { linearGraph, randomConstant, randomNumbers, writeOnnx } from './graphs.ts';
import { openedGraph } from './opened.ts';
import { crossEntropyOf } from '../../src/classifier/objective.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

const bounds = { lower: -8, upper: 8 };
const images = randomNumbers(4 * 18, 'heads');
const labels = Int32Array.of(0, 1, 1, 0);

async function classifierOf(graph: Graph, options: ModelOptions = {}): Promise<Required<Classifier>> {
  return createModelClassifier(await openedGraph(graph, { bounds, ...options }), engine);
}

function assertClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  assert.equal(found.length, expected.length);
  Array.from(found).forEach((value, index) => {
    const other = expected[index] ?? NaN;
    assert.ok(
      Math.abs(value - other) <= tolerance * Math.max(1, Math.abs(other)),
      `${String(value)} is not ${String(other)}`,
    );
  });
}

/** Softmax in float64. */
function softmax(logits: Float32Array, classes: number): number[] {
  return Array.from(logits, (_, index) => {
    const start = index - (index % classes);
    const row = Array.from(logits.subarray(start, start + classes));
    const greatest = Math.max(...row);
    const exponentials = row.map((logit) => Math.exp(logit - greatest));
    return (exponentials[index % classes] ?? NaN) / exponentials.reduce((sum, value) => sum + value, 0);
  });
}

/** Another member of an ensemble: 4 scores of the same image. */
const member = (b: GraphBuilder): string =>
  b.softmax(b.matMul(b.reshape('image', [-1, 18]), randomConstant(b, [18, 4])));

const probabilities: Readonly<Record<string, (b: GraphBuilder, x: string) => string>> = {
  'the mean of two softmaxes': (b, x) => b.mul(b.add(b.softmax(x), member(b)), b.scalar(0.5)),
  'the operator Mean of softmaxes': (b, x) => b.apply('Mean', [b.softmax(x), member(b), b.softmax(b.neg(x))]),
  'stacked softmaxes, averaged': (b, x) => {
    const stacked = b.concat([b.unsqueeze(b.softmax(x), [0]), b.unsqueeze(member(b), [0])], 0);
    return b.reduceMean(stacked, [0], false);
  },
  'a weighted sum of softmaxes': (b, x) =>
    b.add(b.mul(b.softmax(x), b.scalar(0.25)), b.mul(member(b), b.scalar(0.75))),
  'a clipped softmax': (b, x) => b.apply('Clip', [b.softmax(x), b.scalar(1e-7), b.scalar(1 - 1e-7)]),
  'the exponential of a log-softmax': (b, x) => b.exp(b.logSoftmax(x, 1)),
  'the greater of a softmax and a small number': (b, x) => b.apply('Max', [b.softmax(x), b.scalar(1e-7)]),
  'a softmax mixed with others by a matrix': (b, x) =>
    b.matMul(
      b.softmax(x),
      b.constant(
        float32(
          [4, 4],
          Float32Array.from({ length: 16 }, (_, index) => (index % 5 === 0 ? 0.7 : 0.1)),
        ),
      ),
    ),
  'a scaled softmax, of which the class of each counts': (b, x) => b.div(b.softmax(x), b.scalar(4)),
  'a softmax written with a reciprocal': (b, x) => {
    const exponential = b.exp(x);
    return b.mul(exponential, b.div(b.scalar(1), b.reduceSum(exponential, [1])));
  },
};

describe('probabilities become their logarithms', () => {
  for (const [name, finish] of Object.entries(probabilities)) {
    test(name, async () => {
      const graph = linearGraph(finish);
      const model = await openedGraph(graph, { bounds });
      assert.equal(model.outputs, 'logarithm of probabilities');
      const classifier = await createModelClassifier(model, engine);
      const given = await engine.compile(graph);
      const scores = Object.values(await given.run({ image: float32([4, 2, 3, 3], images) }))[0]
        ?.data as Float32Array;
      const sums = Array.from({ length: 4 }, (_, row) =>
        scores.subarray(row * 4, row * 4 + 4).reduce((a, b) => a + b, 0),
      );
      const { logits, losses, gradients } = await classifier.gradient(images, crossEntropyOf(labels));
      assertClose(
        softmax(logits, 4),
        Array.from(scores, (score, index) => score / (sums[Math.floor(index / 4)] ?? NaN)),
      );
      labels.forEach((label, row) => {
        assertClose(
          [losses[row] ?? NaN],
          [-Math.log((scores[row * 4 + label] ?? NaN) / (sums[row] ?? NaN))],
          1e-4,
        );
      });
      // Where the model is sure, its gradient is there still.
      const sure = images.map((value) => 8 * Math.sign(value));
      const steep = (await classifier.gradient(sure, crossEntropyOf(labels))).gradients;
      for (const found of [gradients, steep]) assert.ok(found.some((value) => Math.abs(value) > 1e-4));
    });
  }

  test('those that are said to be logits stay as they are', async () => {
    const graph = linearGraph(probabilities['the mean of two softmaxes']);
    assert.equal((await openedGraph(graph, { outputs: 'logits' })).outputs, 'logits');
  });
});

describe('one number is a classifier of two classes', () => {
  const one = (finish: (b: GraphBuilder, z: string) => string): Graph =>
    linearGraph((b, x) => finish(b, b.slice(x, { starts: [0], ends: [1], axes: [1] })));
  const pair = linearGraph((b, x) => {
    const z = b.slice(x, { starts: [0], ends: [1], axes: [1] });
    return b.concat([b.mul(z, b.scalar(0)), z], 1);
  });
  const heads: Readonly<Record<string, Graph>> = {
    'a sigmoid': one((b, z) => b.sigmoid(z)),
    'a logit': one((_b, z) => z),
    'a sigmoid without an axis of its own': one((b, z) => b.reshape(b.sigmoid(z), [-1])),
    'a clipped sigmoid': one((b, z) => b.apply('Clip', [b.sigmoid(z), b.scalar(1e-6), b.scalar(1 - 1e-6)])),
    'the pair σ(−z) and σ(z)': one((b, z) => b.concat([b.sigmoid(b.neg(z)), b.sigmoid(z)], 1)),
    'the pair 1 − σ and σ': one((b, z) => {
      const sigma = b.sigmoid(z);
      return b.concat([b.sub(b.scalar(1), sigma), sigma], 1);
    }),
  };
  for (const [name, graph] of Object.entries(heads)) {
    test(name, async () => {
      const found = await (await classifierOf(graph)).gradient(images, crossEntropyOf(labels));
      const expected = await (await classifierOf(pair)).gradient(images, crossEntropyOf(labels));
      assertClose(softmax(found.logits, 2), softmax(expected.logits, 2));
      assertClose(found.losses, expected.losses);
      assertClose(found.gradients, expected.gradients);
    });
  }
});

describe('the logarithm of a probability that float32 rounds to 0', () => {
  const steep = images.map((value) => 400 * value);
  const cases: Readonly<Record<string, [string, (b: GraphBuilder, x: string) => string, typeof exact]>> = {
    softmax: ['scaled, so that it stays', (b, x) => b.mul(b.log(b.softmax(x)), b.scalar(0.5)), exact],
    sigmoid: ['of each class', (b, x) => b.log(b.sigmoid(x)), (row, z) => -Math.log1p(Math.exp(-z))],
  };
  function exact(row: readonly number[], z: number): number {
    const greatest = Math.max(...row);
    const sum = row.reduce((total, logit) => total + Math.exp(logit - greatest), 0);
    return (z - greatest - Math.log(sum)) / 2;
  }
  for (const [inner, [what, finish, expected]] of Object.entries(cases)) {
    test(`${inner}, ${what}`, async () => {
      const wide = { bounds: { lower: -2000, upper: 2000 } };
      const plain = await (await classifierOf(linearGraph(), wide)).logits(steep);
      const { logits, gradients } = await (
        await classifierOf(linearGraph(finish), wide)
      ).gradient(steep, crossEntropyOf(labels));
      const rows = Array.from(plain, (z, index) => {
        const row = Array.from(plain.subarray(index - (index % 4), index - (index % 4) + 4));
        return expected(row, z);
      });
      assert.ok(Math.min(...rows) < -110, 'no probability is rounded to 0');
      assertClose(logits, rows);
      for (let row = 0; row < 4; row++) {
        assert.ok(gradients.subarray(row * 18, row * 18 + 18).every(Number.isFinite));
      }
    });
  }
});

test('a logit of −∞ is a class that is never chosen', async () => {
  const masked = linearGraph((b, x) => b.add(x, b.constant(float32([4], [0, -Infinity, 0, 0]))));
  const three = linearGraph((b, x) => b.gather(x, b.shapeConstant([0, 2, 3]), 1));
  const own = Int32Array.of(0, 2, 3, 0);
  const found = await (await classifierOf(masked)).gradient(images, crossEntropyOf(own));
  const expected = await (
    await classifierOf(three)
  ).gradient(images, crossEntropyOf(Int32Array.of(0, 1, 2, 0)));
  assertClose(found.losses, expected.losses);
  assertClose(found.gradients, expected.gradients);
  assert.equal(found.logits[1], -Infinity);
});

describe('whole numbers as input', () => {
  const whole = (): Graph => {
    const b = new GraphBuilder('whole');
    b.input('image', 'uint8', ['N', 2, 3, 3]);
    const scaled = b.div(b.cast('image', 'float32'), b.scalar(255));
    b.output(b.gemm(b.flatten(scaled), randomConstant(b, [18, 4])));
    return b.build();
  };
  const levels = { lower: 0, upper: 255 };
  const pixels = Float32Array.from({ length: 4 * 18 }, (_, index) => (index * 37) % 256);

  test('are rounded, and have no gradient unless asked', async () => {
    const classifier = await classifierOf(whole(), { bounds: levels });
    const moved = pixels.map((value) => Math.max(0, Math.min(255, value + 0.3)));
    assert.deepEqual(await classifier.logits(moved), await classifier.logits(pixels));
    await assert.rejects(
      classifier.gradient(pixels, crossEntropyOf(labels)),
      /--approximate-gradient straight-through/,
    );
  });

  test('give the gradient of the value behind the cast when asked', async () => {
    const model = await openedGraph(whole(), { bounds: levels, approximateGradient: 'straight-through' });
    assert.equal(model.approximateGradient, 'straight-through');
    const classifier = await createModelClassifier(model, engine);
    const { gradients } = await classifier.gradient(pixels, crossEntropyOf(labels));
    const b = new GraphBuilder('float');
    b.input('image', 'float32', ['N', 2, 3, 3]);
    const same = whole().initializers;
    const scaled = b.div('image', b.scalar(255));
    const kernel = [...same.values()].find(({ dims }) => dims.length === 2);
    assert.ok(kernel !== undefined);
    b.output(b.gemm(b.flatten(scaled), b.constant(kernel)));
    const plain = await classifierOf(b.build(), { bounds: levels });
    assertClose(gradients, (await plain.gradient(pixels, crossEntropyOf(labels))).gradients);
  });
});

test('a file of operators that are not known runs as a black box, each example by itself', async () => {
  const linear = linearGraph();
  const normalizer = {
    operator: 'ai.onnx.ml::Normalizer',
    name: 'normalizer',
    inputs: [linear.outputs[0]?.name ?? ''],
    outputs: ['scores'],
    attributes: { norm: { kind: 'string' as const, value: 'L2' } },
  };
  const graph: Graph = {
    ...linear,
    nodes: [...linear.nodes, normalizer],
    outputs: [{ name: 'scores', dataType: 'float32', dims: ['N', 4] }],
  };
  const folder = await mkdtemp(join(tmpdir(), 'robust-bench-opaque-'));
  const model = await openModel(await writeOnnx(folder, 'm.onnx', graph), { bounds });
  assert.match(model.notes.join(), /Normalizer/);
  const classifier = await createModelClassifier(model, engine);
  const plain = await (await classifierOf(linear)).logits(images);
  const expected = Array.from(plain, (value, index) => {
    const row = plain.subarray(index - (index % 4), index - (index % 4) + 4);
    return value / Math.hypot(...row);
  });
  assertClose(await classifier.logits(images), expected);
  await assert.rejects(classifier.gradient(images, crossEntropyOf(labels)), /black box.*--source MODEL/);
  await classifier.dispose();
  await rm(folder, { recursive: true });
});

test('an input that the scores do not need is left out, and said', async () => {
  const linear = linearGraph();
  const beside = {
    ...linear,
    inputs: [{ name: 't', dataType: 'float32' as const, dims: ['N', 1] }, ...linear.inputs],
  };
  const model = await openedGraph(beside, { bounds });
  assert.deepEqual(model.notes, ['the scores do not depend on its input t']);
  const found = await (await createModelClassifier(model, engine)).logits(images);
  assert.deepEqual(found, await (await classifierOf(linear)).logits(images));
});

test('one of several outputs is named', async () => {
  const b = new GraphBuilder('two');
  b.input('image', 'float32', ['N', 2, 3, 3]);
  const features = b.node('Flatten', ['image'], { axis: int(1) }, { outputs: ['features'] })[0] ?? '';
  b.node('Gemm', [features, randomConstant(b, [18, 4])], {}, { outputs: ['scores'] });
  b.output('features');
  b.output('scores');
  const graph = b.build();
  await assert.rejects(openedGraph(graph), /2 can hold the scores; name the one/);
  await assert.rejects(
    openedGraph(graph, { output: 'other' }),
    /no output other; name one of features \[N, 18\]/,
  );
  assert.equal((await openedGraph(graph, { output: 'scores' })).classCount, 4);
});

describe('the shape of an input', () => {
  const flat = (): Graph => {
    const b = new GraphBuilder('flat');
    b.input('x', 'float32', ['N', 12]);
    b.output(b.matMul('x', randomConstant(b, [12, 3])));
    return b.build();
  };
  const last = (): Graph => {
    const b = new GraphBuilder('last');
    b.input('x', 'float32', ['N', 'h', 'w', 3]);
    b.output(b.reduceMean('x', [1, 2], false));
    return b.build();
  };

  test('a list of numbers is taken from an image of one channel, and asked for the order of several', async () => {
    assert.deepEqual((await openedGraph(flat(), { inputShape: [1, 3, 4] })).inputShape, [1, 3, 4]);
    await assert.rejects(openedGraph(flat(), { inputShape: [3, 2, 2] }), /--model-layout channels-first or/);
    const first = await classifierOf(flat(), { inputShape: [3, 2, 2], layout: 'channels-first' });
    const other = await classifierOf(flat(), { inputShape: [3, 2, 2], layout: 'channels-last' });
    const pixels = Float32Array.from({ length: 12 }, (_, index) => index / 2);
    const turned = Float32Array.from([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], (place) => pixels[place] ?? NaN);
    assertClose(await other.logits(pixels), await first.logits(turned));
  });

  test('the given shape tells that the file is channels last', async () => {
    const model = await openedGraph(last(), { inputShape: [3, 8, 6] });
    assert.equal(model.layout, 'channels-last');
    assert.match(model.notes[0] ?? '', /channels last/);
    await assert.rejects(openedGraph(last()), /--model-layout channels-last with --input-shape 3,224,224/);
    await assert.rejects(openedGraph(last(), { inputShape: [8, 6, 3] }), /with --input-shape 3,8,6/);
  });
});
