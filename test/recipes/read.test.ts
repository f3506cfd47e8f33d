/** Recipe files of one's own: what they extend, and what is refused. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { readRecipe } from '../../src/recipes/read.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'robust-bench-recipes-'));
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('what a recipe extends', () => {
  test('a shipped one: its settings hold, its title and its numbers do not', async () => {
    const path = await file('short.json', {
      extends: 'cifar10/preact18-mixup',
      title: 'short',
      settings: { epochs: 20, schedule: { decay: { milestones: [10] } } },
    });
    const base = await readRecipe('cifar10/preact18-mixup');
    const recipe = await readRecipe(path);
    assert.deepEqual(recipe, {
      title: 'short',
      settings: {
        ...base.settings,
        epochs: 20,
        schedule: { ...base.settings.schedule, decay: { kind: 'step', milestones: [10], factor: 0.1 } },
      },
    });
  });

  test('a file, by a path relative to the one that names it', async () => {
    await file('deep/base.json', {
      extends: '../short.json',
      title: 'base',
      settings: { labelSmoothing: 0.1 },
    });
    const path = await file('top.json', {
      extends: 'deep/base.json',
      title: 'top',
      settings: { mixup: null },
    });
    const { settings } = await readRecipe(path);
    assert.deepEqual([settings.epochs, settings.labelSmoothing, settings.mixup], [20, 0.1, null]);
  });

  test('nothing, where all is stated', async () => {
    const { settings } = await readRecipe('cifar10/preact18-erm');
    const path = await file('whole.json', { title: 'whole', settings });
    assert.deepEqual(await readRecipe(path), { title: 'whole', settings });
  });
});

describe('refused in one line', () => {
  const extended = (settings: unknown): object => ({ extends: 'cifar10/preact18-erm', title: 'x', settings });
  const cases: readonly [string, unknown, RegExp][] = [
    ['no JSON', '{"title":', /bad-0\.json is no valid JSON/],
    ['a list', '[]', /bad-1\.json is no recipe: it is not an object with "title" and "settings"/],
    ['an unknown field', { ...extended({}), nam: 1 }, /the whole has the unknown field "nam"/],
    ['an unknown setting', extended({ epoch: 3 }), /\/settings has the unknown field "epoch"/],
    ['no title', { extends: 'cifar10/preact18-erm' }, /lacks the field "title"/],
    ['no settings', { title: 'x' }, /lacks the field "settings"/],
    ['a part of the settings', { title: 'x', settings: { epochs: 3 } }, /\/settings lacks the field "data"/],
    ['settings that are a text', extended('none'), /\/settings is "none", expected an object/],
    ['a text for a number', extended({ epochs: '3' }), /\/settings\/epochs is "3", expected a whole number/],
    ['a rate of 0', extended({ schedule: { initial: 0 } }), /initial is 0, expected a number > 0/],
    [
      'an optimizer of another kind',
      extended({ optimizer: { kind: 'lion' } }),
      /\/settings\/optimizer is an object, expected an object whose "kind" is one of the schema's/,
    ],
    [
      'an optimizer stated in part',
      extended({ optimizer: { kind: 'adam', beta1: 0.9 } }),
      /\/settings\/optimizer lacks the field "beta2"/,
    ],
    [
      'a field of another kind',
      extended({ optimizer: { beta1: 0.9 } }),
      /\/settings\/optimizer has the unknown field "beta1"/,
    ],
    [
      'milestones after the end',
      extended({ epochs: 150 }),
      /milestones are 100, 150, expected .* below epochs 150/,
    ],
    [
      'milestones out of order',
      extended({ schedule: { decay: { milestones: [9, 3] } } }),
      /milestones are 9, 3, expected numbers in ascending order/,
    ],
    [
      'a warm-up that falls',
      extended({ schedule: { warmup: { epochs: 5, from: 0.2 } } }),
      /schedule\/warmup falls from 0\.2 to 0\.1/,
    ],
    [
      'a cosine that rises',
      extended({ schedule: { decay: { kind: 'cosine', final: 1 } } }),
      /schedule\/decay rises from 0\.1 to 1/,
    ],
    [
      'a microbatch above the batch',
      extended({ microbatchSize: 129 }),
      /microbatchSize 129 is above batchSize 128/,
    ],
    [
      'Nesterov without momentum',
      extended({ optimizer: { momentum: 0, nesterov: true } }),
      /optimizer\/nesterov needs a momentum/,
    ],
    [
      'a normalization of two lengths',
      extended({ network: { normalization: { mean: [0.5] } } }),
      /normalization has 1 means and 3 deviations/,
    ],
    [
      'an area that falls',
      extended({
        augmentation: {
          crop: { kind: 'random-area', area: [1, 0.5], aspect: [1, 1], interpolation: 'bilinear' },
        },
      }),
      /augmentation\/crop\/area falls from 1 to 0\.5/,
    ],
    ['a base that is no text', { extends: 3, title: 'x' }, /"extends" is no text/],
    [
      'a base that is not there',
      { extends: 'cifar10/x', title: 'x' },
      /there is no recipe cifar10\/x; near it are/,
    ],
    [
      'a base file that is not there',
      { extends: 'none.json', title: 'x' },
      /cannot read the recipe .*none\.json/,
    ],
    ['itself as base', { extends: 'bad-24.json', title: 'x' }, /bad-24\.json extends itself/],
  ];
  for (const [index, [name, content, pattern]] of cases.entries()) {
    test(name, async () => {
      const path = await file(`bad-${String(index)}.json`, content);
      await assert.rejects(readRecipe(path), (error: unknown) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, pattern);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
  }

  test('a circle of two files', async () => {
    const path = await file('one.json', { extends: 'two.json', title: 'one' });
    await file('two.json', { extends: 'one.json', title: 'two' });
    await assert.rejects(readRecipe(path), /the recipe one\.json extends itself/);
  });

  test('a name that steps out of the folder of recipes', async () => {
    await assert.rejects(readRecipe('../package'), /there is no recipe \.\.\/package/);
  });
});
