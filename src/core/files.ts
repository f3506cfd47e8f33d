/** Files read and written so that a failure is one clear line and never a half-written file. */
import { access, constants, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { InputError, messageOf } from './errors.ts';
import { partName, removeLeftParts } from './parts.ts';

/**
 * Writes a file wholly or not at all: to a temporary name in the same folder, flushed, then renamed.
 *
 * @throws InputError when the folder cannot be written
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const temporary = join(dirname(path), partName(basename(path)));
  try {
    await mkdir(dirname(path), { recursive: true });
    await removeLeftParts(dirname(path));
    const file = await open(temporary, 'w');
    try {
      for (const part of typeof content === 'string' || content instanceof Uint8Array ? [content] : content) {
        await file.writeFile(part);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // Where there is no such folder there is nothing to remove either: the first error is the one to report.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new InputError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

/**
 * Checks, before long work, that a file could be written at a path. Makes nothing; folders that are missing are made
 * when the file is written.
 *
 * @throws InputError when the path is a folder, or the nearest folder that there is cannot be written
 */
export async function assertWritable(path: string): Promise<void> {
  const present = await stat(path).catch(() => undefined);
  if (present?.isDirectory() === true) {
    throw new InputError(`cannot write ${path}: it is a folder, not a file`);
  }
  try {
    await assertWritableFolder(dirname(resolve(path)));
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

async function assertWritableFolder(folder: string): Promise<void> {
  try {
    // With the separator at its end, a file in the folder's place fails as ENOTDIR.
    await access(`${folder}${sep}`, constants.W_OK | constants.X_OK);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing || dirname(folder) === folder) throw error;
    await assertWritableFolder(dirname(folder));
  }
}

/**
 * Reads a whole file.
 *
 * @param what names the file's role in the message, e.g. `model`
 * @throws InputError when it is missing or unreadable
 */
export async function readInputFile(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new InputError(`cannot read the ${what} ${path}: ${reasonOf(error)}`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'the disk is full',
};

/** Why a file operation failed, in plain words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? messageOf(error);
}
