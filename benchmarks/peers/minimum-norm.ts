/**
 * The distances of minimum-norm attacks beside those of adv-lib, foolbox, pyautoattack and torchattacks, on the same
 * model and examples, those that it classifies rightly, with the same settings: medians over those that both have found.
 *
 *   npx tsx benchmarks/peers/minimum-norm.ts [--model fixtures/models/erm-1.json] [--count 100] [--only fab@l1,ddn]
 *     [--python python3]
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { perturbationSizes } from '../../src/attacks/balls/sizes.ts';
import type { Norm } from '../../src/attacks/balls/ball.ts';
import { attackOf } from '../../src/attacks/index.ts';
import type { ParameterValue } from '../../src/attacks/parameters.ts';
import { attackSettings } from '../../src/attacks/settings.ts';
import { predictions } from '../../src/classifier/oracle.ts';
import {
  createEngine,
  createModelClassifier,
  openDataset,
  openModel,
  scaleToBounds,
} from '../../src/index.ts';
import { startPeer } from '../peer-process.ts';

interface Comparison {
  readonly method: string;
  readonly norm: Norm;
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
}

/** Long attacks are cut short on both sides alike; minimum_norm.py has the same table under the same names. */
const comparisons: readonly Comparison[] = [
  ...(['linf', 'l2', 'l1'] as const).map((norm) => ({ method: 'fab', norm })),
  ...(['linf', 'l2', 'l1'] as const).map((norm) => ({ method: 'fab-t', norm })),
  ...(['l2', 'linf'] as const).map((norm) => ({ method: 'deepfool', norm })),
  { method: 'ddn', norm: 'l2' },
  ...(['l2', 'linf', 'l1', 'l0'] as const).map((norm) => ({ method: 'fmn', norm })),
  { method: 'cw', norm: 'l2', parameters: { steps: 200 } },
  { method: 'ead', norm: 'l1', parameters: { steps: 200 } },
  ...(['l2', 'l1'] as const).map((norm) => ({ method: 'alma', norm, parameters: { steps: 300 } })),
  ...(['l2', 'linf', 'l1'] as const).map((norm) => ({ method: 'pdpgd', norm, parameters: { steps: 300 } })),
  { method: 'sigma-zero', norm: 'l0', parameters: { steps: 300 } },
  { method: 'jsma', norm: 'l0', parameters: { targets: 1 } },
];

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'fixtures/models/erm-1.json' },
    count: { type: 'string', default: '100' },
    only: { type: 'string' },
    python: { type: 'string', default: 'python3' },
  },
});

const description = await openModel(values.model);
const engine = await createEngine('onnxruntime', { threads: 1 });
const model = await createModelClassifier(description, engine);
const dataset = await openDataset(description.data?.specification ?? '', { split: 'test' });
const read = await dataset.read(Int32Array.from({ length: 2 * Number(values.count) }, (_, index) => index));
const all = { inputs: scaleToBounds(read.inputs, dataset.range, model.bounds), labels: read.labels };
const predicted = predictions(await model.logits(all.inputs), model.classCount);
const size = all.inputs.length / all.labels.length;
const right = [...all.labels.keys()]
  .filter((row) => predicted[row] === all.labels[row])
  .slice(0, Number(values.count));
const inputs = Float32Array.from(
  right.flatMap((row) => [...all.inputs.subarray(row * size, (row + 1) * size)]),
);
const labels = Int32Array.from(right, (row) => all.labels[row] ?? 0);

const folder = mkdtempSync(join(tmpdir(), 'minimum-norm-'));
writeFileSync(join(folder, 'inputs.f32'), inputs);
writeFileSync(join(folder, 'labels.i32'), labels);
const peer = await startPeer(values.python, [
  join(import.meta.dirname, 'minimum_norm.py'),
  join(dirname(values.model), 'erm-1.onnx'),
  folder,
  model.inputShape.join(','),
]);

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
};
const table = new Table({
  head: [
    'attack',
    'norm',
    'peer',
    'found',
    'peer found',
    'median',
    'peer median',
    'ours / peer',
    'gradients',
    's',
    'peer s',
  ],
  style: { head: [], border: [] },
});
const chosen = values.only?.split(',');
for (const { method, norm, parameters = {} } of comparisons) {
  if (chosen !== undefined && !chosen.includes(method) && !chosen.includes(`${method}@${norm}`)) continue;
  const attack = attackOf(method);
  const settings = attackSettings(attack, {
    norm,
    parameters,
    ...(method === 'jsma' ? { target: 'next' } : {}),
  });
  const start = performance.now();
  const indices = Int32Array.from(labels.keys());
  const output = await attack.perturb(model, { inputs, labels, indices }, settings);
  const seconds = (performance.now() - start) / 1000;
  const sizes = [...perturbationSizes(norm, inputs, output.inputs, model.inputShape, 'elements')];
  const ours = sizes.map((distance) => (distance > 0 ? distance : Infinity));
  const answer = await peer.ask(JSON.stringify({ method, norm, parameters }));
  for (const { name, distances, seconds: peerSeconds } of JSON.parse(answer) as readonly Answer[]) {
    const theirs = distances.map((distance) => distance ?? Infinity);
    const found = (list: readonly number[]) => String(list.filter(Number.isFinite).length);
    // A median over all would jump with what one side alone has found.
    const both = [...ours.keys()].filter((row) => Number.isFinite((ours[row] ?? NaN) + (theirs[row] ?? NaN)));
    const [own, other] = [ours, theirs].map((list) => median(both.map((row) => list[row] ?? NaN)));
    const gradients = output.gradientCounts.reduce((a, b) => a + b, 0) / labels.length;
    const row = [
      method,
      norm,
      name,
      found(ours),
      found(theirs),
      own?.toPrecision(4),
      other?.toPrecision(4),
      ((own ?? NaN) / (other ?? NaN)).toFixed(3),
      gradients.toFixed(0),
      seconds.toFixed(1),
      peerSeconds.toFixed(1),
    ];
    console.error(row.join('  '));
    table.push(row);
  }
}
console.log(table.toString());
peer.close();

interface Answer {
  readonly name: string;
  /** null where nothing was found. */
  readonly distances: readonly (number | null)[];
  readonly seconds: number;
}
