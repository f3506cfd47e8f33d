/** A minibatch in parts against the minibatch at once, on networks whose layers do not look across examples. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { randomStream } from '../../src/core/random.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { initialWeights } from '../../src/training/initialize.ts';
import type { Minibatch } from '../../src/training/minibatches.ts';
import { oneHot } from '../../src/training/mixup.ts';
import type { TrainingSettings } from '../../src/training/settings.ts';
import { createTrainingStep, type TrainingArrays } from '../../src/training/step.ts';

const settings: TrainingSettings = {
  network: { architecture: 'mlp', width: 16, inputShape: [12], classCount: 5 },
  epochs: 1,
  batchSize: 10,
  schedule: { initial: 0.1, decay: { kind: 'constant' } },
  optimizer: {
    kind: 'sgd',
    momentum: 0.9,
    nesterov: true,
    weightDecay: { factor: 1e-2, on: 'all' },
  },
  seed: 1,
};

function minibatchOf(step: number, shape: readonly number[], count = 10): Minibatch {
  const stream = randomStream(2, 'examples', step);
  const size = shape.reduce((product, dim) => product * dim, 1);
  return {
    epoch: 0,
    step,
    images: Float32Array.from({ length: count * size }, () => stream.normal()),
    targets: oneHot(
      Int32Array.from({ length: count }, () => stream.integer(5)),
      5,
    ),
    count,
  };
}

describe('accumulated gradients', () => {
  let engine: Engine;
  before(async () => {
    engine = await createOnnxRuntimeEngine({ threads: 1 });
  });
  after(() => engine.dispose());

  async function run(
    given: TrainingSettings,
    steps = 3,
  ): Promise<{ losses: number[]; arrays: TrainingArrays }> {
    const step = await createTrainingStep(engine, given, initialWeights(given.network, given.seed));
    const losses: number[] = [];
    for (let index = 0; index < steps; index++) {
      losses.push(await step.run(minibatchOf(index, given.network.inputShape), 0.1, index + 1));
    }
    const arrays = await step.arrays();
    await step.dispose();
    return { losses, arrays };
  }

  function assertClose(actual: TrainingArrays, expected: TrainingArrays, tolerance: number): void {
    assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
    for (const [name, { data }] of expected) {
      const largest = Math.max(...Array.from(data as Float32Array, Math.abs), 1e-6);
      (data as Float32Array).forEach((value, index) => {
        const difference = Math.abs(value - Number(actual.get(name)?.data[index]));
        assert.ok(
          difference <= tolerance * largest,
          `${name}[${String(index)}] is off by ${String(difference)}`,
        );
      });
    }
  }

  for (const optimizer of [
    settings.optimizer,
    {
      kind: 'adam',
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-3,
      weightDecay: { factor: 1e-2, on: 'kernels' },
    } as const,
  ]) {
    for (const microbatchSize of [1, 3, 4, 9]) {
      test(`${optimizer.kind}: parts of at most ${String(microbatchSize)} give the update of the whole`, async () => {
        const whole = await run({ ...settings, optimizer });
        const parts = await run({ ...settings, optimizer, microbatchSize });
        parts.losses.forEach((loss, index) => {
          assert.ok(Math.abs(loss - (whole.losses[index] ?? NaN)) < 1e-5);
        });
        assertClose(parts.arrays, whole.arrays, 1e-4);
      });
    }
  }

  test('one part is the whole, bit for bit', async () => {
    const whole = await run(settings);
    assert.deepEqual(await run({ ...settings, microbatchSize: 10 }), whole);
  });

  test('the parts of a minibatch with batch normalization use statistics of their own', async () => {
    const network = { architecture: 'preact-resnet18', width: 2, inputShape: [1, 8, 8], classCount: 5 };
    const whole = await run({ ...settings, network }, 1);
    const parts = await run({ ...settings, network, microbatchSize: 5 }, 1);
    assert.notEqual(parts.losses[0], whole.losses[0]);
    assert.ok(Math.abs((parts.losses[0] ?? NaN) - (whole.losses[0] ?? NaN)) < 1);
    const mean = 'blocks.0.bn1.running_mean';
    assert.notDeepEqual(parts.arrays.get(mean), whole.arrays.get(mean));
  });
});

test('dropout changes the loss in training, by the masks of the step', async () => {
  const engine = await createOnnxRuntimeEngine({ threads: 1 });
  const network = { architecture: 'preact-resnet18', width: 4, inputShape: [1, 8, 8], classCount: 5 };
  const losses: number[] = [];
  for (const dropout of [0, 0.5, 0.5]) {
    const given = { ...settings, network: { ...network, dropout } };
    const step = await createTrainingStep(engine, given, initialWeights(given.network, 1));
    losses.push(await step.run(minibatchOf(0, network.inputShape), 0.1, 1));
    await step.dispose();
  }
  assert.notEqual(losses[1], losses[0]);
  assert.equal(losses[2], losses[1]);
  await engine.dispose();
});
