/**
 * Whether the data keep the engine busy: images a second of the loader alone, of the training step alone on one
 * minibatch over and over, and of both together, in turn in one run, medians. Photographs at 224 with crops of random
 * area (bicubic) feed ResNet-50; CIFAR-10 with padded crops and flips feeds PreAct ResNet-18 of width 64.
 *
 *   npx tsx benchmarks/loader.ts [--rounds 3] [--threads 2] [--decoding-threads 2] [--pair photographs,cifar10]
 *     [--photographs imagefolder:../shared/data/imagenet-sample] [--cifar10 cifar10:../shared/data/cifar-10-batches-bin]
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { createEngine, type Dataset, type Engine, openDataset } from '../src/index.ts';
import type { Augmentation } from '../src/data/augment.ts';
import { initialWeights } from '../src/training/initialize.ts';
import { type Minibatch, minibatches } from '../src/training/minibatches.ts';
import type { TrainingSettings } from '../src/training/settings.ts';
import { createTrainingStep } from '../src/training/step.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    'decoding-threads': { type: 'string', default: '2' },
    pair: { type: 'string', default: 'photographs,cifar10' },
    photographs: { type: 'string', default: 'imagefolder:../shared/data/imagenet-sample' },
    cifar10: { type: 'string', default: 'cifar10:../shared/data/cifar-10-batches-bin' },
  },
});

interface Pair {
  readonly data: string;
  readonly architecture: string;
  readonly width: number;
  readonly batchSize: number;
  readonly augmentation: Augmentation;
  /** Minibatches of one timing: of the loader alone, and of the training step. */
  readonly loads: number;
  readonly steps: number;
}

const pairs: Readonly<Record<string, Pair>> = {
  photographs: {
    data: values.photographs,
    architecture: 'resnet50',
    width: 64,
    batchSize: 8,
    augmentation: {
      crop: { kind: 'random-area', area: [0.08, 1], aspect: [3 / 4, 4 / 3], interpolation: 'bicubic' },
      flip: true,
    },
    loads: 25,
    steps: 6,
  },
  cifar10: {
    data: values.cifar10,
    architecture: 'preact-resnet18',
    width: 64,
    batchSize: 128,
    augmentation: { crop: { kind: 'pad', padding: 4 }, flip: true },
    loads: 30,
    steps: 4,
  },
};

const engine = await createEngine('onnxruntime', { threads: Number(values.threads) });
const table = new Table({
  head: ['network', 'batch', 'loader alone', 'engine alone', 'both', 'both / engine'],
  style: { head: [], border: [] },
});
for (const name of values.pair.split(',')) {
  const pair = pairs[name];
  if (pair === undefined) throw new Error(`there is no pair ${name}`);
  const dataset = await openDataset(pair.data, {
    split: 'train',
    decodingThreads: Number(values['decoding-threads']),
  });
  table.push(await measure(engine, dataset, pair));
  await dataset.dispose?.();
}
console.log(
  `images a second; ${engine.runtime}, ${values.threads} threads, ${values['decoding-threads']} that decode`,
);
console.log(table.toString());
await engine.dispose();

async function measure(on: Engine, dataset: Dataset, pair: Pair): Promise<string[]> {
  const { batchSize, loads, steps } = pair;
  const settings = settingsOf(pair, dataset);
  const step = await createTrainingStep(on, settings, initialWeights(settings.network, 1));
  let fixed: Minibatch | undefined;
  for await (const minibatch of load(dataset, settings, 1, 0)) fixed = minibatch;
  if (fixed === undefined) throw new Error(`${pair.data} fills no minibatch`);
  const one = fixed;
  const run = (minibatch: Minibatch): Promise<number> => step.run(minibatch, 0.01, 1);
  await run(one);
  const rates = { loader: [] as number[], engine: [] as number[], both: [] as number[] };
  for (let round = 1; round <= Number(values.rounds); round++) {
    rates.loader.push(
      await rateOf(loads * batchSize, async () => {
        let count = 0;
        for await (const minibatch of load(dataset, settings, loads, 3 * round)) count += minibatch.count;
        if (count !== loads * batchSize) throw new Error(`${String(count)} images were loaded`);
      }),
    );
    rates.engine.push(
      await rateOf(steps * batchSize, async () => {
        for (let done = 0; done < steps; done++) await run(one);
      }),
    );
    rates.both.push(
      await rateOf(steps * batchSize, async () => {
        for await (const minibatch of load(dataset, settings, steps, 3 * round + 1)) await run(minibatch);
      }),
    );
  }
  await step.dispose();
  const [loader, alone, both] = [rates.loader, rates.engine, rates.both].map(median);
  const ratio = median(rates.both.map((rate, round) => rate / (rates.engine[round] ?? NaN)));
  const figures = [loader, alone, both].map((rate = NaN) => rate.toPrecision(3));
  return [`${pair.architecture} (${dataset.name})`, String(batchSize), ...figures, ratio.toFixed(3)];
}

/** So many minibatches of one epoch, the examples over and over. */
function load(dataset: Dataset, settings: TrainingSettings, count: number, epoch: number) {
  const indices = Int32Array.from({ length: count * settings.batchSize }, (_, k) => k % dataset.size);
  return minibatches(dataset, indices, settings, epoch);
}

function settingsOf(
  { architecture, width, batchSize, augmentation }: Pair,
  dataset: Dataset,
): TrainingSettings {
  return {
    network: { architecture, width, inputShape: dataset.shape, classCount: dataset.classCount },
    epochs: 1,
    batchSize,
    schedule: { initial: 0.01, decay: { kind: 'constant' } },
    optimizer: {
      kind: 'sgd',
      momentum: 0.9,
      nesterov: false,
      weightDecay: { factor: 1e-4, on: 'all' },
    },
    augmentation,
    seed: 1,
  };
}

async function rateOf(images: number, action: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await action();
  return (1000 * images) / (performance.now() - start);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2;
}
