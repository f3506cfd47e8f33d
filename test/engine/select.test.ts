/** Engines by name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { createEngine } from '../../src/engine/select.ts';

const oneLine =
  (...words: string[]) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof InputError && !error.message.includes('\n'), String(error));
    for (const word of words) assert.ok(error.message.includes(word), error.message);
    return true;
  };

test('an unknown engine is refused with the choices', async () => {
  for (const name of ['tensorflow', 'tfjs:', 'tfjs:webgl', '', 'constructor', 'onnxruntime:tpu']) {
    await assert.rejects(createEngine(name), oneLine(`no engine ${name}`, 'onnxruntime', 'tfjs:node-gpu'));
  }
});

test('a backend that is not installed is refused with the command that installs it', async (context) => {
  for (const backend of ['node-gpu', 'node']) {
    const name = `@tensorflow/tfjs-${backend}`;
    try {
      import.meta.resolve(name);
      context.diagnostic(`${name} is installed: its absence cannot be tested`);
    } catch {
      await assert.rejects(createEngine(`tfjs:${backend}`), oneLine(`npm install ${name}@4.22.0`));
    }
  }
});

test('tfjs alone is the best backend that is installed', async () => {
  const engine = await createEngine('tfjs');
  assert.equal(engine.name, 'tfjs');
  assert.ok(['node-gpu', 'node', 'wasm'].includes(engine.provider));
  assert.match(engine.runtime, /^@tensorflow\/tfjs-\S+ \d/);
  await engine.dispose();
});
