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

/** The process's own streams; the first Ctrl-C aborts the signal, a second ends the process at once. */
export function processTerminal(): Terminal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort(new Interruption());
  });
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(text),
    color: process.stdout.isTTY && !('NO_COLOR' in process.env && process.env['NO_COLOR'] !== ''),
    interactive: process.stderr.isTTY,
    signal: controller.signal,
  };
}

/** The user pressed Ctrl-C. */
export class Interruption extends Error {
  constructor() {
    super('interrupted; nothing was written');
  }
}
