import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';

test('a message is one line of bounded length that keeps its beginning and end', () => {
  assert.equal(new InputError('the value a\nb\r\n\u0000 is none').message, 'the value a b \\x00 is none');
  const long = new InputError(`the shape [${'1, '.repeat(4000)}] is wrong: export the model again`).message;
  assert.ok(long.length <= 1000);
  assert.match(long, /^the shape \[1, .* … .*: export the model again$/);
});

test('what a terminal would act on or show out of order is written out, and long names are cut', () => {
  const { message } = new InputError(`the layer \u001b[31mred\u202e\u2028${'x'.repeat(5000)}.png is none`);
  assert.match(message, /^the layer \\x1b\[31mred\\u202e\\u2028x+…x+\.png is none$/);
  assert.ok(message.length < 300);
  assert.equal(new InputError('der Größe 5×5 – 日本 🙂').message, 'der Größe 5×5 – 日本 🙂');
});
