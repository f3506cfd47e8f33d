import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interruptionPoint } from '../../src/core/interruption.ts';

test('lets the event loop turn, so that what is due can abort the signal', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  setTimeout(() => {
    controller.abort(reason);
  }, 5);
  const work = async (): Promise<void> => {
    // Promises alone would never let the timer fire: this loop would not end.
    for (;;) await interruptionPoint(controller.signal);
  };
  await assert.rejects(work(), reason);
});

test('costs nothing where nobody can interrupt', async () => {
  let turned = false;
  setImmediate(() => (turned = true));
  await interruptionPoint(undefined);
  assert.equal(turned, false);
});
