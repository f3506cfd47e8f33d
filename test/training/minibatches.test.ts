import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Dataset } from '../../src/data/dataset.ts';
import { type Minibatch, minibatchCount, minibatches } from '../../src/training/minibatches.ts';
import { seedsOf, type TrainingSettings } from '../../src/training/settings.ts';
import { initialWeights } from '../../src/training/initialize.ts';
import { createMemoryDataset } from '../evaluation/memory-dataset.ts';

const SIZE = 4;
const COUNT = 23;

/** Image i holds the byte i everywhere, so that images tell which example they are. */
const dataset = createMemoryDataset({
  shape: [1, 2, 2],
  classCount: 5,
  inputs: Uint8Array.from({ length: COUNT * SIZE }, (_, index) => Math.floor(index / SIZE)),
  labels: Array.from({ length: COUNT }, (_, index) => index % 5),
});

const plain: TrainingSettings = {
  network: { architecture: 'preact-resnet18', width: 2, inputShape: [1, 2, 2], classCount: 5 },
  epochs: 1,
  batchSize: 4,
  schedule: { initial: 0.1, decay: { kind: 'constant' } },
  optimizer: { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: { factor: 0, on: 'all' } },
  seed: 1,
};
const all = Int32Array.from({ length: COUNT }, (_, index) => index);

async function epoch(settings: TrainingSettings, number = 0, indices = all): Promise<Minibatch[]> {
  const made: Minibatch[] = [];
  for await (const minibatch of minibatches(dataset, indices, settings, number)) made.push(minibatch);
  return made;
}

/** The examples of a minibatch, where nothing was mixed. */
function examplesOf({ images }: Minibatch): number[] {
  return Array.from({ length: images.length / SIZE }, (_, row) => Math.round(255 * images[row * SIZE]!));
}

describe('an epoch', () => {
  test('takes every example once, with its label', async () => {
    const made = await epoch(plain);
    assert.deepEqual(
      made.map(({ count }) => count),
      [4, 4, 4, 4, 4, 3],
    );
    const order = made.flatMap(examplesOf);
    assert.notDeepEqual(order, [...all]);
    assert.deepEqual(
      order.sort((a, b) => a - b),
      [...all],
    );
    for (const minibatch of made) {
      examplesOf(minibatch).forEach((example, row) => {
        const target = [...minibatch.targets.subarray(row * 5, row * 5 + 5)];
        assert.deepEqual(
          target,
          [0, 1, 2, 3, 4].map((label) => (label === example % 5 ? 1 : 0)),
        );
      });
    }
  });

  test('takes the chosen examples alone', async () => {
    const chosen = Int32Array.of(2, 3, 11, 20);
    assert.deepEqual(
      (await epoch(plain, 0, chosen)).flatMap(examplesOf).sort((a, b) => a - b),
      [...chosen],
    );
  });

  test('has no last minibatch of one, which has no variance', async () => {
    const counts = [
      [8, 4],
      [9, 4],
      [10, 4],
      [3, 4],
      [2, 4],
    ].map(([examples = 0, size = 0]) => minibatchCount(examples, size));
    assert.deepEqual(counts, [2, 2, 3, 1, 1]);
    const made = await epoch(plain, 0, all.subarray(0, 9));
    assert.deepEqual(
      made.map(({ count }) => count),
      [4, 4],
    );
  });

  test('has an order of its own, the same each time', async () => {
    const orders = await Promise.all([
      epoch(plain, 0),
      epoch(plain, 0),
      epoch(plain, 1),
      epoch({ ...plain, seed: 2 }, 0),
    ]);
    const [first, again, next, other] = orders.map((made) => made.flatMap(examplesOf).join());
    assert.equal(again, first);
    assert.notEqual(next, first);
    assert.notEqual(other, first);
  });
});

describe('mixup', () => {
  const mixed: TrainingSettings = { ...plain, mixup: { alpha: 1, lambdaPer: 'example' } };

  test('mixes images and labels alike', async () => {
    const [pure, blended] = [await epoch(plain), await epoch(mixed)];
    blended.forEach(({ images, targets, count }, step) => {
      const examples = examplesOf(pure[step]!);
      for (let row = 0; row < count; row++) {
        // x̃ = λx + (1 − λ)x′ and ỹ alike for some partner x′ of the same minibatch.
        const own = examples[row]!;
        const value = 255 * images[row * SIZE]!;
        const found = examples.some((partner) => {
          const lambda = partner === own ? 1 : (value - partner) / (own - partner);
          const expected = new Float32Array(5);
          expected[own % 5]! += lambda;
          expected[partner % 5]! += 1 - lambda;
          return expected.every((share, label) => Math.abs(share - targets[row * 5 + label]!) < 1e-4);
        });
        assert.ok(found, `step ${String(step)} row ${String(row)}`);
      }
    });
    assert.deepEqual(await epoch(mixed), blended);
  });

  test('does not change the order', async () => {
    const tiny = { ...plain, mixup: { alpha: 1e-6, lambdaPer: 'batch' } } as const;
    const [pure, same] = [await epoch(plain), await epoch(tiny)];
    for (const [step, minibatch] of same.entries()) {
      // λ is 0 or 1: the minibatch holds its own examples, perhaps in another order.
      assert.deepEqual(examplesOf(minibatch).sort(), examplesOf(pure[step]!).sort());
    }
  });
});

test('augmentation of an image depends on its place in the data and the epoch, not on the minibatch', async () => {
  const settings = { ...plain, augmentation: { crop: { kind: 'pad', padding: 1 }, flip: true } } as const;
  const byExample = async (given: TrainingSettings, number: number): Promise<Map<number, string>> => {
    const found = new Map<number, string>();
    const pure = (await epoch({ ...given, augmentation: { flip: false } }, number)).flatMap(examplesOf);
    const images = (await epoch(given, number)).flatMap((minibatch) =>
      Array.from({ length: minibatch.count }, (_, row) =>
        [...minibatch.images.subarray(row * SIZE, row * SIZE + SIZE)].join(),
      ),
    );
    pure.forEach((example, place) => found.set(example, images[place]!));
    return found;
  };
  const [small, large, next] = [
    await byExample(settings, 0),
    await byExample({ ...settings, batchSize: 10 }, 0),
    await byExample(settings, 1),
  ];
  assert.deepEqual([...small].sort(), [...large].sort());
  assert.notDeepEqual([...small].sort(), [...next].sort());
});

test('labels are smoothed before they are mixed', async () => {
  const smoothed = await epoch({ ...plain, labelSmoothing: 0.1 });
  for (const { targets } of smoothed) {
    assert.deepEqual([...new Set(targets)].sort(), [Math.fround(0.02), Math.fround(0.92)]);
  }
});

describe('a data set that crops while it decodes', () => {
  test('is asked ahead, with the augmentation and the draw, and is not augmented again', async () => {
    const augmentation = { crop: { kind: 'pad', padding: 1 }, flip: true } as const;
    const asked: string[] = [];
    const decoding: Dataset = {
      ...dataset,
      readAugmented: (indices, given, draw) => {
        assert.equal(given, augmentation);
        assert.deepEqual(draw, { seed: 1, epoch: 3, indices });
        asked.push([...Array.from(indices)].join());
        return dataset.read(indices);
      },
    };
    const made: number[][] = [];
    for await (const minibatch of minibatches(decoding, all, { ...plain, augmentation }, 3)) {
      made.push(examplesOf(minibatch));
      const ahead = Math.min(6, made.length + 2);
      assert.equal(asked.length, ahead, `with minibatch ${String(made.length)}`);
    }
    assert.deepEqual(made.map(String), asked);
  });

  test('fails when the minibatch that cannot be read is due', async () => {
    let reads = 0;
    const failing: Dataset = {
      ...dataset,
      read: (indices) => (++reads === 3 ? Promise.reject(new Error('torn')) : dataset.read(indices)),
    };
    let made = 0;
    const walk = async (): Promise<void> => {
      for await (const minibatch of minibatches(failing, all, plain, 0)) made += Math.sign(minibatch.count);
    };
    await assert.rejects(walk, /torn/);
    assert.equal(made, 2);
  });
});

test('each seed moves its own part: the weights, or what is drawn while training', async () => {
  const network = { architecture: 'mlp', width: 4, inputShape: [2], classCount: 2 };
  const settings = (seeds: Partial<TrainingSettings>): TrainingSettings => ({
    network,
    epochs: 1,
    batchSize: 4,
    schedule: { initial: 0.1, decay: { kind: 'constant' } },
    optimizer: { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: { factor: 0, on: 'all' } },
    mixup: { alpha: 1, lambdaPer: 'batch' },
    seed: 0,
    ...seeds,
  });
  const data = createMemoryDataset({
    shape: [2],
    classCount: 2,
    inputs: Uint8Array.from({ length: 16 }, (_, index) => 16 * index),
    labels: Array.from({ length: 8 }, (_, index) => index % 2),
  });
  const drawn = async (
    seeds: Partial<TrainingSettings>,
  ): Promise<{ weights: number[]; images: number[] }> => {
    const chosen = settings(seeds);
    const weights = [...initialWeights(network, seedsOf(chosen).init).values()].flatMap(
      ({ data: values }) => [...(values as Float32Array)],
    );
    const images: number[] = [];
    for await (const minibatch of minibatches(
      data,
      Int32Array.from({ length: 8 }, (_, i) => i),
      chosen,
      0,
    )) {
      images.push(...minibatch.images);
    }
    return { weights, images };
  };
  const root = await drawn({});
  const init = await drawn({ initSeed: 1 });
  const order = await drawn({ orderSeed: 1 });
  assert.deepEqual(await drawn({ initSeed: 0, orderSeed: 0 }), root);
  assert.deepEqual(init.images, root.images);
  assert.notDeepEqual(init.weights, root.weights);
  assert.deepEqual(order.weights, root.weights);
  assert.notDeepEqual(order.images, root.images);
  assert.deepEqual(await drawn({ seed: 1 }), { weights: init.weights, images: order.images });
});
