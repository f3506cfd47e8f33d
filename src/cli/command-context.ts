/** What a command is given by the command line. */
import type { Terminal } from './terminal.ts';

/** What a command is given, and where it leaves its exit code. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** The names of the options that were written, not those that have a default. */
  readonly given: ReadonlySet<string>;
  exitCode: number;
}

/** The options among arguments, by the names that tables have: `--noFlip`, `--no-flip` and `--flip=x` are all `flip`. */
export function givenOptions(argv: readonly string[]): ReadonlySet<string> {
  const end = argv.indexOf('--');
  const names = argv
    .slice(0, end < 0 ? argv.length : end)
    .map((argument) => /^--([A-Za-z][\w-]*)/.exec(argument)?.[1])
    .filter((name) => name !== undefined);
  return new Set(
    names.map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/^no-/, '')),
  );
}
