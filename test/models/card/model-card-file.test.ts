import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  cardData,
  readModelCard,
  weightsPath,
  writeModelCard,
} from '../../../src/models/card/model-card-file.ts';
import type { ModelCard } from '../../../src/models/card/model-card.ts';
import { inFolder } from '../folder.ts';

const card: ModelCard = {
  kind: 'robust-bench-model-card',
  version: 1,
  name: 'mixup',
  weights: { file: 'mixup.onnx' },
  input: { shape: [1, 28, 28], bounds: [0, 1], normalization: { mean: [0.2], std: [0.3] } },
  classCount: 2,
  classNames: ['shirt', 'shoe'],
  outputs: 'logits',
  data: { specification: 'idx:fashion-mnist', split: 'test' },
  training: { method: 'mixup', alpha: 1, lambdaPer: 'batch', seed: 1, epochs: 10, cleanError: 0.08 },
};

test('a card is read as it was written', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'deep', 'm.json');
    await writeModelCard(path, card);
    assert.deepEqual(await readModelCard(path), card);
    assert.match(await readFile(path, 'utf8'), /\n$/);
  });
});

test('paths are relative to the card, absolute ones stay', () => {
  assert.equal(weightsPath('a/b/m.json', card), join('a', 'b', 'mixup.onnx'));
  assert.deepEqual(cardData('a/b/m.json', card), {
    specification: `idx:${join('a', 'b', 'fashion-mnist')}`,
    split: 'test',
  });
  const absolute = { ...card, data: { specification: 'idx:/data/x:y', split: 'test' } };
  assert.equal(cardData('a/m.json', absolute)?.specification, 'idx:/data/x:y');
});

describe('a malformed card is one line that names the place', () => {
  const nameless = { ...card, name: undefined };
  const cases: readonly [string, unknown, RegExp][] = [
    ['a missing field', nameless, /the whole lacks the field "name"/],
    ['an unknown field', { ...card, colour: 1 }, /the whole has the unknown field "colour"/],
    [
      'an unknown field inside',
      { ...card, weights: { file: 'x', size: 1 } },
      /\/weights has the unknown field "size"/,
    ],
    [
      'another version',
      { ...card, version: 2 },
      /has the format "robust-bench-model-card\/2" and this version reads "robust-bench-model-card\/1"/,
    ],
    ['bounds that are no interval', { ...card, input: { shape: [1], bounds: [1, 0] } }, /lower < upper/],
    [
      'one bound',
      { ...card, input: { shape: [1], bounds: [1] } },
      /bounds is a list of 1, expected a list of at least 2/,
    ],
    ['names of other classes', { ...card, classNames: ['shirt'] }, /classNames holds 1 names/],
    [
      'a standard deviation of 0',
      { ...card, input: { ...card.input, normalization: { mean: [0], std: [0] } } },
      /std\/0/,
    ],
    [
      'another method',
      { ...card, training: { method: 'magic' } },
      /method is "magic", expected one of "erm"/,
    ],
    ['no JSON', '{', /no valid JSON/],
  ];
  for (const [name, content, pattern] of cases) {
    test(name, async () => {
      await inFolder(async (folder) => {
        const path = join(folder, 'm.json');
        await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
        await assert.rejects(readModelCard(path), (error: Error) => {
          assert.equal(error.name, 'InputError');
          assert.match(error.message, pattern);
          assert.ok(!error.message.includes('\n'));
          return true;
        });
      });
    });
  }

  test('it is not written either', async () => {
    await inFolder(async (folder) => {
      await assert.rejects(writeModelCard(join(folder, 'm.json'), { ...card, classCount: 1 }), /classCount/);
    });
  });

  test('a missing card', async () => {
    await assert.rejects(readModelCard('no/such.json'), /cannot read the model card .*there is no such file/);
  });
});
