/** The readers of documents: results, labels, recipes, cards, matrices, predictions and the state of a training run. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { corruptDataset, readLabelFile, writeLabelFile } from '../../src/corruption/label-file.ts';
import { readTransitionMatrix } from '../../src/corruption/transition-matrix.ts';
import { encodeNpy } from '../../src/data/npy.ts';
import { chooseSubset } from '../../src/data/subset.ts';
import { float32 } from '../../src/graph/tensor.ts';
import { readModelCard } from '../../src/models/card/model-card-file.ts';
import { openPredictions } from '../../src/predictions/folder.ts';
import { readRecipe } from '../../src/recipes/read.ts';
import { readAnyResult } from '../../src/results/file.ts';
import { readTrainingState, writeTrainingState } from '../../src/training/state-file.ts';
import { dataOf, drawLabels } from '../corruption/data.ts';
import { exampleMemorization } from '../results/example-memorization.ts';
import { exampleResult, targetedResult } from '../results/example-result.ts';
import type { Files, FuzzedReader } from './reader.ts';

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const packageFile = (path: string): Uint8Array => readFileSync(new URL(`../../${path}`, import.meta.url));

const results: readonly Files[] = [
  { 'r.json': json(exampleResult()) },
  { 'r.json': json(targetedResult()) },
  { 'r.json': json(exampleMemorization()) },
];

async function labelFiles(): Promise<readonly Files[]> {
  const folder = mkdtempSync(join(tmpdir(), 'robust-bench-fuzzing-'));
  const dataset = dataOf(drawLabels(40, 4), 4);
  const matrix = [0, 1, 2, 3].map((row) => [0, 1, 2, 3].map((column) => (row === column ? 0.7 : 0.1)));
  const settings = [
    { seed: 0, rate: 0.5 },
    { seed: 2, mode: 'class-conditional', matrix },
  ] as const;
  const files: Files[] = [];
  for (const each of settings) {
    const path = join(folder, 'labels.json');
    await writeLabelFile(path, await corruptDataset(dataset, each));
    files.push({ 'labels.json': readFileSync(path) });
  }
  rmSync(folder, { recursive: true });
  return files;
}

const settings = { epochs: 3, schedule: { initial: 0.1 } };

async function states(): Promise<readonly Files[]> {
  const folder = mkdtempSync(join(tmpdir(), 'robust-bench-fuzzing-'));
  await writeTrainingState(folder, settings, {
    summaries: [{ epoch: 0, learningRate: 0.1, trainingLoss: 2.3, testError: 0.9 }],
    updates: 12,
    arrays: new Map([['weight', float32([2, 2], [1, -0.5, 3, 4])]]),
  });
  const state = readFileSync(join(folder, 'training-state.npz'));
  rmSync(folder, { recursive: true });
  return [{ 'training-state.npz': state }];
}

const logits = (rows: number, sign = 1): Uint8Array =>
  encodeNpy({
    dims: [rows, 3],
    dataType: 'float32',
    data: Float32Array.from({ length: 3 * rows }, (_, k) => sign * ((k * 7) % 11)),
  });

/** The array that is damaged goes in as the training examples' logits. */
const sealEpoch = (_name: string, content: Uint8Array): Uint8Array =>
  zipSync(
    { 'train_logits.npy': content, 'test_logits.npy': logits(2, -1) },
    { level: 6, mtime: new Date(1980, 0, 1, 12) },
  );

let heldLabels: Promise<readonly Files[]> | undefined;
let heldStates: Promise<readonly Files[]> | undefined;

export const documentReaders: readonly FuzzedReader[] = [
  { name: 'results', samples: () => results, read: (folder) => readAnyResult(join(folder, 'r.json')) },
  {
    name: 'labels',
    samples: () => (heldLabels ??= labelFiles()),
    read: (folder) => readLabelFile(join(folder, 'labels.json')),
  },
  {
    name: 'recipes',
    samples: () => [
      { 'r.json': packageFile('recipes/cifar10/preact18-mixup.json') },
      {
        'r.json': json({ title: 't', extends: './base.json', settings: { epochs: 3 } }),
        'base.json': packageFile('recipes/cifar10/preact18-erm.json'),
      },
    ],
    read: (folder) => readRecipe(join(folder, 'r.json')),
  },
  {
    name: 'cards',
    samples: () => [{ 'card.json': packageFile('fixtures/models/erm-1.json') }],
    read: (folder) => readModelCard(join(folder, 'card.json')),
  },
  {
    name: 'matrices',
    samples: () => [
      { matrix: Buffer.from('0.5,0.5\n0.25,0.75\n') },
      { matrix: json([[0.5, 0.5, 0], [0, 1, 0], [0, 0, 1]]) }, // prettier-ignore
    ],
    read: (folder) => readTransitionMatrix(join(folder, 'matrix')),
  },
  {
    name: 'indices',
    samples: () => [{ indices: Buffer.from('0-3,7\n9-\n') }],
    read: (folder) =>
      Promise.resolve().then(() =>
        chooseSubset({ size: 20 }, { seed: 0, indices: `@${join(folder, 'indices')}` }),
      ),
  },
  {
    name: 'predictions',
    samples: () => [{ 'epoch-0001.npz': logits(4) }],
    seal: sealEpoch,
    sealedFirst: 50,
    read: async (folder) => {
      const predictions = await openPredictions(folder);
      for (const epoch of predictions.epochs) await predictions.read(epoch);
    },
  },
  {
    name: 'training state',
    samples: () => (heldStates ??= states()),
    read: (folder) => readTrainingState(folder, settings),
  },
];
