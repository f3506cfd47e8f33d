/**
 * Memory over a long run: FGSM with 8-bit scoring on 50 000 examples of 3×224×224, made as they are read, against a
 * small network. Samples the resident set, prints a table, and draws it where asked.
 *
 *   npx tsx benchmarks/soak.ts [--examples 50000] [--workers 0] [--save FOLDER] [--svg FILE]
 *
 * With --save the examples are written too, 1.2 MB each.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createExampleStore } from '../src/cli/save-examples.ts';
import {
  attackOf,
  attackSettings,
  createEngine,
  createModelClassifier,
  type Dataset,
  encodeModel,
  GraphBuilder,
  openModel,
  randomStream,
  runAttackBenchmark,
} from '../src/index.ts';
import { float32, sizeOf } from '../src/graph/tensor.ts';

const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '50000' },
    workers: { type: 'string', default: '0' },
    save: { type: 'string' },
    svg: { type: 'string' },
  },
});
const count = Number(values.examples);
const workers = Number(values.workers);
const SHAPE = [3, 224, 224];
const SIZE = sizeOf(SHAPE);
const CLASSES = 10;
const ROWS = 20;
const MIB = 2 ** 20;

interface Sample {
  readonly seconds: number;
  readonly completed: number;
  readonly rss: number;
}

const folder = await mkdtemp(join(tmpdir(), 'robust-bench-soak-'));
try {
  const samples = await soak(join(folder, 'small.onnx'));
  print(samples);
  if (values.svg !== undefined) await writeFile(values.svg, drawing(samples));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function soak(path: string): Promise<Sample[]> {
  await writeFile(path, encodeModel(smallNetwork()));
  const description = await openModel(path, { bounds: { lower: 0, upper: 1 } });
  const engine = await createEngine('onnxruntime', {});
  const classifier = await createModelClassifier(description, engine);
  const attack = attackOf('fgsm');
  const runs = [{ attack, settings: attackSettings(attack) }];
  const store = createExampleStore(values.save, { attacks: runs, planned: count });

  const samples: Sample[] = [];
  const started = performance.now();
  let [done, total] = [0, 1];
  const sample = (): void => {
    const seconds = (performance.now() - started) / 1000;
    samples.push({ seconds, completed: done / total, rss: process.memoryUsage.rss() / MIB });
  };
  const timer = setInterval(sample, 500);
  sample();
  const result = await runAttackBenchmark({
    models: [{ id: 'small', classifier, description }],
    whiteBox: ['small'],
    attacks: runs,
    dataset: syntheticDataset(),
    indices: Int32Array.from({ length: count }, (_, index) => index),
    selection: { limit: null, indices: null },
    seed: 1,
    eightBit: true,
    batchSize: 64,
    engine,
    threads: null,
    journal: { path: join(folder, 'journal'), resume: false },
    ...(workers === 0 ? {} : { workers: { count: workers, engine: 'onnxruntime', threads: 1 } }),
    ...(store === undefined ? {} : { onExamples: store.add }),
    onProgress: ({ completed, total: all }) => {
      [done, total] = [completed, all];
    },
  });
  await store?.write(result.examples.count);
  clearInterval(timer);
  sample();
  await engine.dispose();
  return samples;
}

/** Convolutions with strides of their kernels, and a linear layer: 41 000 values. */
function smallNetwork() {
  const builder = new GraphBuilder('small');
  const drawn = (name: string, dims: readonly number[], scale: number): string => {
    const stream = randomStream(1, name);
    return builder.constant(
      float32(
        dims,
        Float32Array.from({ length: sizeOf(dims) }, () => scale * stream.normal()),
      ),
      name,
    );
  };
  const image = builder.input('image', 'float32', ['N', ...SHAPE]);
  const first = builder.relu(builder.conv(image, drawn('conv1', [8, 3, 4, 4], 0.14), { strides: [4, 4] }));
  const second = builder.relu(builder.conv(first, drawn('conv2', [16, 8, 4, 4], 0.09), { strides: [4, 4] }));
  const logits = builder.gemm(
    builder.flatten(second),
    drawn('weights', [3136, CLASSES], 0.02),
    drawn('bias', [CLASSES], 0.1),
  );
  builder.output(logits);
  return builder.build();
}

/** Stretches of one long line of random bytes: nothing of it is kept but that line. */
function syntheticDataset(): Dataset {
  const stream = randomStream(1, 'bytes');
  const line = Uint8Array.from({ length: 2 * SIZE }, () => Math.floor(256 * stream.uniform()));
  const labels = Int32Array.from({ length: count }, (_, index) => index % CLASSES);
  return {
    name: 'synthetic',
    split: 'test',
    size: count,
    shape: SHAPE,
    classCount: CLASSES,
    labels,
    range: { lower: 0, upper: 255 },
    hash: () => Promise.resolve('0'.repeat(64)),
    read(indices) {
      const chosen = Array.from(indices);
      const inputs = new Uint8Array(chosen.length * SIZE);
      for (const [row, index] of chosen.entries()) {
        const start = (index * 7919) % SIZE;
        inputs.set(line.subarray(start, start + SIZE), row * SIZE);
      }
      return Promise.resolve({ inputs, labels: Int32Array.from(chosen, (index) => index % CLASSES) });
    },
  };
}

function print(samples: readonly Sample[]): void {
  console.log(
    `${String(count)} examples of ${SHAPE.join('×')}, ${String(workers)} workers${values.save === undefined ? '' : ', examples saved'}`,
  );
  console.log('   done   seconds   RSS MiB (highest of the interval)');
  for (let row = 0; row < ROWS; row++) {
    const own = samples.filter(({ completed }) => Math.min(ROWS - 1, Math.floor(completed * ROWS)) === row);
    const last = own.at(-1);
    if (last === undefined) continue;
    console.log(
      `${`${(100 * last.completed).toFixed(0)} %`.padStart(7)} ${last.seconds.toFixed(0).padStart(9)} ${Math.max(...own.map(({ rss }) => rss)).toFixed(0)}`,
    );
  }
  console.log(`peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
}

/** The resident set over the examples done. */
function drawing(samples: readonly Sample[]): string {
  const [width, height, left, bottom] = [640, 240, 56, 36];
  const most = 256 * Math.ceil(Math.max(...samples.map(({ rss }) => rss)) / 256);
  const x = (share: number): string => (left + share * (width - left - 16)).toFixed(1);
  const y = (rss: number): string => (height - bottom - (rss / most) * (height - bottom - 24)).toFixed(1);
  const points = samples.map(({ completed, rss }) => `${x(completed)},${y(rss)}`).join(' ');
  const marks = Array.from({ length: most / 256 + 1 }, (_, step) => 256 * step)
    .map(
      (mark) =>
        `<line x1="${x(0)}" y1="${y(mark)}" x2="${x(1)}" y2="${y(mark)}" stroke="#ddd"/>` +
        `<text x="${String(left - 6)}" y="${y(mark)}" text-anchor="end" dominant-baseline="middle">${String(mark)}</text>`,
    )
    .join('\n');
  const title = `Resident memory in MiB over ${String(count)} examples of ${SHAPE.join('×')}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" font-family="sans-serif" font-size="12">
<title>${title}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${String(left)}" y="14">${title}</text>
${marks}
<text x="${x(0)}" y="${String(height - 12)}">0</text>
<text x="${x(1)}" y="${String(height - 12)}" text-anchor="end">${String(count)} examples</text>
<polyline points="${points}" fill="none" stroke="#0057b7" stroke-width="1.5"/>
</svg>
`;
}
