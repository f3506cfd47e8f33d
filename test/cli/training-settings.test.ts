/** That every option of `robust-bench train` reaches the settings of the run, and which are refused. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import yargs from 'yargs';
import { trainOptions } from '../../src/cli/arguments/train.ts';
import {
  assertTrainArguments,
  type TrainingRun,
  trainingRecipeOf,
  trainingSettingsOf,
} from '../../src/cli/run/training-settings.ts';
import { InputError } from '../../src/core/errors.ts';
import { evaluationGraph } from '../../src/models/architectures/network.ts';
import { readRecipe, recipeNames } from '../../src/recipes/read.ts';
import type { TrainingSettings } from '../../src/training/settings.ts';

const images = { name: 'idx', shape: [1, 28, 28], classCount: 10 };
const cifar = { name: 'cifar10', shape: [3, 32, 32], classCount: 10 };
const vectors = { name: 'npz', shape: [30], classCount: 3 };

async function runOf(line: string, data = images, testData = data): Promise<TrainingRun> {
  const argv = yargs(`--data idx:x --out y ${line}`.split(' ').filter((part) => part !== ''))
    .options(trainOptions)
    .strict()
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw new InputError(message ?? error?.message ?? '');
    })
    .parseSync();
  assertTrainArguments(argv);
  return trainingSettingsOf(argv, await trainingRecipeOf(argv), data, testData);
}

async function settings(line: string, data = images, testData = data): Promise<TrainingSettings> {
  return (await runOf(line, data, testData)).settings;
}

const pad = (padding: number): { kind: 'pad'; padding: number } => ({ kind: 'pad', padding });

test('the recipe of the mixup paper by default, with ERM', async () => {
  assert.deepEqual(await settings(''), {
    network: { architecture: 'preact-resnet18', inputShape: [1, 28, 28], classCount: 10 },
    epochs: 200,
    batchSize: 128,
    schedule: { initial: 0.1, decay: { kind: 'step', milestones: [100, 150], factor: 0.1 } },
    optimizer: { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: { factor: 1e-4, on: 'all' } },
    augmentation: { crop: pad(4), flip: true },
    seed: 0,
  });
});

describe('each option changes its setting and no other', () => {
  const network = { architecture: 'preact-resnet18', inputShape: [1, 28, 28], classCount: 10 };
  const step = { kind: 'step', milestones: [100, 150], factor: 0.1 } as const;
  const schedule = { initial: 0.1, decay: step };
  const sgd = {
    kind: 'sgd',
    momentum: 0.9,
    nesterov: false,
    weightDecay: { factor: 1e-4, on: 'all' },
  } as const;
  const adam = {
    kind: 'adam',
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: sgd.weightDecay,
  } as const;
  const area = {
    kind: 'random-area',
    area: [0.08, 1],
    aspect: [3 / 4, 4 / 3],
    interpolation: 'bicubic',
  } as const;
  const cases: readonly [string, Partial<TrainingSettings>][] = [
    ['--seed 3', { seed: 3 }],
    ['--init-seed 3', { initSeed: 3 }],
    ['--order-seed 3', { orderSeed: 3 }],
    ['--width 8', { network: { ...network, width: 8 } }],
    ['--dropout 0.3', { network: { ...network, dropout: 0.3 } }],
    ['--architecture preact-resnet34', { network: { ...network, architecture: 'preact-resnet34' } }],
    [
      '--mean 0.286 --std 0.353',
      { network: { ...network, normalization: { mean: [0.286], deviation: [0.353] } } },
    ],
    ['--epochs 4', { epochs: 4, schedule: { ...schedule, decay: { ...step, milestones: [2, 3] } } }],
    ['--batch-size 32', { batchSize: 32 }],
    ['--microbatch 16', { microbatchSize: 16 }],
    ['--microbatch 0', {}],
    ['--lr 0.4', { schedule: { ...schedule, initial: 0.4 } }],
    ['--lr-per 256', { schedule: { ...schedule, initial: 0.05 } }],
    ['--lr-per 0', {}],
    ['--milestones 1,7', { schedule: { ...schedule, decay: { ...step, milestones: [1, 7] } } }],
    ['--milestones none', { schedule: { ...schedule, decay: { ...step, milestones: [] } } }],
    ['--decay-factor 0.2', { schedule: { ...schedule, decay: { ...step, factor: 0.2 } } }],
    ['--schedule step', {}],
    ['--schedule constant', { schedule: { ...schedule, decay: { kind: 'constant' } } }],
    ['--schedule cosine', { schedule: { ...schedule, decay: { kind: 'cosine', final: 0 } } }],
    [
      '--schedule cosine --final-lr 0.001',
      { schedule: { ...schedule, decay: { kind: 'cosine', final: 0.001 } } },
    ],
    ['--warmup-epochs 5', { schedule: { ...schedule, warmup: { epochs: 5, from: 0 } } }],
    ['--warmup-epochs 0', {}],
    [
      '--warmup-epochs 0.5 --warmup-from 0.01',
      { schedule: { ...schedule, warmup: { epochs: 0.5, from: 0.01 } } },
    ],
    ['--optimizer sgd', {}],
    ['--momentum 0', { optimizer: { ...sgd, momentum: 0 } }],
    ['--nesterov', { optimizer: { ...sgd, nesterov: true } }],
    ['--optimizer adam', { optimizer: adam, schedule: { ...schedule, initial: 0.001 } }],
    [
      '--optimizer adam --lr 0.01 --beta1 0.8 --beta2 0.99 --adam-epsilon 1e-6',
      {
        optimizer: { ...adam, beta1: 0.8, beta2: 0.99, epsilon: 1e-6 },
        schedule: { ...schedule, initial: 0.01 },
      },
    ],
    ['--weight-decay 0', { optimizer: { ...sgd, weightDecay: { factor: 0, on: 'all' } } }],
    ['--weight-decay-on kernels', { optimizer: { ...sgd, weightDecay: { factor: 1e-4, on: 'kernels' } } }],
    ['--label-smoothing 0.1', { labelSmoothing: 0.1 }],
    ['--crop 2', { augmentation: { crop: pad(2), flip: true } }],
    ['--crop 0', { augmentation: { flip: true } }],
    ['--no-flip', { augmentation: { crop: pad(4), flip: false } }],
    ['--random-crop-area 0.08,1', { augmentation: { crop: area, flip: true } }],
    [
      '--random-crop-area 0.5,0.9 --random-crop-aspect 1,1 --interpolation bilinear',
      {
        augmentation: {
          crop: { ...area, area: [0.5, 0.9], aspect: [1, 1], interpolation: 'bilinear' },
          flip: true,
        },
      },
    ],
    ['--method erm', {}],
    ['--method mixup', { mixup: { alpha: 1, lambdaPer: 'batch' } }],
    ['--method mixup --alpha 0.2', { mixup: { alpha: 0.2, lambdaPer: 'batch' } }],
    ['--method mixup --lambda-per example', { mixup: { alpha: 1, lambdaPer: 'example' } }],
    // These reach the labels, not the settings: see the recorded recipe below.
    ['--corruption-rate 0.2', {}],
    ['--labels labels.json', {}],
    ['--recipe cifar10/preact18-erm --mean none', {}],
  ];
  for (const [line, changes] of cases) {
    test(line, async () => {
      assert.deepEqual(await settings(line), {
        network,
        epochs: 200,
        batchSize: 128,
        schedule,
        optimizer: sgd,
        augmentation: { crop: pad(4), flip: true },
        seed: 0,
        ...changes,
      });
    });
  }

  test('neither crop nor flip', async () => {
    const { augmentation, ...unaugmented } = await settings('');
    assert.ok(augmentation);
    assert.deepEqual(await settings('--crop 0 --no-flip'), unaugmented);
  });

  test('every recipe option stands in a case', () => {
    const others = [
      'data',
      'layout',
      'data-range',
      'image-size',
      'image-channels',
      'image-column',
      'class-order',
      'first-label',
      'label-column',
      'decoding-threads',
      'out',
      'name',
      'quiet',
      'tfjs',
    ];
    const elsewhere = [
      'corruption-mode',
      'label-seed',
      'corruption-exact',
      'train-limit',
      'test-limit',
      'resume',
      'tensorboard',
    ];
    const computing = ['engine', 'threads'];
    const said = cases
      .map(([line]) => line.replace('--no-', '--'))
      .join(' ')
      .split(' ');
    const silent = Object.keys(trainOptions).filter(
      (name) => !said.includes(`--${name}`) && ![...others, ...elsewhere, ...computing].includes(name),
    );
    assert.deepEqual(silent, []);
  });
});

describe('a recipe that is asked for', () => {
  test('gives what is not said otherwise', async () => {
    const { settings: run, recipeName } = await runOf('--recipe cifar10/wrn-28-10-mixup --alpha 0.5', cifar);
    assert.equal(recipeName, 'cifar10/wrn-28-10-mixup');
    assert.equal(run.network.architecture, 'wrn-28-10');
    assert.deepEqual(run.network.normalization?.mean, [0.4914, 0.4822, 0.4465]);
    assert.deepEqual(run.mixup, { alpha: 0.5, lambdaPer: 'batch' });
    assert.deepEqual(run.schedule.decay, { kind: 'step', milestones: [60, 120, 180], factor: 0.1 });
  });

  test('its mixup, crop, warm-up, momentum, microbatch and scaling can be taken out', async () => {
    const line = '--recipe imagenet/resnet50-mixup-90';
    const photographs = { name: 'imagefolder', shape: [3, 224, 224], classCount: 1000 };
    const whole = await settings(line, photographs);
    assert.deepEqual(whole.schedule, {
      initial: 0.4,
      warmup: { epochs: 5, from: 0.1 },
      decay: { kind: 'step', milestones: [30, 60, 80], factor: 0.1 },
    });
    assert.equal(whole.microbatchSize, 32);
    const bare = await settings(
      `${line} --method erm --crop 0 --warmup-epochs 0 --momentum 0 --microbatch 0 --lr-per 0 --no-flip --mean none`,
      photographs,
    );
    assert.deepEqual(bare, {
      network: { architecture: 'resnet50', inputShape: [3, 224, 224], classCount: 1000 },
      epochs: 90,
      batchSize: 1024,
      schedule: { initial: 0.1, decay: whole.schedule.decay },
      optimizer: {
        kind: 'sgd',
        momentum: 0,
        nesterov: false,
        weightDecay: { factor: 1e-4, on: 'no-normalization' },
      },
      seed: 0,
    });
    const plain = await settings(`${line} --no-nesterov`, photographs);
    assert.deepEqual(plain.optimizer, { ...whole.optimizer, nesterov: false });
  });

  test('a small minibatch scales the rate, starts the warm-up no higher, and has no parts', async () => {
    const { schedule, microbatchSize } = await settings(
      '--recipe imagenet/resnet50-erm-90 --batch-size 8',
      cifar,
    );
    assert.deepEqual([schedule.initial, schedule.warmup?.from], [0.1 / 32, 0.1 / 32]);
    assert.equal(microbatchSize, undefined);
  });

  test('a part of a random crop is changed alone; a padded crop takes its place', async () => {
    const line = '--recipe imagenet/resnet50-erm-90';
    const { augmentation } = await settings(line, cifar);
    const crop = augmentation?.crop;
    assert.equal(crop?.kind, 'random-area');
    assert.deepEqual((await settings(`${line} --interpolation bilinear`, cifar)).augmentation, {
      crop: { ...crop, interpolation: 'bilinear' },
      flip: true,
    });
    assert.deepEqual((await settings(`${line} --crop 4`, cifar)).augmentation, { crop: pad(4), flip: true });
  });

  test('its milestones keep their places in a run of another length', async () => {
    for (const [epochs, milestones] of [
      [9, [3, 6, 8]],
      [180, [60, 120, 160]],
      [2, [1]],
      [1, []],
    ] as const) {
      const { schedule } = await settings(
        `--recipe imagenet/resnet50-erm-90 --epochs ${String(epochs)}`,
        cifar,
      );
      assert.deepEqual(schedule.decay, { kind: 'step', milestones, factor: 0.1 });
    }
  });
});

describe('every shipped recipe', async () => {
  for (const name of await recipeNames()) {
    test(`${name} builds its settings, and they its network`, async () => {
      const data = name.startsWith('imagenet') ? { ...cifar, shape: [3, 64, 64] } : cifar;
      const run = await runOf(`--recipe ${name}`, data);
      assert.deepEqual(run.recipe, (await readRecipe(name)).settings);
      assert.ok(evaluationGraph({ ...run.settings.network }).nodes.length > 10);
    });
  }
});

describe('the recorded recipe', () => {
  test('is the merged one, with what was given in its place', async () => {
    const { settings: base } = await readRecipe('cifar10/preact18-mixup');
    const { recipe } = await runOf(
      '--recipe cifar10/preact18-mixup --epochs 20 --dropout 0.2 --image-size 64',
      cifar,
    );
    assert.deepEqual(recipe, {
      ...base,
      data: { imageSize: 64 },
      epochs: 20,
      network: { ...base.network, dropout: 0.2 },
      schedule: { ...base.schedule, decay: { kind: 'step', milestones: [10, 15], factor: 0.1 } },
    });
  });

  test('names the recipe only where one was asked for', async () => {
    assert.equal((await runOf('')).recipeName, undefined);
    assert.ok(!('recipeName' in (await runOf(''))));
  });

  test('holds the corruption', async () => {
    const corruption = async (line: string): Promise<unknown> => (await runOf(line, cifar)).recipe.corruption;
    const recipe = '--recipe cifar10-corrupted/20-erm';
    assert.equal(await corruption(''), null);
    assert.deepEqual(await corruption('--corruption-rate 0.4'), { mode: 'uniform', rate: 0.4, exact: false });
    assert.deepEqual(await corruption(`${recipe} --corruption-mode pair-flip --corruption-exact`), {
      mode: 'pair-flip',
      rate: 0.2,
      exact: true,
    });
    assert.equal(await corruption(`${recipe} --corruption-rate 0`), null);
    // A label file says itself how its labels came about.
    assert.equal(await corruption(`${recipe} --labels labels.json`), null);
  });
});

describe('the data', () => {
  test('CIFAR images are normalised as the paper’s code does, others as asked', async () => {
    assert.deepEqual((await settings('', cifar)).network.normalization?.mean, [0.4914, 0.4822, 0.4465]);
    assert.equal((await settings('--mean none', cifar)).network.normalization, undefined);
    assert.deepEqual((await settings('--mean 0.5,0.5,0.5 --std 1,1,1', cifar)).network.normalization, {
      mean: [0.5, 0.5, 0.5],
      deviation: [1, 1, 1],
    });
    const { settings: run, recipe } = await runOf('');
    assert.deepEqual([run.network.normalization, recipe.network.normalization], [undefined, null]);
  });

  test('the classes of either split count', async () => {
    assert.equal((await settings('', images, { ...images, classCount: 12 })).network.classCount, 12);
  });

  test('vectors are not augmented, and may be normalised by feature', async () => {
    const { settings: run, recipe } = await runOf('--architecture mlp --optimizer adam', vectors);
    assert.equal(run.augmentation, undefined);
    assert.deepEqual(recipe.augmentation, { crop: null, flip: false });
    assert.deepEqual(run.network, { architecture: 'mlp', inputShape: [30], classCount: 3 });
  });
});

describe('refused in one line', () => {
  const corrupted = '--recipe cifar10-corrupted/20-erm';
  const cases: readonly [string, RegExp, typeof images?][] = [
    ['--alpha 0.5', /^--alpha means nothing to --method erm: leave it out, or write --method mixup$/],
    ['--recipe cifar10/preact18-mixup --method erm --alpha 1', /^--alpha means nothing to --method erm/],
    ['--lambda-per batch', /^--lambda-per means nothing to --method erm/],
    ['--optimizer adam --momentum 0.5', /^--momentum means nothing to --optimizer adam/],
    ['--optimizer adam --nesterov', /^--nesterov means nothing to --optimizer adam/],
    ['--beta1 0.5', /^--beta1 means nothing to --optimizer sgd: leave it out, or write --optimizer adam$/],
    ['--beta2 0.5', /^--beta2 means nothing/],
    ['--adam-epsilon 1e-6', /^--adam-epsilon means nothing/],
    ['--nesterov --momentum 0', /^--nesterov needs a momentum/],
    ['--schedule cosine --milestones 3', /^--milestones means nothing to --schedule cosine/],
    ['--schedule constant --decay-factor 0.5', /^--decay-factor means nothing to --schedule constant/],
    ['--final-lr 0.01', /^--final-lr means nothing to --schedule step/],
    ['--warmup-from 0.01', /^--warmup-from means nothing without a warm-up/],
    ['--warmup-epochs 5 --warmup-from 0.2', /schedule\/warmup falls from 0\.2 to 0\.1$/],
    ['--schedule cosine --final-lr 0.2', /schedule\/decay rises from 0\.1 to 0\.2$/],
    ['--weight-decay 0 --weight-decay-on kernels', /^--weight-decay-on means nothing without a penalty/],
    ['--random-crop-aspect 1,2', /^--random-crop-aspect means nothing without a crop of random area/],
    ['--interpolation bilinear', /^--interpolation means nothing without a crop of random area/],
    ['--crop 4 --random-crop-area 0.1,1', /^--crop and --random-crop-area are two kinds of crop/],
    ['--crop 0 --random-crop-area 0.1,1', /^--crop and --random-crop-area are two kinds of crop/],
    [
      '--random-crop-area 1,0.1',
      /^--random-crop-area 1,0\.1: write two numbers above 0 and up to 1, the lesser first: 0\.08,1$/,
    ],
    ['--random-crop-area 0.5', /^--random-crop-area 0\.5: 2 numbers are wanted, not 1$/],
    ['--random-crop-area 0.5,2', /^--random-crop-area 0\.5,2: write two numbers above 0 and up to 1/],
    ['--random-crop-area 0.1,1 --random-crop-aspect 0,1', /^--random-crop-aspect 0,1: write two numbers/],
    ['--corruption-mode uniform', /^--corruption-mode means nothing without corruption/],
    [`${corrupted} --corruption-rate 0 --corruption-exact`, /^--corruption-exact means nothing without/],
    [
      `${corrupted} --labels x.json --corruption-rate 0.5`,
      /^--corruption-rate means nothing beside --labels/,
    ],
    [`${corrupted} --labels x.json --corruption-mode uniform`, /^--corruption-mode means nothing beside/],
    ['--corruption-rate 20', /^--corruption-rate takes a number from 0 to 1/],
    ['--microbatch 1', /^--microbatch takes 0 or a whole number of at least 2/],
    ['--microbatch 256', /^--microbatch 256 is more than a minibatch of 128/],
    ['--microbatch 2.5', /^--microbatch takes a whole number/],
    ['--dropout 1', /^--dropout takes a number of at least 0 and less than 1, not "1"$/],
    ['--label-smoothing -0.1', /^--label-smoothing takes a number/],
    ['--optimizer adam --beta1 1', /^--beta1 takes a number/],
    ['--lr-per 0.5', /^--lr-per takes a whole number/],
    ['--decay-factor 0', /^--decay-factor takes a number greater than 0/],
    ['--warmup-epochs -1', /^--warmup-epochs takes a number of at least 0/],
    ['--milestones 2,x', /^--milestones takes numbers with commas between them, such as 100,150, not "2,x"/],
    ['--epochs 4 --milestones 2,4', /whole numbers from 1 to 3/],
    ['--mean 0.5', /write --mean and --std together/],
    ['--mean none --std 1', /^--mean none is for no normalisation: leave --std out$/],
    [
      '--recipe cifar10/preact18',
      /^there is no recipe cifar10\/preact18; near it are cifar10\/preact18-erm, /,
    ],
    ['--recipe none.json', /^cannot read the recipe .*none\.json: there is no such file$/],
    ['--architecture mlp --crop 4', /^the examples are \[30\], and crops and flips are for images/, vectors],
    ['--architecture mlp --flip', /^the examples are \[30\], and crops and flips are for images/, vectors],
    ['--architecture none', /^there is no architecture none; choose one of preact-resnet18/],
    ['--mean 0.5,0.5 --std 1,1', /2 means and 2 deviations for 1 channels/],
    ['', /^preact-resnet18 takes images \[channels, height, width\], .*an mlp takes any shape$/, vectors],
    ['--recipe cifar10/preact18-erm', /^the examples are \[30\], and crops and flips/, vectors],
    ['', /^the examples are \[5, 6\]: the trainer takes images/, { ...images, shape: [5, 6] }],
  ];
  for (const [line, pattern, data] of cases) {
    test(line === '' ? `no option, ${String(data?.shape.length)} axes` : line, async () => {
      await assert.rejects(runOf(line, data), (error: unknown) => {
        assert.ok(error instanceof InputError, String(error));
        assert.match(error.message, pattern);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
  }
});
