import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';

test('a message is one line of bounded length that keeps its beginning and end', () => {
  assert.equal(new InputError('the value a\nb\r\n\u0000 is none').message, 'the value a b  is none');
  const long = new InputError(`the shape [${'1, '.repeat(4000)}] is wrong: export the model again`).message;
  assert.ok(long.length < 1010);
  assert.match(long, /^the shape \[1, .* … .*: export the model again$/);
});
