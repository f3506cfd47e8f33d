/**
 * What `--workers` and `--batch-size` cost: I-FGSM on models of three sizes by one session with all cores, and by one and
 * two worker threads with a session of one thread each, in turn. From its table the constants of
 * src/experiments/attack/choose-workers.ts are set.
 *
 *   npx tsx benchmarks/workers.ts [--models NAME,…] [--rounds 3] [--batches 8,32,64] [--layers-model FILE]
 *
 * Models: `lenet`, `fixture`, `layers-model` (the file given, of 3×32×32), `preact-18` (width 64, 11 million values).
 * Seconds are medians; core seconds count the time of all threads, which other programs on the machine disturb less.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  attackOf,
  attackSettings,
  createArrayDataset,
  createEngine,
  createModelClassifier,
  encodeModel,
  evaluationGraph,
  GraphBuilder,
  openModel,
  randomStream,
  runAttackBenchmark,
} from '../src/index.ts';
import { float32, sizeOf } from '../src/graph/tensor.ts';
import { initialWeights } from '../src/training/initialize.ts';

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'lenet,fixture,preact-18' },
    rounds: { type: 'string', default: '3' },
    batches: { type: 'string', default: '8,32,64' },
    'layers-model': { type: 'string' },
  },
});

/** How many examples, and steps of the attack: a few seconds of work each. */
const WORK: Readonly<Record<string, { readonly examples: number; readonly steps: number }>> = {
  lenet: { examples: 512, steps: 10 },
  fixture: { examples: 128, steps: 10 },
  'layers-model': { examples: 256, steps: 10 },
  'preact-18': { examples: 64, steps: 2 },
};
const WORKERS = [0, 1, 2];

const folder = await mkdtemp(join(tmpdir(), 'robust-bench-workers-'));
try {
  console.log(
    'model, parameters, examples: workers, batch: seconds, core seconds; seconds for a tenth of the work',
  );
  for (const name of values.models.split(',')) await compare(name);
} finally {
  await rm(folder, { recursive: true, force: true });
}

interface Cost {
  readonly seconds: number;
  readonly coreSeconds: number;
}

async function compare(name: string): Promise<void> {
  const path = await pathOf(name);
  const work = WORK[name];
  if (work === undefined) throw new Error(`there is no model ${name}`);
  const description = await openModel(path, { bounds: { lower: 0, upper: 1 } });
  const title = `${name}, ${String(description.parameterCount)}, ${String(work.examples)}`;
  const settings = WORKERS.flatMap((workers) =>
    values.batches
      .split(',')
      .map((batch) => ({ workers, batch: Number(batch), costs: [] as Cost[], few: [] as Cost[] })),
  );
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { workers, batch, costs, few } of settings) {
      costs.push(await attack(path, { workers, batch, ...work }));
      few.push(await attack(path, { workers, batch, ...work, examples: Math.ceil(work.examples / 10) }));
    }
  }
  for (const { workers, batch, costs, few } of settings) {
    const of = (field: keyof Cost, list = costs): string =>
      median(list.map((cost) => cost[field])).toFixed(2);
    console.log(
      `${title}: ${String(workers)}, ${String(batch).padStart(2)}: ${of('seconds')}, ${of('coreSeconds')}; ${of('seconds', few)}`,
    );
  }
}

interface Work {
  readonly workers: number;
  readonly batch: number;
  readonly examples: number;
  readonly steps: number;
}

async function attack(path: string, { workers, batch, examples, steps }: Work): Promise<Cost> {
  const before = process.cpuUsage();
  const started = performance.now();
  const description = { ...(await openModel(path, { bounds: { lower: 0, upper: 1 } })), name: 'model' };
  const engine = await createEngine('onnxruntime', {});
  const ifgsm = attackOf('ifgsm');
  const classifier = await createModelClassifier(description, engine);
  const shape = description.inputShape;
  const size = shape.reduce((product, dim) => product * dim, examples);
  await runAttackBenchmark({
    models: [{ id: 'model', classifier, description }],
    whiteBox: ['model'],
    attacks: [{ attack: ifgsm, settings: attackSettings(ifgsm, { parameters: { steps } }) }],
    dataset: createArrayDataset(
      {
        name: 'drawn',
        images: {
          dims: [examples, ...shape],
          dataType: 'uint8',
          data: Uint8Array.from({ length: size }, (_, index) => (index * 7919) % 256),
        },
        labels: {
          dims: [examples],
          dataType: 'int32',
          data: Int32Array.from({ length: examples }, (_, index) => index % description.classCount),
        },
        sources: { images: 'images', labels: 'labels' },
      },
      { split: 'test', classCount: description.classCount, layout: 'NCHW' },
    ),
    indices: Int32Array.from({ length: examples }, (_, index) => index),
    selection: { limit: null, indices: null },
    seed: 1,
    batchSize: batch,
    engine,
    threads: null,
    ...(workers === 0 ? {} : { workers: { count: workers, engine: 'onnxruntime', threads: 1 } }),
  });
  await engine.dispose();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - started) / 1000, coreSeconds: (user + system) / 1e6 };
}

async function pathOf(name: string): Promise<string> {
  if (name === 'fixture') return join(import.meta.dirname, '../fixtures/models/mixup.onnx');
  if (name === 'layers-model') {
    if (values['layers-model'] === undefined) throw new Error('name the file: --layers-model model.json');
    return values['layers-model'];
  }
  const network = { architecture: 'preact-resnet18', width: 64, inputShape: [3, 32, 32], classCount: 10 };
  const graph = name === 'lenet' ? lenet() : evaluationGraph(network, initialWeights(network, 1));
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, encodeModel(graph));
  return path;
}

/** LeCun et al. 1998 with ReLU and max-pooling, drawn weights. */
function lenet() {
  const builder = new GraphBuilder('lenet');
  const drawn = (name: string, dims: readonly number[]): string => {
    const stream = randomStream(1, name);
    const scale = Math.sqrt((2 * (dims[0] ?? 1)) / sizeOf(dims));
    return builder.constant(
      float32(
        dims,
        Float32Array.from({ length: sizeOf(dims) }, () => scale * stream.normal()),
      ),
      name,
    );
  };
  const pooled = (features: string): string =>
    builder.maxPool(builder.relu(features), { kernelShape: [2, 2], strides: [2, 2] });
  const image = builder.input('image', 'float32', ['N', 1, 28, 28]);
  const first = pooled(builder.conv(image, drawn('conv1', [6, 1, 5, 5]), { pads: [2, 2, 2, 2] }));
  const second = builder.flatten(pooled(builder.conv(first, drawn('conv2', [16, 6, 5, 5]), {})));
  const dense = (features: string, name: string, from: number, to: number): string =>
    builder.gemm(features, drawn(name, [from, to]), drawn(`${name}.bias`, [to]));
  const third = builder.relu(dense(second, 'fc1', 400, 120));
  builder.output(dense(builder.relu(dense(third, 'fc2', 120, 84)), 'fc3', 84, 10));
  return builder.build();
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}
