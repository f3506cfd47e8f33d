/** Where the command line speaks: results to standard output, everything else to standard error. */
import { InputError } from '../core/errors.ts';
import { reasonOf } from '../core/files.ts';
import { Interruption, STOPPING_SIGNALS, type StoppingSignal } from './interruption.ts';

export interface Terminal {
  /** Results: a table or JSON. */
  readonly out: (text: string) => void;
  /** Progress, warnings and errors. */
  readonly err: (text: string) => void;
  /**
   * Resolves once all that was given to `out` and `err` is handed over, or nobody reads it any more.
   *
   * @throws InputError when it cannot be written, as to a full disk
   */
  readonly flush: () => Promise<void>;
  /** Whether standard output may carry colour. */
  readonly color: boolean;
  /** Whether standard error is a terminal on which a line can be rewritten. */
  readonly interactive: boolean;
  /** Aborted, with an Interruption, when the user or the system asks the process to end. */
  readonly signal: AbortSignal;
}

/** What a terminal is made of; Node's `process` is one. */
export interface TerminalProcess {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  on(event: StoppingSignal, listener: () => void): unknown;
  off(event: StoppingSignal, listener: () => void): unknown;
}

interface OutputStream {
  readonly isTTY?: boolean;
  write(text: string, done: (error?: Error | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The process's own streams; the first SIGINT or SIGTERM aborts the signal, a second ends the process at once. */
export function processTerminal(process: TerminalProcess = globalThis.process): Terminal {
  const { env } = process;
  const stdout = createOutput(process.stdout, 'standard output');
  const stderr = createOutput(process.stderr, 'standard error');
  return {
    out: (text) => {
      stdout.write(`${text}\n`);
    },
    err: stderr.write,
    flush: async () => {
      await stdout.flush();
      await stderr.flush();
    },
    color: process.stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '',
    interactive: process.stderr.isTTY === true,
    signal: stoppingSignal(process),
  };
}

function stoppingSignal(process: TerminalProcess): AbortSignal {
  const controller = new AbortController();
  const listeners = STOPPING_SIGNALS.map((name) => {
    const listener = (): void => {
      for (const each of listeners) process.off(each.name, each.listener);
      controller.abort(new Interruption({ signal: name }));
    };
    process.on(name, listener);
    return { name, listener };
  });
  return controller.signal;
}

interface Output {
  readonly write: (text: string) => void;
  readonly flush: () => Promise<void>;
}

function createOutput(stream: OutputStream, name: string): Output {
  let fault: Error | undefined;
  let pending = 0;
  let wake: (() => void) | undefined;
  const fail = (error: Error): void => {
    fault ??= error;
  };
  // The error comes once more by the callback of the write that met it; without a listener it would end the process.
  stream.on('error', fail);
  return {
    write: (text) => {
      pending += 1;
      stream.write(text, (error) => {
        if (error !== null && error !== undefined) fail(error);
        pending -= 1;
        if (pending === 0) wake?.();
      });
    },
    flush: async () => {
      if (pending > 0) await new Promise<void>((resolve) => (wake = resolve));
      if (fault !== undefined && !isClosedPipe(fault)) {
        throw new InputError(`cannot write to ${name}: ${reasonOf(fault)}`);
      }
    },
  };
}

/** A reader such as `head` may close the pipe early, which is its right. */
function isClosedPipe(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}
