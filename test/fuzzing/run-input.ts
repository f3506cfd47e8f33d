/** Reads one input, damaged or not, in a folder of its own, and says what came of it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../src/core/errors.ts';
import type { Files, FuzzedReader } from './reader.ts';

export interface Outcome {
  readonly kind: 'read' | 'refused' | 'exception';
  /** The refusal, or the exception with its stack. */
  readonly message: string;
  readonly durationMs: number;
}

export function writeInput(folder: string, files: Files): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/** Anything but a reading or an InputError of one printable line is an exception. */
export async function runInput(reader: FuzzedReader, folder: string): Promise<Outcome> {
  const start = performance.now();
  let kind: Outcome['kind'] = 'read';
  let message = '';
  try {
    await reader.read(folder);
  } catch (error) {
    message = error instanceof Error ? error.message : String(error);
    kind = 'refused';
    if (
      !(error instanceof InputError) ||
      message === '' ||
      /\p{Cc}/u.test(message) ||
      message.length > 1000
    ) {
      kind = 'exception';
      message = error instanceof Error ? (error.stack ?? message) : message;
    }
  }
  return { kind, message, durationMs: performance.now() - start };
}
