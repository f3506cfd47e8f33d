/** Numbers as they are written on the command line. */
import { InputError } from '../core/errors.ts';

/**
 * Reads numbers with commas between them.
 *
 * @param option names the option in the message, e.g. `--bounds`
 * @param count how many there must be, where that is known
 */
export function parseNumbers(text: string, option: string, count?: number): number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.some((value) => !Number.isFinite(value))) {
    throw new InputError(`${option} ${text}: write numbers with commas between them, such as 0,1`);
  }
  if (count !== undefined && numbers.length !== count) {
    throw new InputError(
      `${option} ${text}: ${String(count)} numbers are wanted, not ${String(numbers.length)}`,
    );
  }
  return numbers;
}

/** Checks a whole number of at least `least`. */
export function assertWhole(value: number | undefined, option: string, least: number): void {
  if (value !== undefined && (!Number.isSafeInteger(value) || value < least)) {
    throw new InputError(`${option} takes a whole number of at least ${String(least)}`);
  }
}

/** Checks the options that say how to compute. */
export function assertCompute(given: {
  readonly seed: number;
  readonly threads: number | undefined;
  readonly 'batch-size': number | undefined;
}): void {
  assertWhole(given.seed, '--seed', 0);
  assertWhole(given.threads, '--threads', 1);
  assertWhole(given['batch-size'], '--batch-size', 1);
}

/** Checks a number greater than 0, or of at least 0 where `zero` is allowed. */
export function assertPositive(value: number | undefined, option: string, zero = false): void {
  if (value !== undefined && !(Number.isFinite(value) && (value > 0 || (zero && value === 0)))) {
    throw new InputError(`${option} takes a number ${zero ? 'of at least' : 'greater than'} 0`);
  }
}
