import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseSeeds, seedPlaces } from '../../src/cli/run/seeds.ts';

test('a number is how many seeds, several are which', () => {
  assert.deepEqual(parseSeeds(['3'], 0), [0, 1, 2]);
  assert.deepEqual(parseSeeds(['2'], 7), [7, 8]);
  assert.deepEqual(parseSeeds(['1'], 7), [7]);
  assert.deepEqual(parseSeeds(['0,5,17'], 3), [0, 5, 17]);
  assert.deepEqual(parseSeeds(['4', '2, 9'], 3), [4, 2, 9]);
});

test('what names no seeds is refused', () => {
  for (const given of [
    '0',
    '-3',
    '1001',
    '',
    '1,',
    'a',
    '1.5',
    '1e3',
    '0x10',
    '1,1',
    '1,a',
    '3,03',
    '1,-0',
  ]) {
    assert.throws(() => parseSeeds([given], 0), { name: 'InputError', message: /^--seeds/ }, given);
  }
});

test('every seed that was asked for has a folder and names of its own', () => {
  assert.deepEqual(seedPlaces(4, null, 'out'), [{ seed: 4, folder: 'out', suffix: '', title: '' }]);
  assert.deepEqual(seedPlaces(4, [4, 1], 'out'), [
    { seed: 4, folder: join('out', 'seed-4'), suffix: ':seed-4', title: ', seed 4' },
    { seed: 1, folder: join('out', 'seed-1'), suffix: ':seed-1', title: ', seed 1' },
  ]);
});
