import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attackSettings } from '../../src/attacks/settings.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { evaluate } from '../../src/evaluation/evaluate.ts';
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

  async gradient(inputs: Float32Array) {
    const logits = await this.logits(inputs);
    return {
      logits,
      losses: new Float32Array(inputs.length / 3),
      gradients: inputs.map((value) => value - 0.5),
    };
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
