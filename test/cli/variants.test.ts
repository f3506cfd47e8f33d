import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distinct, parseVariant } from '../../src/cli/run/variants.ts';

test('a variant is ERM, dropout, mixup, or both', () => {
  assert.deepEqual(parseVariant('erm'), { id: 'erm', name: 'ERM' });
  assert.deepEqual(parseVariant('dropout:0.5'), { id: 'dropout:0.5', name: 'dropout p=0.5', dropout: 0.5 });
  assert.deepEqual(parseVariant('mixup:8'), { id: 'mixup:8', name: 'mixup α=8', alpha: 8 });
  const both = {
    id: 'mixup:8+dropout:0.3',
    name: 'mixup α=8 + dropout p=0.3',
    alpha: 8,
    dropout: 0.3,
  };
  assert.deepEqual(parseVariant('mixup:8+dropout:0.3'), both);
  assert.deepEqual(parseVariant('dropout:.3+mixup:8.0'), both);
});

test('anything else is refused in one line', () => {
  for (const text of [
    '',
    'ERM',
    'mixup',
    'mixup:',
    'mixup:0',
    'mixup:-1',
    'mixup:1e999',
    'mixup:1e99',
    'mixup:0x10',
    'dropout:0',
    'dropout:1',
    'dropout:0.5+dropout:0.6',
    'erm+dropout:0.5',
    'mixup:8+',
    'mixup:1.2.3',
  ]) {
    assert.throws(
      () => parseVariant(text),
      (error: Error) => error.name === 'InputError' && /^--variant [^\n]*$/.test(error.message),
      text,
    );
  }
});

test('what is asked for twice is done once, in the order first asked for', () => {
  assert.deepEqual(distinct(['b', 'a', 'b'], String), ['b', 'a']);
});
