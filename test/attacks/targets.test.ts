import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TargetChoice, chooseTargets, parseTargetRule } from '../../src/attacks/targets.ts';
import { InputError } from '../../src/core/errors.ts';

const choice: Omit<TargetChoice, 'rule'> = {
  seed: 7,
  classCount: 4,
  labels: Int32Array.of(0, 1, 2, 3),
  indices: [10, 11, 12, 13],
  logits: Float32Array.from(
    [
      [5, 1, 2, 3],
      [1, 0, 1, 1],
      [2, 2, 2, 2],
      [9, 9, 1, -5],
    ].flat(),
  ),
};

test('next is the class after the label, the first after the last', () => {
  assert.deepEqual([...chooseTargets({ ...choice, rule: 'next' })], [1, 2, 3, 0]);
});

test('least-likely is the class of the least logit but the label, the first of equals', () => {
  assert.deepEqual([...chooseTargets({ ...choice, rule: 'least-likely' })], [1, 0, 0, 2]);
});

test('random is never the label, covers the other classes, and depends on seed and place alone', () => {
  const many = Int32Array.from({ length: 400 }, (_, index) => index % 4);
  const indices = many.map((_, index) => index);
  const whole = chooseTargets({ ...choice, rule: 'random', labels: many, indices });
  assert.ok(whole.every((target, index) => target !== many[index] && target >= 0 && target < 4));
  assert.equal(new Set(whole.map((target, index) => (target - many[index]! + 4) % 4)).size, 3);
  const part = chooseTargets({
    ...choice,
    rule: 'random',
    labels: many.slice(100, 120),
    indices: indices.slice(100, 120),
  });
  assert.deepEqual(part, whole.slice(100, 120));
  assert.notDeepEqual(chooseTargets({ ...choice, rule: 'random', labels: many, indices, seed: 8 }), whole);
});

test('a given class is every example’s target, if it exists', () => {
  assert.deepEqual([...chooseTargets({ ...choice, rule: 2 })], [2, 2, 2, 2]);
  for (const rule of [4, -1, 1.5]) assert.throws(() => chooseTargets({ ...choice, rule }), InputError);
  assert.throws(() => chooseTargets({ ...choice, classCount: 1, rule: 'next' }), InputError);
});

test('rules are read as written, and what is none is refused', () => {
  assert.deepEqual(['next', 'least-likely', 'random', '12'].map(parseTargetRule), [
    'next',
    'least-likely',
    'random',
    12,
  ]);
  for (const text of ['', '-1', '1.5', 'Next', 'likely']) {
    assert.throws(() => parseTargetRule(text), InputError);
  }
});
