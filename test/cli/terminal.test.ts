import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interruption } from '../../src/cli/interruption.ts';
import { processTerminal, type TerminalProcess } from '../../src/cli/terminal.ts';

/** A process whose streams and signals are held. */
function heldProcess(isTTY: boolean | undefined, env: Readonly<Record<string, string>> = {}) {
  const written: string[] = [];
  const listeners = new Map<string, () => void>();
  const streamErrors: ((error: Error) => void)[] = [];
  const stream = (name: string): TerminalProcess['stdout'] => ({
    ...(isTTY === undefined ? {} : { isTTY }),
    write: (text, done) => {
      written.push(`${name}: ${text}`);
      done();
    },
    on: (_event, listener) => streamErrors.push(listener),
  });
  const held: TerminalProcess = {
    stdout: stream('out'),
    stderr: stream('err'),
    env,
    on: (event, listener) => listeners.set(event, listener),
    off: (event) => listeners.delete(event),
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

for (const [name, code, word] of [
  ['SIGINT', 130, 'interrupted'],
  ['SIGTERM', 143, 'terminated'],
] as const) {
  test(`${name} aborts the signal; a second one is left to the system`, () => {
    const { held, listeners } = heldProcess(undefined);
    const { signal } = processTerminal(held);
    assert.equal(signal.aborted, false);
    listeners.get(name)!();
    assert.ok(signal.reason instanceof Interruption);
    assert.equal(signal.reason.exitCode, code);
    assert.equal(signal.reason.message, `${word}; nothing was written`);
    assert.equal(listeners.size, 0);
  });
}

test('a closed pipe is passed over, another fault of a stream is told', async () => {
  const { held, streamErrors } = heldProcess(undefined);
  const terminal = processTerminal(held);
  assert.equal(streamErrors.length, 2);
  for (const report of streamErrors) report(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  await terminal.flush();
  for (const [stream, name] of ['standard output', 'standard error'].entries()) {
    const other = heldProcess(undefined);
    const { flush } = processTerminal(other.held);
    other.streamErrors[stream]!(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' }));
    await assert.rejects(flush, { name: 'InputError', message: `cannot write to ${name}: the disk is full` });
  }
});

test('what was written is waited for, with the fault that only its callback tells', async () => {
  const { held } = heldProcess(undefined);
  let done: ((error?: Error | null) => void) | undefined;
  const terminal = processTerminal({
    ...held,
    stdout: { ...held.stdout, write: (_text, callback) => (done = callback) },
  });
  terminal.out('a table');
  let flushed = false;
  const flush = terminal.flush().finally(() => (flushed = true));
  await Promise.resolve();
  assert.equal(flushed, false);
  done?.(new Error('write EIO'));
  await assert.rejects(flush, /cannot write to standard output: write EIO/);
});
