/** JSON whose shape is not yet known; a malformed file is one clear line. */
import { InputError, messageOf } from './errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'number');
}

/**
 * Parses a file's bytes.
 *
 * @param path names the file in the message
 * @throws InputError when the bytes are no UTF-8 or no JSON
 */
export function parseJson(path: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    // The parser quotes the text it stumbles over, line feeds included.
    const reason = messageOf(error).replaceAll(/\s+/g, ' ');
    throw new InputError(
      `${path} is no valid JSON (${reason}): is the file whole, and the one that is meant?`,
    );
  }
}
