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

test('a class of logit −∞ is never a target: rules go on to the next class, a given one is refused', () => {
  const never = -Infinity;
  const masked = {
    ...choice,
    logits: Float32Array.from(
      [
        [5, never, 2, 3],
        [1, 0, never, 1],
        [2, 2, 2, never],
        [never, 9, 1, -5],
      ].flat(),
    ),
  };
  // Without the masks next gives 1, 2, 3, 0.
  assert.deepEqual([...chooseTargets({ ...masked, rule: 'next' })], [2, 3, 0, 1]);
  assert.deepEqual([...chooseTargets({ ...masked, rule: 'least-likely' })], [2, 0, 0, 2]);
  for (let seed = 0; seed < 20; seed++) {
    const drawn = chooseTargets({ ...masked, rule: 'random', seed });
    drawn.forEach((target, example) => {
      assert.notEqual(target, choice.labels[example]);
      assert.notEqual(masked.logits[4 * example + target], never);
    });
  }
  assert.throws(
    () => chooseTargets({ ...masked, rule: 1 }),
    /^InputError: example 10 cannot be led to the target class 1: .*-Infinity.*name another target class$/,
  );
  // The label of the last example is 3, to which nobody leads it, whatever its logit.
  assert.deepEqual(
    [...chooseTargets({ ...masked, rule: 3, labels: Int32Array.of(0, 1, 3, 2) })],
    [3, 3, 3, 3],
  );
  const alone = { ...masked, logits: Float32Array.of(1, never, never, never), labels: Int32Array.of(0) };
  assert.throws(() => chooseTargets({ ...alone, rule: 'next' }), /cannot be led to any other class/);
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
