/** The margin and its gradient against the closed form, with ties, infinite logits and labels outside. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { appendGradients } from '../../../src/autodiff/gradient.ts';
import { appendCrossEntropy } from '../../../src/autodiff/losses/cross-entropy.ts';
import { appendMargin } from '../../../src/autodiff/losses/margin.ts';
import { InputError } from '../../../src/core/errors.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { float32, int64s } from '../../../src/graph/tensor.ts';
import { BATCH } from '../../../src/graph/types.ts';
import { floatsOf, runGraph } from '../gradient-check.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(() => engine.dispose());

type Append = (builder: GraphBuilder, logits: string, labels: string) => string;

async function lossOf(
  append: Append,
  logits: readonly number[],
  labels: readonly number[],
): Promise<{ losses: number[]; gradient: number[] }> {
  const builder = new GraphBuilder('test');
  const classes = logits.length / labels.length;
  const scores = builder.input('logits', 'float32', [BATCH, classes]);
  const loss = append(builder, scores, builder.input('labels', 'int64', [BATCH]));
  const [gradient = ''] = appendGradients(builder, loss, [scores]);
  const results = await runGraph(engine, builder, [loss, gradient], {
    logits: float32([labels.length, classes], logits),
    labels: int64s(labels),
  });
  assert.deepEqual(results[loss]?.dims, [labels.length]);
  return { losses: [...floatsOf(results[loss])], gradient: [...floatsOf(results[gradient])] };
}

it('is the lead of the best wrong class', async () => {
  const { losses, gradient } = await lossOf(
    appendMargin,
    [1.5, -0.5, 0.25, 2, 2, -1, 0, 3, 3, -4, 8, 1],
    [0, 0, 0, 3],
  );
  assert.deepEqual(losses, [-1.25, 0, 3, 0]);
  // The first: class 2 is the best wrong one. The third: classes 1 and 2 tie. The fourth has no class of its label.
  assert.deepEqual(gradient, [-1, 0, 1, -1, 1, 0, -1, 0.5, 0.5, 0, 0, 0]);
});

it('of a logit −∞ and the cross-entropy beside it are numbers', async () => {
  const logits = [1, 3, -Infinity, 2, -Infinity, 0];
  const margin = await lossOf(appendMargin, logits, [0, 0]);
  assert.deepEqual(margin, { losses: [2, -2], gradient: [-1, 1, 0, -1, 0, 1] });
  const { losses, gradient } = await lossOf(appendCrossEntropy, logits, [0, 0]);
  const share = 1 / (1 + Math.exp(-2));
  for (const [index, expected] of [Math.log(1 + Math.exp(2)), Math.log(1 + Math.exp(-2))].entries()) {
    assert.ok(Math.abs(losses[index]! - expected) < 1e-6);
  }
  for (const [index, expected] of [-share, share, 0, share - 1, 0, 1 - share].entries()) {
    assert.ok(Math.abs(gradient[index]! - expected) < 1e-6);
  }
});

it('refuses one class', () => {
  const builder = new GraphBuilder('test');
  const scores = builder.input('logits', 'float32', [BATCH, 1]);
  const labels = builder.input('labels', 'int64', [BATCH]);
  assert.throws(() => appendMargin(builder, scores, labels), InputError);
});
