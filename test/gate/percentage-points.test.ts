import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { parsePercentagePoints } from '../../src/gate/percentage-points.ts';

test('percentage points become fractions', () => {
  for (const [text, fraction] of [
    ['0pp', 0],
    ['1pp', 0.01],
    ['0.5pp', 0.005],
    ['.25 pp', 0.0025],
    [' 12PP ', 0.12],
    ['100pp', 1],
  ] as const) {
    assert.equal(parsePercentagePoints(text), fraction);
  }
});

test('a percentage or a bare number is refused with what to write instead', () => {
  for (const [text, hint] of [
    ['2%', /write 2pp for percentage points/],
    ['0.01', /write 0\.01pp for percentage points/],
    ['', /such as 0\.5pp/],
    ['pp', /such as 0\.5pp/],
    ['-1pp', /such as 0\.5pp/],
    ['1e3pp', /such as 0\.5pp/],
    ['one\npp', /^"one\\npp" is no increase/],
    ['101pp', /at most 100pp/],
  ] as const) {
    assert.throws(
      () => parsePercentagePoints(text),
      (error) => error instanceof InputError && hint.test(error.message) && !error.message.includes('\n'),
      text,
    );
  }
});
