/**
 * The errors that cross module borders. A message is one line that says what is wrong, where, and what to do;
 * the command line prints it without a stack trace.
 */
import { printable } from './printable.ts';

/** Something the caller gave is wrong: usage, configuration, a file, data. Exit code 2. */
export class InputError extends Error {
  override name = 'InputError';

  constructor(message: string) {
    // Names out of files may hold anything, and lists of them may be endless.
    super(printable(message));
  }
}

/** An operator stands on the path from input to loss and has no gradient rule. Exit code 2. */
export class UnsupportedOperatorError extends InputError {
  override name = 'UnsupportedOperatorError';

  constructor(
    readonly operator: string,
    readonly node: string,
    message: string,
    /** What of the message says what is wrong, without what to do about it. */
    readonly problem: string = message,
  ) {
    super(message);
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
