import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attackSettings } from '../../src/attacks/settings.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import { interruptible } from '../../src/evaluation/interruptible.ts';
import type { EvaluationPlan } from '../../src/evaluation/plan.ts';
import { createMemoryDataset, randomBytes } from './memory-dataset.ts';

/** A classifier whose state is in its fields, and which counts its calls. */
class Counting implements Classifier {
  readonly inputShape = [3];
  readonly classCount = 3;
  readonly bounds = { lower: 0, upper: 1 };
  calls = 0;

  constructor(
    readonly name: string,
    readonly onCall: (calls: number) => void = () => undefined,
  ) {}

  logits(inputs: Float32Array): Promise<Float32Array> {
    this.onCall(++this.calls);
    return Promise.resolve(inputs.map((value) => 3 * value - 1));
  }

  async lossGradient(inputs: Float32Array, labels: Int32Array) {
    const logits = await this.logits(inputs);
    return { logits, losses: new Float32Array(labels.length), gradients: inputs.map((value) => value - 0.5) };
  }
}

const dataset = createMemoryDataset({
  shape: [3],
  classCount: 3,
  inputs: randomBytes(1, 30),
  labels: Array(10).fill(1) as number[],
});

function planOf(model: Classifier, signal?: AbortSignal): EvaluationPlan {
  return {
    dataset,
    indices: Int32Array.from({ length: 10 }, (_, index) => index),
    batchSize: 5,
    whiteBox: [model],
    attacks: [{ attack: ifgsm, settings: attackSettings(ifgsm) }],
    ...(signal === undefined ? {} : { signal }),
  };
}

describe('an evaluation that is interrupted', () => {
  test('ends within an attack, before the next call of the model', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const model = new Counting('counting', (calls) => {
      if (calls === 4) controller.abort(reason);
    });
    await assert.rejects(evaluate(planOf(model, controller.signal)), reason);
    assert.equal(model.calls, 4);
  });

  test('that is not, gives what it gives without a signal', async () => {
    const [free, watched] = [new Counting('counting'), new Counting('counting')];
    const outcome = await evaluate(planOf(watched, new AbortController().signal));
    assert.deepEqual(outcome, await evaluate(planOf(free)));
    assert.equal(watched.calls, free.calls);
  });
});

test('a model in two roles stays one, a missing gradient stays missing', () => {
  const [a, b] = [new Counting('a'), new Counting('b')];
  const blind: Classifier = {
    name: 'blind',
    inputShape: [3],
    classCount: 3,
    bounds: a.bounds,
    logits: (x) => b.logits(x),
  };
  const { signal } = new AbortController();
  const plan = { ...planOf(a, signal), whiteBox: [a, b], blackBox: { source: a, targets: [b, blind] } };
  const wrapped = interruptible(plan);
  assert.equal(wrapped.blackBox?.source, wrapped.whiteBox[0]);
  assert.equal(wrapped.blackBox?.targets[0], wrapped.whiteBox[1]);
  assert.notEqual(wrapped.whiteBox[0], a);
  assert.ok(!('lossGradient' in wrapped.blackBox!.targets[1]!));
  assert.equal(interruptible(planOf(a)).whiteBox[0], a);
});
