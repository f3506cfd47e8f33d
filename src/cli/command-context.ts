/** What a command is given by the command line. */
import type { Terminal } from './terminal.ts';

/** What a command is given, and where it leaves its exit code. */
export interface CommandContext {
  readonly terminal: Terminal;
  exitCode: number;
}
