import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interruption, processTerminal, type TerminalProcess } from '../../src/cli/terminal.ts';

/** A process whose streams and signals are held. */
function heldProcess(isTTY: boolean | undefined, env: Readonly<Record<string, string>> = {}) {
  const written: string[] = [];
  const listeners: (() => void)[] = [];
  const streamErrors: ((error: Error) => void)[] = [];
  const stream = (name: string): TerminalProcess['stdout'] => ({
    ...(isTTY === undefined ? {} : { isTTY }),
    write: (text) => written.push(`${name}: ${text}`),
    on: (_event, listener) => streamErrors.push(listener),
  });
  const held: TerminalProcess = {
    stdout: stream('out'),
    stderr: stream('err'),
    env,
    once: (_event, listener) => listeners.push(listener),
  };
  return { held, written, listeners, streamErrors };
}

test('colour and rewriting on terminals alone; NO_COLOR takes colour away', () => {
  const seen = (isTTY: boolean | undefined, env = {}): boolean[] => {
    const { color, interactive } = processTerminal(heldProcess(isTTY, env).held);
    return [color, interactive];
  };
  assert.deepEqual(seen(true), [true, true]);
  assert.deepEqual(seen(undefined), [false, false]);
  assert.deepEqual(seen(true, { NO_COLOR: '1' }), [false, true]);
  // As no-color.org has it: only when not empty.
  assert.deepEqual(seen(true, { NO_COLOR: '' }), [true, true]);
});

test('results go to standard output as lines, all else to standard error', () => {
  const { held, written } = heldProcess(undefined);
  const terminal = processTerminal(held);
  terminal.out('a table');
  terminal.err('progress');
  assert.deepEqual(written, ['out: a table\n', 'err: progress']);
});

test('Ctrl-C aborts the signal', () => {
  const { held, listeners } = heldProcess(undefined);
  const { signal } = processTerminal(held);
  assert.equal(signal.aborted, false);
  listeners[0]!();
  assert.ok(signal.reason instanceof Interruption);
});

test('a closed pipe is passed over, another fault of a stream is not', () => {
  const { held, streamErrors } = heldProcess(undefined);
  processTerminal(held);
  assert.equal(streamErrors.length, 2);
  for (const report of streamErrors) {
    report(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    assert.throws(() => {
      report(new Error('disk gone'));
    }, /disk gone/);
  }
});
