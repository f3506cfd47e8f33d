import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import type { TrainingSettings } from '../../src/training/settings.ts';
import type { TrainingArrays } from '../../src/training/step.ts';
import {
  type EpochSummary,
  type StepProgress,
  train,
  type TrainingData,
  type TrainingState,
} from '../../src/training/train.ts';
import { createMemoryDataset, randomBytes } from '../evaluation/memory-dataset.ts';
import { createStubEngine } from './stub-engine.ts';

const CLASSES = 4;
const settings: TrainingSettings = {
  network: { architecture: 'preact-resnet18', width: 2, inputShape: [1, 8, 8], classCount: CLASSES },
  epochs: 5,
  batchSize: 8,
  schedule: { initial: 0.1, decay: { kind: 'step', milestones: [2, 4], factor: 0.1 } },
  optimizer: { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: { factor: 0, on: 'all' } },
  seed: 1,
};

function dataOf(labels: readonly number[]): TrainingData {
  const dataset = createMemoryDataset({
    shape: [1, 8, 8],
    classCount: CLASSES,
    inputs: randomBytes(2, labels.length * 64),
    labels,
  });
  const indices = Int32Array.from(labels, (_, index) => index);
  return { train: dataset, trainIndices: indices, test: { ...dataset, split: 'test' }, testIndices: indices };
}

/** Twenty examples of class 0. */
const zeros = dataOf(Array.from({ length: 20 }, () => 0));

/** The number that the stub puts into every weight: the steps made until then. */
const stepsIn = (arrays: TrainingArrays): number => Number([...arrays.values()][0]?.data[0]);

describe('the loop, on an engine that computes nothing', () => {
  test('best and last: the lowest test error counts, of several the first', async () => {
    const wrong = [9, 4, 6, 4, 5];
    const engine = createStubEngine({ losses: [1], wrong, classCount: CLASSES });
    const seen: [EpochSummary, number, boolean][] = [];
    const trained = await train(settings, zeros, engine, {
      onEpoch: ({ summary, state, isBest }) => {
        seen.push([summary, stepsIn(state.arrays), isBest]);
      },
    });
    assert.deepEqual(
      trained.epochs.map(({ testError }) => testError),
      wrong.map((count) => count / 20),
    );
    assert.deepEqual(
      seen.map(([, , isBest]) => isBest),
      [true, true, false, false, false],
    );
    assert.equal(trained.bestEpoch, 1);
    // Three minibatches an epoch: 8, 8 and 4.
    assert.deepEqual(
      seen.map(([, steps]) => steps),
      [3, 6, 9, 12, 15],
    );
    assert.equal(stepsIn(trained.last), 15);
    assert.deepEqual(
      seen.map(([summary]) => summary),
      trained.epochs,
    );
    assert.deepEqual([...engine.open], [], 'what was compiled is disposed of');
  });

  test('the rate follows the schedule, the loss is the mean over examples', async () => {
    const steps: { learningRate: number; count: number }[] = [];
    const losses = [4, 2, 1];
    const engine = createStubEngine({ losses, wrong: [], steps, classCount: CLASSES });
    const progress: StepProgress[] = [];
    const trained = await train(settings, zeros, engine, { onStep: (step) => progress.push(step) });
    assert.deepEqual(
      steps.map(({ count }) => count),
      Array.from({ length: 5 }, () => [8, 8, 4]).flat(),
    );
    const rates = steps.map(({ learningRate }) => Number(learningRate.toPrecision(6)));
    assert.deepEqual(
      rates,
      [0.1, 0.1, 0.01, 0.01, 0.001].flatMap((rate) => [rate, rate, rate]),
    );
    assert.equal(trained.epochs[0]?.trainingLoss, (8 * 4 + 8 * 2 + 4 * 1) / 20);
    assert.equal(trained.epochs[1]?.trainingLoss, 1);
    assert.deepEqual(progress[4], {
      epoch: 1,
      epochs: 5,
      step: 2,
      steps: 3,
      learningRate: 0.1,
      loss: 1,
      examples: 8,
    });
  });

  test('a checkpoint is awaited before the next step', async () => {
    const steps: { learningRate: number; count: number }[] = [];
    const engine = createStubEngine({ losses: [1], wrong: [], steps, classCount: CLASSES });
    const made: number[] = [];
    await train(settings, zeros, engine, {
      onEpoch: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        made.push(steps.length);
      },
    });
    assert.deepEqual(made, [3, 6, 9, 12, 15]);
  });

  test('divergence is said where it happens, with the rate', async () => {
    for (const loss of [NaN, Infinity]) {
      const engine = createStubEngine({ losses: [1, 1, 1, 1, loss], wrong: [], classCount: CLASSES });
      await assert.rejects(train(settings, zeros, engine), {
        name: 'InputError',
        message: `the loss is ${String(loss)} at step 2 of epoch 2 with learning rate 0.1: training diverged; lower --lr, or warm up with --warmup-epochs`,
      });
      assert.deepEqual([...engine.open], []);
    }
  });

  test('an aborted signal ends it with its reason, between two steps', async () => {
    const steps: { learningRate: number; count: number }[] = [];
    const engine = createStubEngine({ losses: [1], wrong: [], steps, classCount: CLASSES });
    const controller = new AbortController();
    const reason = new Error('enough');
    const work = train(settings, zeros, engine, {
      signal: controller.signal,
      onStep: ({ epoch, step }) => {
        if (epoch === 1 && step === 2) controller.abort(reason);
      },
    });
    await assert.rejects(work, reason);
    assert.equal(steps.length, 5);
    assert.deepEqual([...engine.open], []);
  });

  test('data that do not fit are refused', async () => {
    const engine = createStubEngine({ losses: [1], wrong: [], classCount: CLASSES });
    const refuses = (
      changes: Partial<TrainingSettings>,
      data: TrainingData,
      pattern: RegExp,
    ): Promise<void> =>
      assert.rejects(train({ ...settings, ...changes }, data, engine), {
        name: 'InputError',
        message: pattern,
      });
    await refuses(
      { network: { ...settings.network, inputShape: [3, 8, 8] } },
      zeros,
      /images are \[1, 8, 8\], the network takes \[3, 8, 8\]/,
    );
    await refuses({ network: { ...settings.network, classCount: 3 } }, zeros, /4 classes, the network 3/);
    await refuses({ epochs: 0 }, zeros, /one epoch or more/);
    await refuses({ batchSize: 1 }, zeros, /two examples or more: --batch-size 2/);
    await refuses({}, { ...zeros, trainIndices: Int32Array.of(1) }, /training needs two examples or more/);
  });
});

describe('going on', () => {
  test('from any epoch ends where an unbroken run does, bit for bit', async () => {
    const engine = await createOnnxRuntimeEngine({ threads: 1 });
    const data = dataOf(Array.from({ length: 20 }, (_, index) => index % CLASSES));
    const random: TrainingSettings = {
      ...settings,
      epochs: 3,
      network: { ...settings.network, dropout: 0.3 },
      augmentation: { crop: { kind: 'pad', padding: 1 }, flip: true },
      mixup: { alpha: 1, lambdaPer: 'batch' },
    };
    for (const optimizer of [
      random.optimizer,
      { ...random.optimizer, kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const,
    ]) {
      const states: TrainingState[] = [];
      const whole = await train({ ...random, optimizer }, data, engine, {
        onEpoch: ({ state }) => {
          states.push(state);
        },
      });
      for (const state of states) {
        const resumed = await train({ ...random, optimizer }, data, engine, {}, state);
        assert.deepEqual(resumed, whole, `after ${String(state.summaries.length)} epochs`);
      }
    }
    await engine.dispose();
  });

  test('knows the best epoch of before', async () => {
    const engine = createStubEngine({ losses: [1], wrong: [9, 4], classCount: CLASSES });
    const states: TrainingState[] = [];
    await train({ ...settings, epochs: 2 }, zeros, engine, {
      onEpoch: ({ state }) => {
        states.push(state);
      },
    });
    const later = createStubEngine({ losses: [1], wrong: [4, 5, 3], classCount: CLASSES });
    const best: boolean[] = [];
    const trained = await train(
      settings,
      zeros,
      later,
      {
        onEpoch: ({ isBest }) => {
          best.push(isBest);
        },
      },
      states[1],
    );
    assert.deepEqual(best, [false, false, true]);
    assert.equal(trained.bestEpoch, 4);
  });
});

test('outputs that are not finite end training, though the loss was', async () => {
  const engine = createStubEngine({ losses: [1], wrong: [NaN], classCount: CLASSES });
  const poisoned = {
    ...engine,
    compile: async (...args: Parameters<typeof engine.compile>) => {
      const compiled = await engine.compile(...args);
      return {
        ...compiled,
        run: async (inputs: Parameters<typeof compiled.run>[0]) => {
          const outputs = await compiled.run(inputs);
          (outputs['logits']?.data as Float32Array | undefined)?.fill(NaN, 0, 1);
          return outputs;
        },
      };
    },
  };
  await assert.rejects(train(settings, zeros, poisoned), {
    name: 'InputError',
    message: /outputs are no longer finite after epoch 1: training diverged; lower --lr/,
  });
});

test('a small network learns 32 examples by heart, the same way each time', async () => {
  const labels = Array.from({ length: 32 }, (_, index) => (index * 5) % CLASSES);
  const engine = await createOnnxRuntimeEngine({ threads: 1 });
  const overfit: TrainingSettings = {
    ...settings,
    network: { ...settings.network, width: 4 },
    batchSize: 16,
    epochs: 60,
    schedule: { initial: 0.05, decay: { kind: 'step', milestones: [50], factor: 0.1 } },
  };
  const trained = await train(overfit, dataOf(labels), engine);
  const [first, last] = [trained.epochs[0]!, trained.epochs.at(-1)!];
  assert.ok(first.trainingLoss > 1, `it began at ${String(first.trainingLoss)}`);
  assert.ok(last.trainingLoss < 0.05, `it ended at ${String(last.trainingLoss)}`);
  assert.equal(last.testError, 0);
  const again = await train({ ...overfit, epochs: 2 }, dataOf(labels), engine);
  assert.deepEqual(again.epochs, trained.epochs.slice(0, 2));
  await engine.dispose();
});
