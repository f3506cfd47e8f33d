/** How ways to a gradient are compared, and what becomes of an opened batch that is not what its file is. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { int } from '../../src/graph/attributes.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { float32 } from '../../src/graph/tensor.ts';
import type { Graph } from '../../src/graph/types.ts';
import { createGraphClassifier } from '../../src/models/graph-classifier.ts';
import { areSameGradients, leastLikely, nextFloats } from '../../src/models/self-check.ts';
import { linearGraph, randomConstant, randomNumbers } from './graphs.ts';
import { crossEntropyOf } from '../../src/classifier/objective.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

test('the least likely class has the least finite logit of its example', () => {
  assert.deepEqual(leastLikely(Float32Array.of(-Infinity, 2, 1, 3, -5, -4), 2), Int32Array.of(2, 1));
});

test('the next numbers lie as many steps away', () => {
  assert.deepEqual(
    nextFloats(Float32Array.of(1, -1, 0)),
    Float32Array.of(1 + 2 ** -23, -1 - 2 ** -23, 2 ** -149),
  );
  assert.deepEqual(
    nextFloats(Float32Array.of(1, -1, 0), 4),
    Float32Array.of(1 + 2 ** -21, -1 - 2 ** -21, 2 ** -147),
  );
});

describe('the gradients of two examples are the same', () => {
  const its = Float32Array.of(1, 0, 0, 1);
  const compare = (own: readonly number[], ...moved: (readonly number[])[]): Promise<boolean> =>
    areSameGradients(Float32Array.from(own), its, {
      count: 2,
      tolerance: 1e-3,
      moves: () => Promise.resolve(moved.map((values) => Float32Array.from(values))),
    });

  test('up to rounding', async () => {
    assert.equal(await compare([1, 0.009, 0, 1]), true);
    assert.equal(await compare([1, 0.011, 0, 1], [1, 0, 0, 1]), false);
  });
  test('up to the jump at a tie, of one image beside it', async () => {
    assert.equal(await compare([1, 0.03, 0, 1], [1, 0, 0, 1], [1, 0.02, 0, 1]), true);
    assert.equal(await compare([1, 0.05, 0, 1], [1, 0, 0, 1], [1, 0.02, 0, 1]), false);
  });
  test('each by its own jump', async () => {
    assert.equal(await compare([1, 0, 0.03, 1], [1, 0.05, 0, 1]), false);
  });
  test('never where they are far apart, whatever rounding does', async () => {
    assert.equal(await compare([1, 0.2, 0, 1], [-1, 3, 0, 1]), false);
  });
  test('never where there is no number', async () => {
    assert.equal(await compare([1, NaN, 0, 1], [1, 0, 0, 1]), false);
  });
});

describe('a model is checked', () => {
  const graph = linearGraph();
  const source = { name: 'm', inputShape: [2, 3, 3], classCount: 4, bounds: { lower: 0, upper: 1 }, graph };
  /** An engine whose optimisations are wrong for images in which a condition holds. */
  const faulty = (isHit: (image: Float32Array) => boolean): Engine => ({
    ...engine,
    dispose: () => Promise.resolve(),
    openFile: () => Promise.reject(new TypeError('no file is opened here')),
    async compile(of, settings) {
      const compiled = await engine.compile(of, settings);
      if (settings?.optimize === false) return compiled;
      return {
        ...compiled,
        dispose: () => compiled.dispose(),
        async run(inputs) {
          const outputs = await compiled.run(inputs);
          const images = inputs['image']?.data as Float32Array;
          if (!isHit(images)) return outputs;
          return Object.fromEntries(
            Object.entries(outputs).map(([name, { dims, data }]) => {
              return [
                name,
                float32(
                  dims,
                  (data as Float32Array).map((value) => value + 1),
                ),
              ];
            }),
          );
        },
      };
    },
  });
  const create = async (isHit: (image: Float32Array) => boolean, probe?: Float32Array): Promise<void> => {
    const options = probe === undefined ? {} : { probe };
    await (await createGraphClassifier(source, faulty(isHit), options)).dispose();
  };
  const dark = (images: Float32Array): boolean => images.subarray(0, 18).every((value) => value < 1e-30);

  test('on the image that is given', async () => {
    await create(dark);
    await assert.rejects(create(dark, new Float32Array(18)), /with and without its optimisations differ/);
  });
  test('and on noise beside it', async () => {
    const noisy = (images: Float32Array): boolean => new Set(images.subarray(18)).size > 9;
    await assert.rejects(create(noisy), /with and without its optimisations differ/);
    await assert.rejects(create(noisy, new Float32Array(36)), /with and without its optimisations differ/);
  });
  test('on drawn ones where the given one is none of its own', async () => {
    await create(dark, new Float32Array(17));
  });
});

describe('an opened batch', () => {
  const exported = { graph: linearGraph(undefined, 1), batch: 1 };
  const images = randomNumbers(3 * 18, 'opened');

  async function notesOf(graph: Graph): Promise<readonly string[]> {
    const source = { name: 'm', inputShape: [2, 3, 3], classCount: 4, bounds: { lower: -10, upper: 10 } };
    const classifier = await createGraphClassifier({ ...source, graph, exported }, engine);
    const plain = await createGraphClassifier({ ...source, graph: exported.graph, fixedBatch: 1 }, engine);
    try {
      const [found, right] = [await classifier.logits(images), await plain.logits(images)];
      right.forEach((value, place) => {
        assert.ok(Math.abs(value - (found[place] ?? NaN)) < 1e-5);
      });
      const labels = Int32Array.of(0, 1, 2);
      const gradients = await classifier.gradient(images, crossEntropyOf(labels));
      const truth = await plain.gradient(images, crossEntropyOf(labels));
      truth.gradients.forEach((value, place) => {
        assert.ok(Math.abs(value - (gradients.gradients[place] ?? NaN)) < 1e-5);
      });
      return classifier.notes;
    } finally {
      await classifier.dispose();
      await plain.dispose();
    }
  }

  test('is used where it gives what the file gives', async () => {
    assert.deepEqual(await notesOf(linearGraph()), []);
  });

  test('is left where its logits are others', async () => {
    const [note] = await notesOf(linearGraph((b, scores) => b.add(scores, b.scalar(0.5))));
    assert.match(note ?? '', /one example at a time, because its opened batch does not give what the file/);
  });

  test('is left where its gradient alone is another', async () => {
    const graph = linearGraph((b, scores) => {
      // Adds m − m, of which the one is rounded to a place beyond its own: nothing, with a slope.
      const mean = b.reduceMean(b.flatten('image'), [1]);
      const rounded = b.apply('Floor', [b.mul(mean, b.scalar(2 ** 40))]);
      const nothing = b.sub(mean, b.mul(rounded, b.scalar(2 ** -40)));
      return b.add(scores, b.mul(nothing, randomConstant(b, [1, 4])));
    });
    const [note] = await notesOf(graph);
    assert.match(note ?? '', /does not give what the file/);
  });

  test('is left where the engine does not run it', async () => {
    const builder = new GraphBuilder('states');
    builder.input('image', 'float32', ['N', 2, 3, 3]);
    const steps = builder.transpose(builder.reshape('image', [-1, 3, 6]), [1, 0, 2]);
    // An initial state for one example, beside many.
    const inputs = [
      ...[steps, randomConstant(builder, [1, 16, 6]), randomConstant(builder, [1, 16, 4])],
      ...['', '', randomConstant(builder, [1, 1, 4])],
    ];
    const outputs = ['', 'last'];
    builder.node('LSTM', inputs, { hidden_size: int(4) }, { outputs });
    builder.output(builder.squeeze('last', [0]));
    const [note] = await notesOf(builder.build());
    assert.match(
      note ?? '',
      /one example at a time, because its opened batch does not run: onnxruntime failed/,
    );
  });
});
