/** Cross-entropy and its gradient against the closed form, at ordinary and at extreme logits. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { appendCrossEntropy, appendSoftCrossEntropy } from '../../../src/autodiff/losses/cross-entropy.ts';
import { appendGradients } from '../../../src/autodiff/gradient.ts';
import { InputError } from '../../../src/core/errors.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { float32, int64s } from '../../../src/graph/tensor.ts';
import { BATCH } from '../../../src/graph/types.ts';
import { floatsOf, relativeError, runGraph } from '../gradient-check.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

const logits = [
  [1.5, -0.5, 0.25],
  [200, -100, 0],
  [-300, 40, 39],
];

function softmax(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const powers = row.map((value) => Math.exp(value - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function logSoftmax(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const total = row.reduce((sum, value) => sum + Math.exp(value - top), 0);
  return row.map((value) => value - top - Math.log(total));
}

it('gives −log softmax at the label, and softmax − one-hot as its gradient', async () => {
  const builder = new GraphBuilder('test');
  const scores = builder.input('logits', 'float32', [BATCH, 3]);
  const labels = builder.input('labels', 'int64', [BATCH]);
  const loss = appendCrossEntropy(builder, scores, labels);
  const [gradient] = appendGradients(builder, loss, [scores]);
  const chosen = [2, 1, 2];
  const results = await runGraph(engine, builder, [loss, gradient!], {
    logits: float32([3, 3], logits.flat()),
    labels: int64s(chosen),
  });
  const expected = logits.map((row, example) => -logSoftmax(row)[chosen[example]!]!);
  assert.deepEqual(results[loss]?.dims, [3]);
  assert.ok(relativeError(floatsOf(results[loss]), expected) < 1e-6);
  logits.forEach((row, example) => {
    const closed = softmax(row).map((p, label) => p - (label === chosen[example] ? 1 : 0));
    const own = floatsOf(results[gradient!]).subarray(example * 3, example * 3 + 3);
    assert.ok(relativeError(own, closed) < 1e-6, `example ${String(example)}`);
  });
});

it('gives the mixture of losses for mixed targets', async () => {
  const builder = new GraphBuilder('test');
  const scores = builder.input('logits', 'float32', [BATCH, 3]);
  const targets = builder.input('targets', 'float32', [BATCH, 3]);
  const loss = appendSoftCrossEntropy(builder, scores, targets);
  const [gradient] = appendGradients(builder, loss, [scores]);
  const mixed = [
    [0.25, 0, 0.75],
    [1, 0, 0],
    [0, 0.5, 0.5],
  ];
  const results = await runGraph(engine, builder, [loss, gradient!], {
    logits: float32([3, 3], logits.flat()),
    targets: float32([3, 3], mixed.flat()),
  });
  const expected = logits.map((row, example) => {
    const scale = logSoftmax(row);
    return -mixed[example]!.reduce((sum, share, label) => sum + (share === 0 ? 0 : share * scale[label]!), 0);
  });
  assert.ok(relativeError(floatsOf(results[loss]), expected) < 1e-6);
  const closed = logits.flatMap((row, example) =>
    softmax(row).map((p, label) => p - mixed[example]![label]!),
  );
  assert.ok(relativeError(floatsOf(results[gradient!]), closed) < 1e-6);
});

it('refuses logits and labels of other shapes', () => {
  const builder = new GraphBuilder('test');
  const image = builder.input('image', 'float32', [BATCH, 3, 2]);
  const scores = builder.input('logits', 'float32', [BATCH, 3]);
  const labels = builder.input('labels', 'int64', [BATCH]);
  assert.throws(() => appendCrossEntropy(builder, image, labels), InputError);
  assert.throws(() => appendCrossEntropy(builder, scores, scores), InputError);
  assert.throws(() => appendSoftCrossEntropy(builder, image, image), InputError);
});
