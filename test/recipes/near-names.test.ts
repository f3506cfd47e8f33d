/** Which names a mistyped one is taken for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearNames } from '../../src/recipes/near-names.ts';

test('the edits between known pairs', () => {
  for (const [from, to, expected] of [
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['mixpu', 'mixup', 2],
    ['same', 'same', 0],
  ] as const) {
    assert.equal(editDistance(from, to), expected, `${from} ${to}`);
  }
});

test('a metric', () => {
  const text = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      assert.equal(editDistance(a, b), editDistance(b, a));
      assert.equal(editDistance(a, b) === 0, a === b);
      assert.ok(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c));
    }),
    { seed: 1 },
  );
});

test('the three nearest, the nearest first', () => {
  assert.deepEqual(nearNames('ab', ['abcdef', 'abc', 'ab', 'xy', 'abcd']), ['ab', 'abc', 'xy']);
});
