/**
 * Speed against PyTorch on the CPU: a training step and an I-FGSM batch, the two toolkits in turn in one run, medians
 * and their ratio; and the runtime's own matrix-product ceiling. Networks: preact-resnet18 at width 64 on 32×32 images
 * of 10 classes, and those that torchvision has under the same name (resnet50) on 224×224 images of 1000.
 *
 *   npx tsx benchmarks/speed.ts [--network preact-resnet18] [--python /usr/bin/python3] [--rounds 5] [--threads 2]
 *     [--batch 32,128] [--task step,attack]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { attackOf, attackSettings, createEngine, createGraphClassifier, type Engine } from '../src/index.ts';
import { GraphBuilder } from '../src/graph/builder.ts';
import { float32, zeros } from '../src/graph/tensor.ts';
import { evaluationGraph, type NetworkSettings } from '../src/models/architectures/network.ts';
import { initialWeights } from '../src/training/initialize.ts';
import { createTrainingGraph, STEP } from '../src/training/training-graph.ts';
import { startPeer } from './peer-process.ts';

const { values } = parseArgs({
  options: {
    network: { type: 'string', default: 'preact-resnet18' },
    python: { type: 'string', default: '/usr/bin/python3' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    batch: { type: 'string' },
    task: { type: 'string', default: 'step,attack' },
  },
});
const rounds = Number(values.rounds);
const threads = Number(values.threads);
const WIDTH = 64;
const small = values.network === 'preact-resnet18';
const SIZE = small ? 32 : 224;
const CLASSES = small ? 10 : 1000;
const network: NetworkSettings = {
  architecture: values.network,
  width: WIDTH,
  inputShape: [3, SIZE, SIZE],
  classCount: CLASSES,
};
const batches = (values.batch ?? (small ? '32,128' : '8')).split(',').map(Number);
const asked = values.task.split(',');

const engine = await createEngine('onnxruntime', { threads });
const weights = initialWeights(network, 1);
const tasks: Record<string, (batch: number) => Promise<void>> = {};
if (asked.includes('step')) tasks['step'] = await trainingStep(engine);
if (asked.includes('attack')) tasks['attack'] = await iteratedAttack(engine);
const peer = await startPeer(values.python, [
  join(import.meta.dirname, 'pytorch', 'peer.py'),
  values.network,
  ...[WIDTH, SIZE, CLASSES, threads].map(String),
]);
console.log(
  `${engine.runtime} and PyTorch ${peer.greeting}, ${String(threads)} threads, ${String(rounds)} rounds`,
);
console.log(`matrix product 2048: ${(await matrixProductRate(engine)).toFixed(0)} GFLOP/s`);
for (const name of asked) {
  for (const batch of batches) {
    await compare(name, batch);
  }
}
peer.close();
await engine.dispose();

/** Takes turns, each after a rest in which the other's threads stop spinning; the first round warms up. */
async function compare(name: string, batch: number): Promise<void> {
  const task = tasks[name];
  if (task === undefined) throw new Error(`there is no task ${name}`);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    await sleep(300);
    const start = performance.now();
    await task(batch);
    const own = performance.now() - start;
    await sleep(300);
    const other = Number(await peer.ask(`${name} ${String(batch)}`)) * 1000;
    if (round === 0) continue;
    ours.push(own);
    theirs.push(other);
  }
  const ratios = theirs.map((time, round) => time / (ours[round] ?? NaN));
  console.log(
    `${name} batch ${String(batch)}: robust-bench ${median(ours).toFixed(0)} ms, PyTorch ${median(theirs).toFixed(0)} ms, ` +
      `speed ${(median(theirs) / median(ours)).toFixed(2)}× PyTorch (by round ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')})`,
  );
}

async function trainingStep(on: Engine): Promise<(batch: number) => Promise<void>> {
  const { graph, renewals } = createTrainingGraph(network, {
    kind: 'sgd',
    momentum: 0.9,
    nesterov: false,
    weightDecay: { factor: 1e-4, on: 'all' },
  });
  const compiled = await on.compile(graph, {
    state: renewals.map((renewal) => ({
      ...renewal,
      initial: weights.get(renewal.input) ?? zeros(renewal.dims),
    })),
  });
  return async (batch) => {
    const targets = new Float32Array(batch * CLASSES);
    labelsOf(batch).forEach((label, row) => (targets[row * CLASSES + label] = 1));
    await compiled.run({
      [STEP.images]: float32([batch, 3, SIZE, SIZE], imagesOf(batch)),
      [STEP.targets]: float32([batch, CLASSES], targets),
      [STEP.learningRate]: float32([], [0.01]),
    });
  };
}

async function iteratedAttack(on: Engine): Promise<(batch: number) => Promise<void>> {
  const classifier = await createGraphClassifier(
    {
      name: values.network,
      graph: evaluationGraph(network, weights),
      inputShape: network.inputShape,
      classCount: CLASSES,
      bounds: { lower: 0, upper: 1 },
    },
    on,
  );
  const attack = attackOf('ifgsm');
  const settings = attackSettings(attack);
  return async (batch) => {
    const labels = labelsOf(batch);
    await attack.perturb(
      classifier,
      { inputs: imagesOf(batch), labels, indices: labels.map((_, index) => index) },
      settings,
    );
  };
}

/** Billions of floating-point operations a second of a square product. */
async function matrixProductRate(on: Engine): Promise<number> {
  const size = 2048;
  const builder = new GraphBuilder('matrix product');
  const a = builder.input('a', 'float32', [size, size]);
  const b = builder.input('b', 'float32', [size, size]);
  builder.output(builder.identity(builder.reduceMax(builder.matMul(a, b), [0, 1]), 'c'));
  const compiled = await on.compile(builder.build());
  const matrix = float32([size, size], new Float32Array(size * size).fill(0.5));
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    const start = performance.now();
    await compiled.run({ a: matrix, b: matrix });
    times.push(performance.now() - start);
  }
  return (2 * size ** 3) / median(times) / 1e6;
}

function imagesOf(batch: number): Float32Array {
  return Float32Array.from({ length: batch * 3 * SIZE ** 2 }, (_, index) => ((index * 7919) % 256) / 255);
}

function labelsOf(batch: number): Int32Array {
  return Int32Array.from({ length: batch }, (_, index) => index % CLASSES);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}
