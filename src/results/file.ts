/** Result files: nothing is read or written that does not pass validation. */
import { readInputFile, writeFileAtomically } from '../core/files.ts';
import { parseJson } from '../core/json.ts';
import { canonicalJson } from './canonical.ts';
import type { MemorizationResult } from './memorization.ts';
import type { Result } from './result.ts';
import { validateAnyResult, validateMemorization, validateResult } from './validate.ts';

/**
 * Reads the result of an attack.
 *
 * @throws InputError when it is missing, not JSON, not a result, of another version, or contradicts itself
 */
export async function readResult(path: string): Promise<Result> {
  return validateResult(await parsed(path), path);
}

/** Reads a memorization result; throws as `readResult` does. */
export async function readMemorization(path: string): Promise<MemorizationResult> {
  return validateMemorization(await parsed(path), path);
}

/** Reads a result of either kind, which its `kind` tells; throws as `readResult` does. */
export async function readAnyResult(path: string): Promise<Result | MemorizationResult> {
  return validateAnyResult(await parsed(path), path);
}

/**
 * Writes the result of an attack in its canonical form, wholly or not at all.
 *
 * @throws InputError when it is not valid or cannot be written
 */
export async function writeResult(path: string, result: Result): Promise<void> {
  await writeFileAtomically(path, canonicalJson(await validateResult(result, 'the result to be written')));
}

/** Writes a memorization result; throws as `writeResult` does. */
export async function writeMemorization(path: string, result: MemorizationResult): Promise<void> {
  await writeFileAtomically(
    path,
    canonicalJson(await validateMemorization(result, 'the result to be written')),
  );
}

async function parsed(path: string): Promise<unknown> {
  return parseJson(path, await readInputFile(path, 'result'));
}
