/** A classifier that is asked in parts answers as the whole does, and ends between two parts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBatches } from '../../src/classifier/batched.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import type { Objective } from '../../src/classifier/objective.ts';
import { randomInputs, randomLinearModel, withoutGradient } from '../attacks/linear-classifier.ts';

const model = randomLinearModel(1, 4, [5], { name: 'model' });
const inputs = randomInputs(2, 11 * 5, model.bounds);
const labels = Int32Array.from({ length: 11 }, (_, example) => example % 4);
const objectives: readonly Objective[] = [
  { loss: 'cross-entropy', labels },
  { loss: 'margin', labels },
  { loss: 'targeted-dlr', labels, targets: labels.map((label) => (label + 1) % 4) },
  { loss: 'weighted-logits', weights: randomInputs(3, 11 * 4, { lower: -1, upper: 1 }) },
];

/** The model with the number of examples of each of its calls. */
function watched(): { readonly classifier: Classifier; readonly calls: number[] } {
  const calls: number[] = [];
  return {
    calls,
    classifier: {
      ...model,
      logits: (points) => {
        calls.push(points.length / 5);
        return model.logits(points);
      },
      gradient: (points, objective) => {
        calls.push(points.length / 5);
        return model.gradient(points, objective);
      },
    },
  };
}

test('no call has more examples than the batch size, and every answer is that of the whole', async () => {
  for (const [batchSize, sizes] of [
    [1, Array(11).fill(1)],
    [4, [4, 4, 3]],
    [11, [11]],
    [64, [11]],
  ] as const) {
    const { classifier, calls } = watched();
    const batched = inBatches(classifier, { batchSize });
    assert.deepEqual(await batched.logits(inputs), await model.logits(inputs));
    assert.deepEqual(calls.splice(0), sizes);
    for (const objective of objectives) {
      assert.deepEqual(await batched.gradient?.(inputs, objective), await model.gradient(inputs, objective));
      assert.deepEqual(calls.splice(0), sizes);
    }
  }
});

test('what is no whole number of examples reaches the classifier as it is', async () => {
  const { classifier, calls } = watched();
  await inBatches(classifier, { batchSize: 1 }).logits(inputs.subarray(0, 8));
  assert.deepEqual(calls, [1.6]);
});

test('it ends before the next call, with the reason of the signal', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  let calls = 0;
  const stopping: Classifier = {
    ...model,
    logits: (points) => {
      if (++calls === 2) controller.abort(reason);
      return model.logits(points);
    },
  };
  const batched = inBatches(stopping, { batchSize: 2, signal: controller.signal });
  await assert.rejects(batched.logits(inputs), reason);
  assert.equal(calls, 2);
  await assert.rejects(batched.gradient!(inputs, objectives[0]!), reason);
});

test('it is a classifier of the same facts; a gradient that is missing stays missing', () => {
  const batched = inBatches(withoutGradient(model), { batchSize: 3 });
  assert.ok(!('gradient' in batched) && !('losses' in batched));
  const { name, inputShape, classCount, bounds, losses } = inBatches(model, { batchSize: 3 });
  assert.deepEqual(
    { name, inputShape, classCount, bounds, losses },
    {
      name: 'model',
      inputShape: [5],
      classCount: 4,
      bounds: model.bounds,
      losses: model.losses,
    },
  );
});

test('a classifier that keeps state in its fields is asked as itself', async () => {
  class Counting implements Classifier {
    readonly name = 'counting';
    readonly inputShape = [1];
    readonly classCount = 2;
    readonly bounds = { lower: 0, upper: 1 };
    #calls = 0;
    logits(points: Float32Array): Promise<Float32Array> {
      return Promise.resolve(Float32Array.from({ length: 2 * points.length }, () => ++this.#calls));
    }
    async gradient(points: Float32Array) {
      return { logits: await this.logits(points), losses: points, gradients: points };
    }
  }
  const batched = inBatches(new Counting(), { batchSize: 1 });
  assert.deepEqual(await batched.logits(new Float32Array(2)), Float32Array.of(1, 2, 3, 4));
  const own = await batched.gradient?.(new Float32Array(1), { loss: 'margin', labels: Int32Array.of(0) });
  assert.deepEqual(own?.logits, Float32Array.of(5, 6));
});
