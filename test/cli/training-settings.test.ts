/** That every option of `robust-bench train` reaches the settings of the run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import yargs from 'yargs';
import { trainOptions } from '../../src/cli/commands/train.ts';
import { assertTrainArguments, trainingSettingsOf } from '../../src/cli/run/training-settings.ts';
import type { TrainingSettings } from '../../src/training/settings.ts';

const images = { name: 'idx', shape: [1, 28, 28], classCount: 10 };

function settings(line: string, data = images, testData = data): TrainingSettings {
  const argv = yargs(`--data idx:x --out y ${line}`.split(' ').filter((part) => part !== ''))
    .options(trainOptions)
    .parseSync();
  assertTrainArguments(argv);
  return trainingSettingsOf(argv, data, testData);
}

test('the recipe of the mixup paper by default, with ERM', () => {
  assert.deepEqual(settings(''), {
    network: { architecture: 'preact-resnet18', width: 64, inputShape: [1, 28, 28], classCount: 10 },
    epochs: 200,
    batchSize: 128,
    schedule: { initial: 0.1, milestones: [100, 150], factor: 0.1 },
    sgd: { momentum: 0.9, weightDecay: 1e-4, nesterov: false },
    augmentation: { padding: 4, flip: true },
    seed: 0,
  });
});

test('each option changes its setting and no other', () => {
  const plain = settings('');
  const cases: readonly [string, Partial<TrainingSettings>][] = [
    ['--seed 3', { seed: 3 }],
    ['--width 8', { network: { ...plain.network, width: 8 } }],
    ['--architecture preact-resnet34', { network: { ...plain.network, architecture: 'preact-resnet34' } }],
    [
      '--mean 0.286 --std 0.353',
      { network: { ...plain.network, normalization: { mean: [0.286], deviation: [0.353] } } },
    ],
    ['--epochs 4', { epochs: 4, schedule: { ...plain.schedule, milestones: [2, 3] } }],
    ['--batch-size 32', { batchSize: 32 }],
    ['--lr 0.4', { schedule: { ...plain.schedule, initial: 0.4 } }],
    ['--milestones 1,7', { schedule: { ...plain.schedule, milestones: [1, 7] } }],
    ['--milestones none', { schedule: { ...plain.schedule, milestones: [] } }],
    ['--momentum 0', { sgd: { ...plain.sgd, momentum: 0 } }],
    ['--nesterov', { sgd: { ...plain.sgd, nesterov: true } }],
    ['--weight-decay 0', { sgd: { ...plain.sgd, weightDecay: 0 } }],
    ['--crop 2', { augmentation: { padding: 2, flip: true } }],
    ['--no-flip', { augmentation: { padding: 4, flip: false } }],
    ['--method mixup', { mixup: { alpha: 1, lambdaPer: 'batch' } }],
    ['--method mixup --alpha 0.2', { mixup: { alpha: 0.2, lambdaPer: 'batch' } }],
    ['--method mixup --lambda-per example', { mixup: { alpha: 1, lambdaPer: 'example' } }],
  ];
  for (const [line, changes] of cases) assert.deepEqual(settings(line), { ...plain, ...changes }, line);
  const { augmentation, ...unaugmented } = plain;
  assert.ok(augmentation);
  assert.deepEqual(settings('--crop 0 --no-flip'), unaugmented);
});

test('the rate of a short run falls at most once an epoch', () => {
  for (const [epochs, milestones] of [
    [1, []],
    [2, [1]],
    [3, [1, 2]],
  ] as const) {
    assert.deepEqual(settings(`--epochs ${String(epochs)}`).schedule.milestones, milestones);
  }
});

test('CIFAR images are normalised as the paper’s code does, others as asked', () => {
  const cifar = { name: 'cifar10', shape: [3, 32, 32], classCount: 10 };
  assert.deepEqual(settings('', cifar).network.normalization?.mean, [0.4914, 0.4822, 0.4465]);
  assert.deepEqual(settings('--mean 0.5,0.5,0.5 --std 1,1,1', cifar).network.normalization, {
    mean: [0.5, 0.5, 0.5],
    deviation: [1, 1, 1],
  });
  assert.equal(settings('').network.normalization, undefined);
});

test('the classes of either split count; examples that are no images are refused', () => {
  assert.equal(settings('', images, { ...images, classCount: 12 }).network.classCount, 12);
  assert.throws(() => settings('', { ...images, shape: [784] }), /takes images \[channels, height, width\]/);
});
