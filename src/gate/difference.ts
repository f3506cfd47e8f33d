/** How the gate words a difference between two results. */
import { InputError } from '../core/errors.ts';

/** How many differences one message names. */
const named = 3;

export type Plain = string | number | boolean | null;

/** At most one problem: that a field differs, with both values. */
export function* differing(field: string, baseline: Plain, current: Plain): Iterable<string> {
  if (baseline !== current) {
    yield `${field} is ${show(baseline)} in the baseline and ${show(current)} in the current result`;
  }
}

export function show(value: Plain): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/**
 * Refuses to compare where there are problems.
 *
 * @throws InputError that names the first few on one line
 */
export function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length - named;
  const rest = more > 0 ? [`and ${String(more)} more`] : [];
  throw new InputError(
    `the results are not comparable: ${[...problems.slice(0, named), ...rest].join('; ')}`,
  );
}
