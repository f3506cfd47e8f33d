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
 * Parses a file's bytes. What it returns is nested no deeper than any honest file, so that it can be walked by
 * functions that call themselves.
 *
 * @param path names the file in the message
 * @throws InputError when the bytes are no UTF-8 or no JSON, or lists stand within lists without end
 */
export function parseJson(path: string, bytes: Uint8Array): unknown {
  if (depthOf(bytes) > DEEPEST) {
    throw new InputError(
      `${path} is JSON with lists or objects within each other deeper than ${String(DEEPEST)} levels, as no file has that this program reads`,
    );
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    const reason = messageOf(error);
    throw new InputError(
      `${path} is no valid JSON (${reason}): is the file whole, and the one that is meant?`,
    );
  }
}

/** Whether parsed JSON holds more than a number of values, lists and objects counted with what is in them. */
export function holdsMoreThan(count: number, value: unknown): boolean {
  const rest = [value];
  let seen = 0;
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const inner: readonly unknown[] = typeof next === 'object' && next !== null ? Object.values(next) : [];
    seen += 1 + inner.length;
    if (seen > count) return true;
    for (const each of inner) if (typeof each === 'object' && each !== null) rest.push(each);
  }
  return false;
}

/** Deeper than any file that is meant: wrapped layers of wrapped models come to some thirty levels. */
const DEEPEST = 256;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** How deep lists and objects stand within each other, counted no further than one level too deep. */
function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let index = 0; index < bytes.length && deepest <= DEEPEST; index++) {
    const byte = bytes[index] ?? 0;
    if (quoted) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (OPENING.has(byte)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.has(byte)) depth--;
  }
  return deepest;
}
