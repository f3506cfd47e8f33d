/** Where the command line speaks: results to standard output, everything else to standard error. */

export interface Terminal {
  /** Results: a table or JSON. */
  readonly out: (text: string) => void;
  /** Progress, warnings and errors. */
  readonly err: (text: string) => void;
  /** Whether standard output may carry colour. */
  readonly color: boolean;
  /** Whether standard error is a terminal on which a line can be rewritten. */
  readonly interactive: boolean;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

/** What a terminal is made of; Node's `process` is one. */
export interface TerminalProcess {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  once(event: 'SIGINT', listener: () => void): unknown;
}

interface OutputStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The process's own streams; the first Ctrl-C aborts the signal, a second ends the process at once. */
export function processTerminal(process: TerminalProcess = globalThis.process): Terminal {
  const { stdout, stderr, env } = process;
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort(new Interruption());
  });
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  return {
    out: (text) => stdout.write(`${text}\n`),
    err: (text) => stderr.write(text),
    color: stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '',
    interactive: stderr.isTTY === true,
    signal: controller.signal,
  };
}

/** A reader such as `head` may close the pipe early, which is its right. */
function ignoreClosedPipe(error: Error): void {
  if (!('code' in error && error.code === 'EPIPE')) throw error;
}

/** The user pressed Ctrl-C. */
export class Interruption extends Error {
  /** @param kept what is left on disk, for the user to know */
  constructor(kept = 'nothing was written') {
    super(`interrupted; ${kept}`);
  }
}
