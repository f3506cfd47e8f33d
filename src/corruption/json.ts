/** Parses JSON whose shape is not yet known, so that a malformed file is one clear line. */
import { InputError, messageOf } from '../core/errors.ts';

/**
 * @param source names the file in the message
 * @throws InputError when the bytes are no UTF-8 or no JSON
 */
export function parseJson(bytes: Uint8Array, source: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    // The parser quotes the text it stumbles over, line feeds included.
    const reason = messageOf(error).replaceAll(/\s+/g, ' ');
    throw new InputError(`${source} is not JSON (${reason}): is the file whole, and the one that is meant?`);
  }
}
