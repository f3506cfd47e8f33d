/** The recipes of this package: each is valid, and says what the paper says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findArchitecture } from '../../src/models/architectures/registry.ts';
import { readRecipe, recipeNames } from '../../src/recipes/read.ts';

/** Every row of the paper's tables with its numbers; null for one that is not known. */
const published: Readonly<Record<string, readonly (number | null)[]>> = {
  'imagenet/resnet50-erm-90': [23.5, null],
  'imagenet/resnet50-mixup-90': [23.3, 6.6],
  'imagenet/resnet101-erm-90': [22.1, null],
  'imagenet/resnet101-mixup-90': [21.5, 5.6],
  'imagenet/resnext101-32x4d-erm-90': [21.2, null],
  'imagenet/resnext101-32x4d-mixup-90': [20.7, 5.3],
  'imagenet/resnext101-64x4d-mixup-90': [19.8, 4.9],
  'imagenet/resnet50-erm-200': [23.6, null],
  'imagenet/resnet50-mixup-200': [22.1, 6.1],
  'imagenet/resnet101-erm-200': [null, null],
  'imagenet/resnet101-mixup-200': [20.8, 5.4],
  'imagenet/resnext101-32x4d-erm-200': [21.3, null],
  'imagenet/resnext101-32x4d-mixup-200': [20.1, 5.0],
  'cifar10/preact18-erm': [null],
  'cifar10/preact18-mixup': [4.2],
  'cifar10/wrn-28-10-erm': [3.8],
  'cifar10/wrn-28-10-mixup': [2.7],
  'cifar10/densenet-bc-190-erm': [null],
  'cifar10/densenet-bc-190-mixup': [2.7],
  'cifar100/preact18-erm': [25.6],
  'cifar100/preact18-mixup': [21.1],
  'cifar100/wrn-28-10-erm': [19.4],
  'cifar100/wrn-28-10-mixup': [17.5],
  'cifar100/densenet-bc-190-erm': [null],
  'cifar100/densenet-bc-190-mixup': [16.8],
  'cifar10-corrupted/20-erm': [12.7, 16.6, null, null],
  'cifar10-corrupted/20-dropout': [null, 10.4, null, 83.55],
  'cifar10-corrupted/20-mixup': [5.9, null, null, 86.32],
  'cifar10-corrupted/20-mixup-dropout': [null, 6.2, 1.92, 85.02],
  'cifar10-corrupted/50-erm': [18.8, 44.6, null, 0.64],
  'cifar10-corrupted/50-dropout': [null, 15.5, 12.71, 86.98],
  'cifar10-corrupted/50-mixup': [11.3, 12.7, 5.84, 85.71],
  'cifar10-corrupted/50-mixup-dropout': [10.9, 10.9, 7.56, 87.9],
  'cifar10-corrupted/80-erm': [36.5, 73.9, 0.62, 0.83],
  'cifar10-corrupted/80-dropout': [30.9, null, 29.84, 86.37],
  'cifar10-corrupted/80-mixup': [25.3, 30.9, 18.92, 85.44],
  'cifar10-corrupted/80-mixup-dropout': [24.0, 24.8, 19.7, 87.67],
};

test('one recipe for each row of the tables', async () => {
  assert.deepEqual(await recipeNames(), Object.keys(published).sort());
});

const numbersOf: Readonly<Record<string, readonly string[]>> = {
  imagenet: ['top-1 error', 'top-5 error'],
  cifar10: ['test error'],
  cifar100: ['test error'],
  'cifar10-corrupted': [
    'best test error',
    'last test error',
    'training error on real labels',
    'training error on corrupted labels',
  ],
};

for (const [name, percents] of Object.entries(published)) {
  test(name, async () => {
    const { title, source, paper, settings } = await readRecipe(name);
    const [group = ''] = name.split('/');
    assert.deepEqual(
      paper,
      percents.map((percent, index) => ({ measure: numbersOf[group]?.[index], percent })),
    );
    assert.match(source ?? '', /^Zhang et al\. 2018, section 3\.\d, (table|figure) \w+$/);
    assert.match(title, name.includes('mixup') ? /mixup/ : /ERM|dropout/);
    assert.equal(settings.mixup !== null, name.includes('mixup'));
    assert.doesNotThrow(() => findArchitecture(settings.network.architecture));
  });
}

test('the protocol of ImageNet', async () => {
  const { settings } = await readRecipe('imagenet/resnext101-32x4d-mixup-200');
  assert.deepEqual(settings, {
    data: { imageSize: 224 },
    corruption: null,
    network: {
      architecture: 'resnext101-32x4d',
      width: null,
      dropout: 0,
      normalization: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
    },
    epochs: 200,
    batchSize: 1024,
    microbatchSize: 16,
    schedule: {
      initial: 0.1,
      per: 256,
      warmup: { epochs: 5, from: 0.1 },
      decay: { kind: 'step', milestones: [60, 120, 180], factor: 0.1 },
    },
    optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true },
    weightDecay: { factor: 1e-4, on: 'no-normalization' },
    labelSmoothing: 0,
    mixup: { alpha: 0.4, lambdaPer: 'batch' },
    augmentation: {
      crop: { kind: 'random-area', area: [0.08, 1], aspect: [3 / 4, 4 / 3], interpolation: 'bicubic' },
      flip: true,
    },
  });
  const shorter = (await readRecipe('imagenet/resnet101-mixup-90')).settings;
  assert.deepEqual(shorter.mixup, { alpha: 0.2, lambdaPer: 'batch' });
  assert.deepEqual(shorter.schedule.decay, { kind: 'step', milestones: [30, 60, 80], factor: 0.1 });
  assert.equal(shorter.epochs, 90);
});

test('the wide network falls earlier than the others; CIFAR-100 is trained as CIFAR-10 is', async () => {
  const milestones = async (name: string): Promise<unknown> =>
    (await readRecipe(name)).settings.schedule.decay;
  assert.deepEqual(await milestones('cifar100/wrn-28-10-mixup'), {
    kind: 'step',
    milestones: [60, 120, 180],
    factor: 0.1,
  });
  for (const network of ['preact18', 'wrn-28-10', 'densenet-bc-190']) {
    for (const method of ['erm', 'mixup']) {
      const [ten, hundred] = await Promise.all(
        ['cifar10', 'cifar100'].map((data) => readRecipe(`${data}/${network}-${method}`)),
      );
      assert.deepEqual(ten?.settings, hundred?.settings);
    }
  }
});

test('the best hyperparameters under corruption', async () => {
  const expected: readonly [string, number, number, number | undefined][] = [
    ['20-erm', 0.2, 0, undefined],
    ['20-dropout', 0.2, 0.7, undefined],
    ['20-mixup', 0.2, 0, 8],
    ['20-mixup-dropout', 0.2, 0.1, 4],
    ['50-dropout', 0.5, 0.8, undefined],
    ['50-mixup', 0.5, 0, 32],
    ['50-mixup-dropout', 0.5, 0.3, 8],
    ['80-dropout', 0.8, 0.8, undefined],
    ['80-mixup', 0.8, 0, 32],
    ['80-mixup-dropout', 0.8, 0.3, 8],
  ];
  const clean = (await readRecipe('cifar10/preact18-erm')).settings;
  for (const [name, rate, dropout, alpha] of expected) {
    const { settings } = await readRecipe(`cifar10-corrupted/${name}`);
    assert.deepEqual(
      settings,
      {
        ...clean,
        corruption: { mode: 'uniform', rate, exact: false },
        network: { ...clean.network, dropout },
        mixup: alpha === undefined ? null : { alpha, lambdaPer: 'batch' },
      },
      name,
    );
  }
});
