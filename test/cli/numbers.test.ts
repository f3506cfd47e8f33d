import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertCompute, assertPositive, assertWhole, parseNumbers } from '../../src/cli/numbers.ts';

test('numbers with commas between them', () => {
  assert.deepEqual(parseNumbers('0,1', '--bounds', 2), [0, 1]);
  assert.deepEqual(parseNumbers(' -1 , 1e-3', '--mean'), [-1, 0.001]);
  for (const text of ['', '1,', '1;2', 'a', 'NaN', 'Infinity', '1,,2']) {
    assert.throws(() => parseNumbers(text, '--mean'), {
      name: 'InputError',
      message: /^--mean .*commas between/,
    });
  }
  assert.throws(() => parseNumbers('1,2,3', '--bounds', 2), /--bounds 1,2,3: 2 numbers are wanted, not 3/);
});

test('whole and positive numbers', () => {
  assertWhole(undefined, '--threads', 1);
  assertWhole(1, '--threads', 1);
  for (const value of [0, 1.5, NaN, Infinity, 2 ** 60]) {
    assert.throws(() => {
      assertWhole(value, '--threads', 1);
    }, /--threads takes a whole number of at least 1/);
  }
  assertPositive(undefined, '--lr');
  assertPositive(0.1, '--lr');
  assertPositive(0, '--momentum', true);
  for (const value of [0, -1, NaN, Infinity]) {
    assert.throws(() => {
      assertPositive(value, '--lr');
    }, /--lr takes a number greater than 0/);
  }
  assert.throws(() => {
    assertPositive(-1, '--momentum', true);
  }, /--momentum takes a number of at least 0/);
  assertCompute({ seed: 0, threads: undefined, 'batch-size': 1 });
  assert.throws(() => {
    assertCompute({ seed: 0.5, threads: 1, 'batch-size': 1 });
  }, /--seed/);
});
