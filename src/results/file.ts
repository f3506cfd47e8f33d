/** Result files: nothing is read or written that does not pass validation. */
import { InputError, messageOf } from '../core/errors.ts';
import { readInputFile, writeFileAtomically } from '../core/files.ts';
import { canonicalJson } from './canonical.ts';
import type { Result } from './result.ts';
import { validateResult } from './validate.ts';

/**
 * Reads a result file.
 *
 * @throws InputError when it is missing, not JSON, not a result, of another version, or contradicts itself
 */
export async function readResult(path: string): Promise<Result> {
  return validateResult(parse(await readInputFile(path, 'result'), path), path);
}

/**
 * Writes a result in its canonical form, wholly or not at all.
 *
 * @throws InputError when it is not valid or cannot be written
 */
export async function writeResult(path: string, result: Result): Promise<void> {
  await writeFileAtomically(path, canonicalJson(await validateResult(result, 'the result to be written')));
}

function parse(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    // The parser quotes the text it stumbles over, line feeds included.
    const reason = messageOf(error).replace(/\s+/g, ' ');
    throw new InputError(`the result ${path} is not JSON (${reason}): is it whole, and a result file?`);
  }
}
