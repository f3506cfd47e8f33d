/**
 * A file that only grows, one whole record at a time. A record is handed to the operating system before `append`
 * returns, so the end of the process takes none away; at worst it tears the one being written.
 */
import { closeSync, fdatasync, fstatSync, openSync, truncateSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { InputError } from '../../core/errors.ts';
import { reasonOf } from '../../core/files.ts';

export interface GrowingFile {
  readonly append: (record: Uint8Array) => void;
  /** Resolves when what was appended would outlive a loss of power. */
  readonly flush: () => Promise<void>;
  /** Idempotent. */
  readonly close: () => void;
}

/**
 * Opens a file to append to, made where there is none. Its methods throw InputError where the file cannot be written,
 * as when the disk is full.
 *
 * @param keep how many of the file's bytes stay; the rest is cut off
 */
export function openGrowingFile(path: string, keep: number): GrowingFile {
  const refused = (error: unknown) => new InputError(`cannot write ${path}: ${reasonOf(error)}`);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'a');
    if (fstatSync(descriptor).size > keep) truncateSync(path, keep);
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw refused(error);
  }
  const open = (): number => {
    if (descriptor === undefined) throw new RangeError(`${path} is closed`);
    return descriptor;
  };
  return {
    append: (record) => {
      const to = open();
      try {
        let written = 0;
        while (written < record.length) written += writeSync(to, record, written);
      } catch (error) {
        throw refused(error);
      }
    },
    flush: async () => {
      await promisify(fdatasync)(open()).catch((error: unknown) => {
        throw refused(error);
      });
    },
    close: () => {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
