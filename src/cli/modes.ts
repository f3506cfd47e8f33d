/** Commands that do one of several things: which options mean something to which. */
import { InputError } from '../core/errors.ts';

/** For each option of a command, the modes that it means something to. */
export type Scope<Name extends string, Mode extends string> = Readonly<Record<Name, readonly Mode[]>>;

/** The same modes for all of some options. */
export function scopeOf<Name extends string, Mode extends string>(
  options: Readonly<Record<Name, unknown>>,
  modes: readonly Mode[],
): Scope<Name, Mode> {
  return Object.fromEntries(Object.keys(options).map((name) => [name, modes])) as Scope<Name, Mode>;
}

/**
 * Refuses the options that mean nothing to what is done.
 *
 * @param says of each mode what it is, as it is written on the command line: `--predictions, which trains nothing`
 * @param given the names of the options that were written
 * @throws InputError that names the first of them
 */
export function assertInScope<Mode extends string>(
  scope: Scope<string, Mode>,
  says: Readonly<Record<Mode, string>>,
  mode: Mode,
  given: Iterable<string>,
): void {
  for (const name of given) {
    const modes = scope[name];
    if (modes === undefined || modes.includes(mode)) continue;
    const others = modes.map((other) => says[other]).join(', or ');
    throw new InputError(`--${name} means nothing to ${says[mode]}: leave it out; it is for ${others}`);
  }
}
