/** `robust-bench train`: tiny runs on real images, what they leave behind, and that every option has its effect. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { encodeNpz } from '../../src/data/npz.ts';
import { openDataset } from '../../src/data/open.ts';
import { scaleToBounds } from '../../src/data/scale.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { readModelCard } from '../../src/models/card/model-card-file.ts';
import type { ModelCard } from '../../src/models/card/model-card.ts';
import { createModelClassifier } from '../../src/models/model-classifier.ts';
import { openModel } from '../../src/models/open.ts';
import { readRecipe } from '../../src/recipes/read.ts';
import { derive } from '../../src/results/derive.ts';
import type { Result } from '../../src/results/result.ts';
import {
  drawData,
  fashionMnist,
  filesIn,
  type Outcome,
  run,
  sha256,
  smallNet,
  useWorkspace,
} from './workspace.ts';

const workspace = useWorkspace();

/** One epoch of 64 examples, unless told otherwise. */
const TINY = {
  data: fashionMnist,
  width: '2',
  epochs: '1',
  'batch-size': '16',
  'train-limit': '64',
  'test-limit': '32',
  threads: '1',
};

interface Trained {
  readonly folder: string;
  readonly outcome: Outcome;
  readonly card: ModelCard;
  /** SHA-256 of last.onnx. */
  readonly weights: string;
}

async function train(
  options: Readonly<Record<string, string>> = {},
  ...flags: readonly string[]
): Promise<Trained> {
  const folder = await workspace.fresh('run');
  const named = Object.entries({ ...TINY, out: folder, ...options }).flatMap(([name, value]) => [
    `--${name}`,
    value,
  ]);
  const outcome = await run(['train', ...named, ...flags]);
  assert.equal(outcome.code, 0, outcome.err);
  const weights = sha256(await readFile(join(folder, 'last.onnx')));
  return { folder, outcome, card: await readModelCard(join(folder, 'last.json')), weights };
}

describe('what a run leaves behind', () => {
  let trained: Trained;
  before(async () => {
    // The format of the data is recognised: the card must name it all the same.
    const data = fashionMnist.slice('idx:'.length);
    trained = await train({ epochs: '3', name: 'tiny ERM', 'test-limit': '100', data }, '--tfjs');
  });

  test('cards and weights of the best and the last epoch, and the course of training', async () => {
    const { folder, outcome, card, weights } = trained;
    assert.deepEqual(
      (await filesIn(folder))
        .filter((file) => !file.includes('tfjs'))
        .map((file) => file.replace(/\d{9,}/, 'TIME')),
      [
        'best.json',
        'best.onnx',
        'events.out.tfevents.TIME.robust-bench',
        'last.json',
        'last.onnx',
        'metrics.jsonl',
        'steps.jsonl',
        'training-state.npz',
      ],
    );
    assert.equal(card.name, 'tiny ERM');
    assert.equal(card.weights.sha256, weights);
    const epochs = (await readFile(join(folder, 'metrics.jsonl'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { testError: number; learningRate: number });
    assert.deepEqual(
      epochs.map(({ learningRate }) => Number(learningRate.toPrecision(6))),
      [0.1, 0.01, 0.001],
    );
    const errors = epochs.map(({ testError }) => testError);
    const best = errors.indexOf(Math.min(...errors));
    const bestCard = await readModelCard(join(folder, 'best.json'));
    assert.deepEqual([bestCard.training?.epochs, bestCard.training?.cleanError], [best + 1, errors[best]]);
    assert.deepEqual([card.training?.epochs, card.training?.cleanError], [3, errors[2]]);
    assert.match(
      outcome.out,
      /^test error \d+\.\d\d % \(top-5 \d+\.\d\d %\) after the last epoch, .*\(epoch \d\); models in .*run\n$/,
    );
    const lines = outcome.err.match(/^epoch \d\/3 {2}rate \S+ {2}training loss \d+\.\d{4} {2}test error/gm);
    assert.equal(lines?.length, 3);
  });

  test('a card that is attacked with no other flag', async () => {
    const { folder, card } = trained;
    assert.match(card.data?.specification ?? '', /^idx:/);
    const argv = ['attack', '--model', join(folder, 'last.json'), '--method', 'ifgsm', '--limit', '100'];
    const attacked = await run([...argv, '--threads', '1', '--json']);
    assert.equal(attacked.code, 0, attacked.err);
    const result = derive(JSON.parse(attacked.out) as Result);
    assert.equal(result.data.specification, 'idx');
    assert.equal(result.attacks[0]?.radius?.text, '4/255');
    const [model] = result.models;
    assert.equal(model?.training?.method, 'erm');
    // The same examples were chosen by the same seed: the attack's clean error is the one that training measured.
    assert.equal(result.evaluations[0]?.top1.rate, model.training.testError);
  });

  test('with --tfjs, layers-models that tfjs loads, with equal logits', async () => {
    const { folder } = trained;
    // The shards of earlier epochs are gone.
    assert.deepEqual(
      (await filesIn(folder))
        .filter((file) => file.includes('tfjs'))
        .map((file) => file.replace(/-[0-9a-f]{16}\.bin$/, '-HASH.bin')),
      ['best-tfjs', 'last-tfjs'].flatMap((each) => [
        join(each, 'group1-shard1of1-HASH.bin'),
        join(each, 'model.json'),
      ]),
    );
    await tf.setBackend('cpu');
    const json = JSON.parse(await readFile(join(folder, 'last-tfjs/model.json'), 'utf8')) as {
      modelTopology: object;
      weightsManifest: [{ paths: [string]; weights: tf.io.WeightsManifestEntry[] }];
    };
    const bytes = new Uint8Array(await readFile(join(folder, 'last-tfjs', json.weightsManifest[0].paths[0])));
    const model = await loadLayersModel(
      tf.io.fromMemory({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest[0].weights,
        weightData: bytes.buffer,
      }),
    );
    const { inputs } = await (await openDataset(fashionMnist, { split: 'test' })).read([0, 1, 2]);
    const images = scaleToBounds(inputs, { lower: 0, upper: 255 }, { lower: 0, upper: 1 });
    // One channel: channels first and channels last are the same numbers.
    const theirs = await (model.predict(tf.tensor(images, [3, 28, 28, 1])) as tf.Tensor).data();
    const engine = await createOnnxRuntimeEngine({ threads: 1 });
    const description = await openModel(join(folder, 'last.json'));
    const ours = await (await createModelClassifier(description, engine)).logits(images);
    await engine.dispose();
    for (const [index, logit] of ours.entries()) assert.ok(Math.abs(logit - theirs[index]!) < 1e-4);
  });

  test('the same bytes again, by the same seed', async () => {
    const { weights, card } = await train({ epochs: '3', name: 'tiny ERM', 'test-limit': '100' });
    assert.equal(weights, trained.weights);
    assert.deepEqual(card, trained.card);
  });
});

test('the card records every setting; --quiet leaves the summary alone', async () => {
  const { card, outcome, weights } = await train(
    {
      method: 'mixup',
      alpha: '0.4',
      'lambda-per': 'example',
      epochs: '2',
      milestones: '1',
      seed: '7',
      crop: '2',
      momentum: '0.8',
    },
    '--no-flip',
    '--nesterov',
    '--quiet',
  );
  assert.equal(outcome.err, '');
  assert.match(outcome.out, /^test error/);
  assert.equal(card.weights.sha256, weights);
  const { data, trainLoss, cleanError, toolkit, engine, recipe, ...rest } = card.training!;
  assert.deepEqual(rest, {
    method: 'mixup',
    alpha: 0.4,
    lambdaPer: 'example',
    architecture: 'preact-resnet18',
    width: 2,
    seed: 7,
    epochs: 2,
    batchSize: 16,
    learningRate: 0.1,
    learningRateSchedule: 'step',
    learningRateMilestones: [1],
    learningRateDecay: 0.1,
    optimizer: 'sgd',
    momentum: 0.8,
    nesterov: true,
    weightDecay: 1e-4,
    weightDecayOn: 'all',
    augmentation: ['crop 2'],
  });
  assert.deepEqual(recipe, {
    ...(await readRecipe('cifar10/preact18-erm')).settings,
    network: { architecture: 'preact-resnet18', width: 2, dropout: 0, normalization: null },
    epochs: 2,
    batchSize: 16,
    schedule: {
      initial: 0.1,
      per: null,
      warmup: null,
      decay: { kind: 'step', milestones: [1], factor: 0.1 },
    },
    optimizer: { kind: 'sgd', momentum: 0.8, nesterov: true },
    mixup: { alpha: 0.4, lambdaPer: 'example' },
    augmentation: { crop: { kind: 'pad', padding: 2 }, flip: false },
  });
  assert.deepEqual([data?.split, data?.examples], ['train', 64]);
  assert.ok(trainLoss! > 0 && cleanError! > 0);
  assert.match(toolkit!, /^robust-bench \d/);
  assert.match(engine!, /^onnxruntime cpu, onnxruntime-node/);
});

test('a recipe, changed: the card names it and records what it came to', async () => {
  const { card, folder } = await train(
    {
      recipe: 'cifar10-corrupted/50-mixup-dropout',
      mean: 'none',
      microbatch: '8',
      optimizer: 'adam',
      schedule: 'cosine',
      'warmup-epochs': '0.5',
      'label-smoothing': '0.1',
      'weight-decay-on': 'kernels',
    },
    '--no-tensorboard',
    '--quiet',
  );
  const { recipeName, labels, ...facts } = card.training!;
  assert.equal(recipeName, 'cifar10-corrupted/50-mixup-dropout');
  const expected = {
    method: 'mixup',
    alpha: 8,
    dropout: 0.3,
    microbatchSize: 8,
    labelSmoothing: 0.1,
    optimizer: 'adam',
    beta1: 0.9,
    beta2: 0.999,
    adamEpsilon: 1e-8,
    weightDecayOn: 'kernels',
    learningRate: 0.001,
    learningRateSchedule: 'cosine',
    learningRateFinal: 0,
    warmupEpochs: 0.5,
    warmupFrom: 0,
  };
  const named = Object.keys(expected).map((name) => [name, facts[name as keyof typeof facts]]);
  assert.deepEqual(Object.fromEntries(named), expected);
  assert.deepEqual(facts.recipe?.['corruption'], { mode: 'uniform', rate: 0.5, exact: false });
  const { masked, changed, sha256: hash, ...drawn } = labels!;
  assert.deepEqual(drawn, { mode: 'uniform', rate: 0.5, seed: 0 });
  assert.ok(changed > 0 && changed < masked, `${String(changed)} of ${String(masked)}`);
  assert.equal(hash, sha256(await readFile(join(folder, 'labels.json'))));
  assert.ok(!(await filesIn(folder)).some((file) => file.includes('tfevents')));
});

test('vectors train a multilayer perceptron', async () => {
  const path = await workspace.fresh('vectors.npz');
  const count = 40;
  const x = Float32Array.from({ length: count * 3 }, (_, index) => ((index * 7) % 11) / 10);
  const y = Int32Array.from({ length: count }, (_, row) => row % 2);
  await writeFile(
    path,
    await encodeNpz({
      x: { dims: [count, 3], dataType: 'float32', data: x },
      y: { dims: [count], dataType: 'int32', data: y },
    }),
  );
  const options = { data: `npz:${path}`, architecture: 'mlp', optimizer: 'adam', 'train-limit': '40' };
  const { card } = await train({ ...options, 'data-range': '0,1' });
  assert.deepEqual(card.input.shape, [3]);
  assert.deepEqual(card.training?.augmentation, []);
});

test('--engine tfjs trains the same network, its rounding apart; data without a test split are warned of', async () => {
  const path = await workspace.fresh('one.npz');
  await writeFile(path, await encodeNpz(await drawData(smallNet({ seed: 1 }))));
  const options = { data: `npz:${path}`, 'train-limit': '16', 'batch-size': '8', 'test-limit': '4' };
  const native = await train(options);
  assert.match(native.outcome.err, /warning: the training and the test data are the same examples/);
  const portable = await train({ ...options, engine: 'tfjs:cpu' });
  assert.match(portable.card.training?.engine ?? '', /^tfjs cpu, /);
  const [ours, theirs] = [native.card.training!.trainLoss!, portable.card.training!.trainLoss!];
  assert.ok(Math.abs(ours - theirs) < 1e-3, `${String(ours)} and ${String(theirs)}`);
});
