/** What stands at the end of a help text. */

/** The exit codes of every command, as help texts give them. */
const EXIT_CODES =
  'Exit codes: 0 success, 1 a gate failed, 2 usage, data or output error, 3 internal error, 130 interrupted, 143 terminated.';

/** Examples of command lines, each under a line that says what it is for, and the exit codes. */
export function examples(lines: readonly (readonly [purpose: string, command: string])[]): string {
  const shown = lines.map(([purpose, command]) => `  ${purpose}:\n    $ robust-bench ${command}`);
  return `Examples:\n${shown.join('\n')}\n\n${EXIT_CODES}`;
}
