/** A function with a vector-Jacobian product has the gradient of every loss that a graph has. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { LossGradient } from '../../src/classifier/classifier.ts';
import { lossesOf, type Objective } from '../../src/classifier/objective.ts';
import { wrapFunction } from '../../src/classifier/wrap.ts';
import { randomStream } from '../../src/core/random.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { float32 } from '../../src/graph/tensor.ts';
import { createGraphClassifier } from '../../src/models/graph-classifier.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(() => engine.dispose());

const features = 6;
const count = 7;

/** tanh of the input, and then a matrix: a Jacobian that differs from point to point. */
function drawn(classCount: number): number[] {
  const stream = randomStream(classCount, 'weights');
  return Array.from({ length: features * classCount }, () => Math.fround(stream.normal()));
}

function byFunction(classCount: number, weights: readonly number[]) {
  const bounds = { lower: -1, upper: 1 };
  return wrapFunction({
    name: 'function',
    inputShape: [features],
    classCount,
    bounds,
    logits: (inputs, rows) =>
      Array.from({ length: rows * classCount }, (_, place) => {
        const [row, k] = [Math.floor(place / classCount), place % classCount];
        let sum = 0;
        for (let j = 0; j < features; j++)
          sum += Math.tanh(inputs[row * features + j]!) * weights[j * classCount + k]!;
        return sum;
      }),
    vectorJacobianProduct: (inputs, given) =>
      Array.from(inputs, (value, place) => {
        const [row, j] = [Math.floor(place / features), place % features];
        let sum = 0;
        for (let k = 0; k < classCount; k++)
          sum += given[row * classCount + k]! * weights[j * classCount + k]!;
        return sum * (1 - Math.tanh(value) ** 2);
      }),
  });
}

test('every loss, its gradient and the logits are those of the same network as a graph', async () => {
  for (const classCount of [2, 3, 4, 9]) {
    const weights = drawn(classCount);
    const builder = new GraphBuilder('network');
    const image = builder.input('x', 'float32', ['N', features]);
    builder.output(
      builder.matMul(
        builder.apply('Tanh', [image]),
        builder.constant(float32([features, classCount], weights)),
      ),
    );
    const graph = await createGraphClassifier(
      {
        name: 'graph',
        graph: builder.build(),
        inputShape: [features],
        classCount,
        bounds: { lower: -1, upper: 1 },
      },
      engine,
    );
    const wrapped = byFunction(classCount, weights);
    assert.deepEqual(wrapped.losses, lossesOf(classCount));
    assert.deepEqual(graph.losses, wrapped.losses);
    const stream = randomStream(1, 'inputs');
    const inputs = Float32Array.from({ length: count * features }, () => 2 * stream.uniform() - 1);
    const labels = Int32Array.from({ length: count }, (_, row) => row % classCount);
    const targets = labels.map((label) => (label + 1) % classCount);
    const weighted = Float32Array.from({ length: count * classCount }, () => stream.normal());
    for (const loss of lossesOf(classCount)) {
      const objective: Objective =
        loss === 'weighted-logits'
          ? { loss, weights: weighted }
          : loss === 'targeted-dlr'
            ? { loss, labels, targets }
            : { loss, labels };
      const expected = await graph.gradient(inputs, objective);
      const found = await wrapped.gradient!(inputs, objective);
      for (const part of [
        'losses',
        'gradients',
        'logits',
      ] as const satisfies readonly (keyof LossGradient)[]) {
        assert.equal(found[part].length, expected[part].length);
        found[part].forEach((value, place) => {
          const gap = Math.abs(value - expected[part][place]!);
          assert.ok(
            gap < 2e-5 * Math.max(1, Math.abs(value)),
            `${loss} of ${String(classCount)}: ${part} ${String(place)}`,
          );
        });
      }
      assert.ok(
        found.gradients.some((value) => Math.abs(value) > 1e-3),
        loss,
      );
    }
    await graph.dispose();
  }
});

test('a loss that the number of classes, or the function, does not have is refused', async () => {
  const one = new Float32Array(features);
  const labels = Int32Array.of(0);
  await assert.rejects(byFunction(2, drawn(2)).gradient!(one, { loss: 'dlr', labels }), {
    name: 'InputError',
    message: /the loss dlr is not defined for 2 classes/,
  });
  const { name, inputShape, classCount, bounds } = byFunction(3, drawn(3));
  const crossEntropyAlone = wrapFunction({
    name,
    inputShape,
    classCount,
    bounds,
    logits: () => [0, 0, 0],
    lossGradient: (inputs) => ({
      losses: Float32Array.of(1),
      gradients: inputs,
      logits: new Float32Array(3),
    }),
  });
  assert.deepEqual(crossEntropyAlone.losses, new Set(['cross-entropy']));
  await assert.rejects(
    crossEntropyAlone.gradient!(one, { loss: 'margin', labels }),
    /not of margin: give a vectorJacobianProduct/,
  );
  const blind = wrapFunction({ name, inputShape, classCount, bounds, logits: () => [0, 0, 0] });
  assert.ok(!('gradient' in blind));
});
