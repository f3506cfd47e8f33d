/** A memorization result made of scored runs passes its schema and all that its fields say of each other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorizationResult } from '../../src/experiments/memorization-benchmark.ts';
import {
  describeCheckpoint,
  memorizationRun,
  type ScoredRun,
} from '../../src/experiments/memorization-run.ts';
import { memorizationWarnings } from '../../src/experiments/memorization-warnings.ts';
import { trainingFacts } from '../../src/experiments/training-facts.ts';
import { wrapFunction } from '../../src/classifier/wrap.ts';
import { decodeBits } from '../../src/core/bits.ts';
import { corruptLabels } from '../../src/corruption/corrupt-labels.ts';
import { noiseProbability } from '../../src/corruption/label-noise.ts';
import type { CorruptionOptions } from '../../src/corruption/settings.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { scoreMemorization } from '../../src/evaluation/memorization/score-memorization.ts';
import type { ModelDescription } from '../../src/models/open.ts';
import type { Predictions } from '../../src/predictions/predictions.ts';
import { canonicalJson } from '../../src/results/canonical.ts';
import { validateMemorization } from '../../src/results/validate.ts';
import { wilsonInterval } from '../../src/statistics/proportion.ts';
import { createMemoryDataset } from '../evaluation/memory-dataset.ts';

const CLASSES = 4;
const [TRAIN, TEST] = [90, 40];

function dataset(split: string, size: number): Dataset {
  const labels = Array.from({ length: size }, (_, index) => (index * 7) % CLASSES);
  const inputs = new Uint8Array(size * 2);
  return {
    ...createMemoryDataset({ shape: [2], classCount: CLASSES, inputs, labels }),
    split,
    hash: () => Promise.resolve(split === 'train' ? 'a'.repeat(64) : 'b'.repeat(64)),
  };
}
const train = dataset('train', TRAIN);
const testSet = dataset('test', TEST);

/** Logits that say more and more of `labels`, the later the epoch, under a pseudorandom disturbance. */
function logitsOf(labels: Int32Array, epoch: number, salt: number): Float32Array {
  return Float32Array.from({ length: labels.length * CLASSES }, (_, index) => {
    const own = labels[Math.floor(index / CLASSES)] === index % CLASSES;
    return (own ? epoch : 0) + 6 * Math.sin(index * 12.9898 + epoch * 78.233 + salt);
  });
}

async function scored(
  id: string,
  options: CorruptionOptions | null,
  epochs: readonly number[] = [1, 2, 3, 4, 5],
  learned: 'given' | 'true' | 'shuffled' = 'given',
): Promise<ScoredRun> {
  const corruption = options === null ? null : await corruptLabels(train.labels, CLASSES, options);
  const labels = {
    given: corruption?.labels ?? train.labels,
    true: train.labels,
    masked: corruption?.masked ?? new Uint8Array(TRAIN),
  };
  const taught = learned === 'shuffled' ? labels.true.map((label) => (label + 1) % CLASSES) : labels[learned];
  const predictions: Predictions = {
    name: id,
    epochs,
    read: (epoch) =>
      Promise.resolve({
        train: logitsOf(taught, 2 * epoch, 0.3),
        test: logitsOf(testSet.labels, epoch, 0.7),
        trainCount: TRAIN,
        testCount: TEST,
        classCount: CLASSES,
      }),
  };
  const scores = await scoreMemorization({
    predictions,
    classCount: CLASSES,
    givenLabels: labels.given,
    trueLabels: labels.true,
    masked: labels.masked,
    testLabels: testSet.labels,
    ...(corruption === null ? {} : { chance: noiseProbability(corruption.settings, CLASSES) }),
  });
  return {
    id,
    name: `run ${id}`,
    seed: 3,
    source: 'trained',
    training: null,
    corruption: corruption === null ? null : { settings: corruption.settings, labelsSha256: 'c'.repeat(64) },
    labels,
    scores,
    learningRates: null,
    objectives: null,
  };
}

const resultOf = (runs: readonly ScoredRun[], indices: Int32Array | null = null) =>
  memorizationResult({
    train,
    test: testSet,
    indices: { train: indices, test: null },
    runs,
    seed: 3,
    engine: { name: 'onnxruntime', provider: 'cpu', runtime: 'onnxruntime-node 1' },
    threads: 2,
    batchSize: 128,
    warnings: ['given by the caller'],
    startedAt: new Date(0),
    durationMs: 5,
    timings: [{ stage: 'scoring', durationMs: 5, examplesPerSecond: null }],
  });

test('checkpoints are stated with how they were read, and their warnings among the others', async () => {
  const run = await scored('checkpoints', { seed: 1, rate: 0.4 });
  const description: ModelDescription = {
    name: 'net',
    file: 'net.onnx',
    sha256: 'a'.repeat(64),
    format: 'onnx',
    program: {
      kind: 'graph',
      graph: { name: 'net', inputs: [], outputs: [], nodes: [], initializers: new Map() },
      fixedBatch: 1,
    },
    inputShape: [3, 8, 8],
    classCount: CLASSES,
    bounds: { lower: 0, upper: 1 },
    outputs: 'softmax removed',
    parameterCount: 5,
    producer: '',
    normalization: { mean: [0.5], std: [0.25] },
    layout: 'channels-last',
    notes: ['something was done'],
  };
  const check = { examples: 2, tolerance: 1e-3, forwardAgainstGradientGraph: 0 };
  const classifier = wrapFunction({
    name: 'net',
    inputShape: [3, 8, 8],
    classCount: CLASSES,
    bounds: { lower: 0, upper: 1 },
    logits: (_, count) => new Float32Array(count * CLASSES),
  });
  const models = [{}, { check }].map((found) => describeCheckpoint(description, { ...classifier, ...found }));
  const warnings = ['outputs look odd'];
  const result = await resultOf([{ ...run, source: 'checkpoints', models, warnings }]);
  await validateMemorization(JSON.parse(canonicalJson(result)), 'result');
  assert.deepEqual(result.warnings.slice(0, 2), ['given by the caller', 'outputs look odd']);
  const [first, second] = result.runs[0]?.models ?? [];
  assert.deepEqual(first, {
    file: 'net.onnx',
    sha256: 'a'.repeat(64),
    format: 'onnx',
    inputShape: [3, 8, 8],
    bounds: { lower: 0, upper: 1 },
    outputs: 'softmax removed',
    layout: 'channels-last',
    normalization: { mean: [0.5], std: [0.25] },
    fixedBatch: 1,
    notes: ['something was done'],
  });
  assert.deepEqual(second, { ...first, check });
  assert.deepEqual(result.data.train.range, train.range);
});

test('runs of every kind make a valid result', async () => {
  const matrix = Array.from({ length: CLASSES }, (_, row) =>
    Array.from({ length: CLASSES }, (_, column) => (row === column ? 0.7 : 0.1)),
  );
  const unknown = await scored('unknown noise', { seed: 1, rate: 0.4 });
  const runs = [
    await scored('uniform', { seed: 1, rate: 0.5 }),
    {
      ...(await scored('with curves', { seed: 1, rate: 0.2, exact: true })),
      learningRates: [0.1, 0.1, 0.1, 0.01, 0.01],
      objectives: [2, 1, 0.9, 0.8, 0.7],
    },
    await scored('symmetric', { seed: 's', mode: 'symmetric', rate: 0.8 }),
    await scored('class-conditional', { seed: 1, mode: 'class-conditional', matrix }),
    await scored('all', { seed: 1, rate: 1 }),
    await scored('clean', null),
    {
      ...unknown,
      corruption: null,
      scores: await scoresWithoutNoise(unknown),
    },
  ];
  const result = await resultOf(runs);
  await validateMemorization(JSON.parse(JSON.stringify(result)), 'the result');
  assert.deepEqual(result.warnings, ['given by the caller']);
  assert.deepEqual(
    result.runs.map(({ memorizationGap }) => memorizationGap === null),
    [false, false, false, false, false, true, true],
  );
  assert.equal(result.runs[4]?.trainingError.real, null);
  assert.deepEqual(result.examples, {
    train: { count: TRAIN, indices: null },
    test: { count: TEST, indices: null },
  });
});

async function scoresWithoutNoise({ labels, scores }: ScoredRun): Promise<ScoredRun['scores']> {
  const epochs = scores.epochs.map(({ epoch }) => epoch);
  return scoreMemorization({
    predictions: {
      name: 'again',
      epochs,
      read: (epoch) =>
        Promise.resolve({
          train: logitsOf(labels.given, epoch, 0.3),
          test: logitsOf(testSet.labels, epoch, 0.7),
          trainCount: TRAIN,
          testCount: TEST,
          classCount: CLASSES,
        }),
    },
    classCount: CLASSES,
    givenLabels: labels.given,
    trueLabels: labels.true,
    masked: labels.masked,
    testLabels: testSet.labels,
  });
}

test('a run states rates with intervals, curves and lists', async () => {
  const run = await scored('uniform', { seed: 1, rate: 0.5 });
  const { scores, labels } = run;
  const entry = memorizationRun(run);
  const { last, best, groups } = scores;
  const wilson = (part: number, whole: number) => ({
    rate: part / whole,
    interval: wilsonInterval(part, whole),
  });
  assert.deepEqual(entry.testError.best, {
    epoch: best.epoch,
    error: { errors: best.testErrors, ...wilson(best.testErrors, TEST) },
  });
  assert.deepEqual(entry.testError.last.epoch, 5);
  assert.deepEqual(entry.trainingError.corrupted, {
    errors: last.corruptedErrors,
    ...wilson(last.corruptedErrors, groups.corrupted),
  });
  assert.deepEqual(entry.restored.changed, {
    examples: last.changedRestored,
    ...wilson(last.changedRestored, groups.changed),
  });
  assert.deepEqual(
    entry.curves.testErrors,
    scores.epochs.map(({ testErrors }) => testErrors),
  );
  assert.deepEqual(decodeBits(entry.perExample.corrupted, TRAIN), labels.masked);
  const right = entry.perExample.correct.map((text) => decodeBits(text, TRAIN)!);
  assert.deepEqual(
    right.map((bits) => TRAIN - bits.reduce((sum, bit) => sum + bit, 0)),
    entry.curves.trainErrors,
  );
});

test('positions of chosen examples are listed', async () => {
  const indices = Int32Array.from({ length: TRAIN }, (_, place) => TRAIN - 1 - place);
  const result = await resultOf([await scored('clean', null)], indices);
  assert.deepEqual(result.examples.train, { count: TRAIN, indices: [...indices] });
});

test('warnings name the run and what is doubtful', async () => {
  const warningsOf = async (...given: Parameters<typeof scored>) =>
    memorizationWarnings(memorizationRun(await scored(...given)));
  assert.deepEqual(await warningsOf('fine', { seed: 1, rate: 0.5 }), []);
  const [order, ...none] = await warningsOf('shuffled', { seed: 1, rate: 0.5 }, [1, 2, 3, 4, 5], 'shuffled');
  assert.match(order ?? '', /^run shuffled errs more on training examples .* in the order/);
  assert.deepEqual(none, []);
  const flips = await warningsOf('flip', { seed: 1, mode: 'pair-flip', rate: 0.3 });
  assert.match(flips.join('\n'), /^run flip: with pair-flip .* gap is 0/);
  const gaps = await warningsOf('gaps', null, [1, 2, 5]);
  assert.match(gaps.join('\n'), /^run gaps has no predictions of epoch 3/);
});

test('training facts: what a card and a result name alike, and the schedule in words', () => {
  assert.deepEqual(
    trainingFacts({
      method: 'mixup',
      alpha: 8,
      dropout: 0.3,
      learningRate: 0.4,
      learningRateSchedule: 'step',
      learningRateMilestones: [100, 150],
      learningRateDecay: 0.1,
      warmupEpochs: 5,
      warmupFrom: 0.1,
      augmentation: [],
      recipeName: 'cifar10/preact18-mixup',
      data: { name: 'cifar10', split: 'train', examples: 4000 },
      cleanError: 0.25,
      seed: 1,
      initSeed: 2,
      orderSeed: 3,
    }),
    {
      method: 'mixup',
      alpha: 8,
      dropout: 0.3,
      learningRate: 0.4,
      schedule: '× 0.1 at epochs 100, 150, after a warm-up from 0.1 over 5 epochs',
      augmentation: 'none',
      recipe: 'cifar10/preact18-mixup',
      trainingExamples: 4000,
      testError: 0.25,
      seed: 1,
      initSeed: 2,
      orderSeed: 3,
    },
  );
  const scheduleOf = (facts: object) => trainingFacts({ method: 'erm', ...facts }).schedule;
  assert.equal(scheduleOf({}), undefined);
  assert.equal(scheduleOf({ learningRateSchedule: 'constant' }), 'constant');
  assert.equal(scheduleOf({ learningRateSchedule: 'cosine', learningRateFinal: 0 }), 'cosine to 0');
  assert.equal(scheduleOf({ learningRateMilestones: [5], learningRateDecay: 0.2 }), '× 0.2 at epochs 5');
});
