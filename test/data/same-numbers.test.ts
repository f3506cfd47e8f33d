import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdSameNumbers } from '../../src/data/same-numbers.ts';

const same: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [3, 8, 8],
    [3, 8, 8],
  ],
  [[784], [1, 28, 28]],
  [
    [1, 28, 28],
    [28, 28],
  ],
  [
    [784, 1],
    [1, 28, 28],
  ],
  [[28, 28], [784]],
  [[1, 1, 5], [5]],
];
const other: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[192], [3, 8, 8]],
  [[784], [1, 28, 29]],
  [
    [3, 8, 8],
    [8, 8, 3],
  ],
  [
    [1, 4, 9],
    [1, 9, 4],
  ],
];

test('shapes hold the same numbers where only axes of one and the list of a grey image tell them apart', () => {
  for (const [a, b] of same)
    assert.ok(holdSameNumbers(a, b) && holdSameNumbers(b, a), `${String(a)} ${String(b)}`);
  for (const [a, b] of other)
    assert.ok(!holdSameNumbers(a, b) && !holdSameNumbers(b, a), `${String(a)} ${String(b)}`);
});
