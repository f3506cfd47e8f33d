/** That a command was asked to end before it had finished. */

/** The signals that ask a process to end, and what it then ends with: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export type StoppingSignal = keyof typeof EXIT_CODES;

export const STOPPING_SIGNALS = Object.keys(EXIT_CODES) as readonly StoppingSignal[];

/** The user pressed Ctrl-C, or the system asked the process to end. */
export class Interruption extends Error {
  readonly signal: StoppingSignal;

  /** @param kept what is left on disk and how to go on, for the user to know */
  constructor({
    signal = 'SIGINT',
    kept = 'nothing was written',
  }: { readonly signal?: StoppingSignal; readonly kept?: string } = {}) {
    super(`${signal === 'SIGINT' ? 'interrupted' : 'terminated'}; ${kept}`);
    this.signal = signal;
  }

  get exitCode(): number {
    return EXIT_CODES[this.signal];
  }
}
