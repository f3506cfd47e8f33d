/**
 * What mixup on the host costs of a training step: drawing λ and the partners, mixing images and targets, one-hot rows
 * and label smoothing, against the step of PreAct ResNet-18 that they feed. The two are timed apart, in turn, since
 * steps differ among themselves by more than the whole cost; medians and their ratio.
 *
 *   npx tsx benchmarks/mixup-cost.ts [--rounds 5] [--threads 2] [--batch 128] [--width 64] [--lambda-per example]
 */
import { parseArgs } from 'node:util';
import { createEngine } from '../src/index.ts';
import { randomStream } from '../src/core/random.ts';
import type { NetworkSettings } from '../src/models/architectures/network.ts';
import { initialWeights } from '../src/training/initialize.ts';
import { smoothTargets } from '../src/training/label-smoothing.ts';
import { drawMixing, mixRows, oneHot, type MixupSettings } from '../src/training/mixup.ts';
import type { TrainingSettings } from '../src/training/settings.ts';
import { createTrainingStep } from '../src/training/step.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    batch: { type: 'string', default: '128' },
    width: { type: 'string', default: '64' },
    'lambda-per': { type: 'string', default: 'batch' },
  },
});
const batch = Number(values.batch);
const CLASSES = 10;
const IMAGE_SIZE = 3 * 32 * 32;
/** Minibatches that one timing of the host's part is the mean of. */
const REPEATS = 20;

const network: NetworkSettings = {
  architecture: 'preact-resnet18',
  width: Number(values.width),
  inputShape: [3, 32, 32],
  classCount: CLASSES,
};
const mixup: MixupSettings = {
  alpha: 1,
  lambdaPer: values['lambda-per'] === 'example' ? 'example' : 'batch',
};
const settings: TrainingSettings = {
  network,
  epochs: 1,
  batchSize: batch,
  schedule: { initial: 0.1, decay: { kind: 'constant' } },
  optimizer: {
    kind: 'sgd',
    momentum: 0.9,
    nesterov: false,
    weightDecay: { factor: 1e-4, on: 'all' },
  },
  labelSmoothing: 0.1,
  mixup,
  seed: 1,
};

const images = Float32Array.from({ length: batch * IMAGE_SIZE }, (_, index) => ((index * 7919) % 256) / 255);
const labels = Int32Array.from({ length: batch }, (_, index) => index % CLASSES);
const engine = await createEngine('onnxruntime', { threads: Number(values.threads) });
const trainingStep = await createTrainingStep(engine, settings, initialWeights(network, 1));

/** Milliseconds of each round; the first warms up. */
const host: number[] = [];
const step: number[] = [];
for (let round = 0; round <= Number(values.rounds); round++) {
  let start = performance.now();
  let minibatch = mixedMinibatch(round * REPEATS);
  for (let repeat = 1; repeat < REPEATS; repeat++) minibatch = mixedMinibatch(round * REPEATS + repeat);
  const hostMs = (performance.now() - start) / REPEATS;
  start = performance.now();
  await trainingStep.run({ epoch: 0, step: round, count: batch, ...minibatch }, 0.01, round + 1);
  const stepMs = performance.now() - start;
  if (round === 0) continue;
  host.push(hostMs);
  step.push(stepMs);
}
await trainingStep.dispose();
await engine.dispose();
console.log(
  `${engine.runtime}, ${values.threads} threads, PreAct ResNet-18 width ${values.width}, batch ${values.batch}, ` +
    `one λ for each ${mixup.lambdaPer}, ${values.rounds} rounds: mixup ${median(host).toFixed(2)} ms, ` +
    `step ${median(step).toFixed(0)} ms, share ${((100 * median(host)) / median(step)).toFixed(3)} %`,
);

/** All that mixup and label smoothing add to a minibatch that is read and scaled. */
function mixedMinibatch(number: number): { images: Float32Array; targets: Float32Array } {
  const targets = oneHot(labels, CLASSES);
  smoothTargets(targets, CLASSES, settings.labelSmoothing ?? 0);
  const mixing = drawMixing(randomStream(settings.seed, 'mixup', 0, number), mixup, batch);
  return { images: mixRows(images, IMAGE_SIZE, mixing), targets: mixRows(targets, CLASSES, mixing) };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}
