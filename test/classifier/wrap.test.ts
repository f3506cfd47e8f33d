import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FunctionClassifier } from '../../src/classifier/wrap.ts';
import { wrapFunction } from '../../src/classifier/wrap.ts';
import { crossEntropyOf } from '../../src/classifier/objective.ts';

/** Scores an input of two elements by themselves. */
const plain: FunctionClassifier = {
  name: 'plain',
  inputShape: [2],
  classCount: 2,
  bounds: { lower: 0, upper: 1 },
  logits: (inputs) => inputs,
};

const differentiable: FunctionClassifier = {
  ...plain,
  lossGradient: (inputs, labels) => ({
    losses: Float32Array.from(labels, () => 1),
    gradients: inputs.map((value) => -value),
    logits: inputs,
  }),
};

test('a function becomes a classifier; plain arrays are taken', async () => {
  const classifier = wrapFunction({ ...plain, logits: (inputs) => Promise.resolve(Array.from(inputs)) });
  assert.ok(!('lossGradient' in classifier));
  assert.deepEqual(
    await classifier.logits(Float32Array.of(1, 0, 0.5, 0.25)),
    Float32Array.of(1, 0, 0.5, 0.25),
  );
});

test('a gradient is passed through, and dispose reaches the function', async () => {
  let disposed = 0;
  const classifier = wrapFunction({
    ...differentiable,
    dispose: () => {
      disposed++;
      return Promise.resolve();
    },
  });
  const found = await classifier.gradient?.(Float32Array.of(1, 2), crossEntropyOf(Int32Array.of(1)));
  assert.deepEqual(found?.gradients, Float32Array.of(-1, -2));
  await classifier.dispose?.();
  assert.equal(disposed, 1);
});

test('a method keeps its this', async () => {
  class Service {
    readonly name = 'service';
    readonly inputShape = [1];
    readonly classCount = 2;
    readonly bounds = { lower: 0, upper: 1 };
    readonly #scores = [1, 2];
    logits(): number[] {
      return this.#scores;
    }
    lossGradient(inputs: Float32Array): {
      losses: Float32Array;
      gradients: Float32Array;
      logits: Float32Array;
    } {
      return { losses: Float32Array.of(0), gradients: inputs, logits: Float32Array.from(this.#scores) };
    }
  }
  const classifier = wrapFunction(new Service());
  assert.deepEqual(await classifier.logits(Float32Array.of(0)), Float32Array.of(1, 2));
  const found = await classifier.gradient?.(Float32Array.of(0), crossEntropyOf(Int32Array.of(0)));
  assert.deepEqual(found?.logits, Float32Array.of(1, 2));
});

describe('what is wrong is one line that names the classifier', () => {
  const one = Float32Array.of(0, 1);
  const wrongAtCall: readonly [string, FunctionClassifier, Float32Array, Int32Array, RegExp][] = [
    ['half an example', plain, Float32Array.of(1), Int32Array.of(0), /plain: 1 input elements .* of 2/],
    [
      'too few logits',
      { ...plain, logits: () => [1] },
      one,
      Int32Array.of(0),
      /returned 1 logits, expected 2 .*\[1, 2\]/,
    ],
    ['NaN', { ...plain, logits: () => [1, NaN] }, one, Int32Array.of(0), /logits hold NaN at element 1/],
    ['a label out of range', differentiable, one, Int32Array.of(2), /label 2 of example 0/],
    ['a negative label', differentiable, one, Int32Array.of(-1), /label -1/],
    ['other labels than examples', differentiable, one, Int32Array.of(0, 0), /1 examples came with 2 labels/],
    [
      'a gradient of another shape',
      {
        ...plain,
        lossGradient: () => ({
          losses: Float32Array.of(1),
          gradients: Float32Array.of(1),
          logits: Float32Array.of(1, 2),
        }),
      },
      one,
      Int32Array.of(0),
      /returned 1 gradients, expected 2/,
    ],
  ];
  for (const [name, description, inputs, labels, pattern] of wrongAtCall) {
    test(name, async () => {
      const classifier = wrapFunction(description);
      const call = classifier.gradient?.(inputs, crossEntropyOf(labels)) ?? classifier.logits(inputs);
      await assert.rejects(
        call,
        (error: Error) => error.name === 'InputError' && pattern.test(error.message),
      );
    });
  }

  const malformed: readonly [Partial<FunctionClassifier>, RegExp][] = [
    [{ inputShape: [] }, /input shape \[\]/],
    [{ inputShape: [3, 0] }, /input shape \[3, 0\]/],
    [{ classCount: 1 }, /class count is 1/],
    [{ bounds: { lower: 1, upper: 1 } }, /not an interval/],
    [{ bounds: { lower: 0, upper: Infinity } }, /not an interval/],
  ];
  for (const [change, pattern] of malformed) {
    test(`a description with ${JSON.stringify(change)}`, () => {
      assert.throws(() => wrapFunction({ ...plain, ...change }), pattern);
    });
  }
});
