/** Files read and written so that a failure is one clear line and never a half-written file. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { access, constants, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
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

/** A pipe without a writer would keep its reader waiting. Where there is no such flag, it counts as 0. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Opens a file for reading.
 *
 * @param what names the file's role in the message, e.g. `model`
 * @throws InputError when it is missing or unreadable, or no file but a folder, a pipe or a device
 */
export async function openInputFile(path: string, what: string): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, FLAGS);
    assertFile(await file.stat());
    return file;
  } catch (error) {
    await file?.close();
    throw unreadable(path, what, error);
  }
}

/** Does as `openInputFile`, at once; the descriptor is the caller's to close. */
export function openInputFileSync(path: string, what: string): number {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, FLAGS);
    assertFile(fstatSync(descriptor));
    return descriptor;
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw unreadable(path, what, error);
  }
}

/**
 * Reads a whole file.
 *
 * @param what names the file's role in the message, e.g. `model`
 * @throws InputError when it is missing or unreadable, or no file but a folder, a pipe or a device
 */
export async function readInputFile(path: string, what: string): Promise<Buffer> {
  const file = await openInputFile(path, what);
  try {
    return await file.readFile();
  } catch (error) {
    throw unreadable(path, what, error);
  } finally {
    await file.close();
  }
}

function unreadable(path: string, what: string, error: unknown): InputError {
  return new InputError(`cannot read the ${what} ${path}: ${reasonOf(error)}`);
}

function assertFile(status: Stats): void {
  if (status.isDirectory()) throw new Error(reasons['EISDIR']);
  if (!status.isFile()) throw new Error('it is a pipe or a device, not a file');
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'the disk is full',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  ENXIO: 'it is a pipe or a device, not a file',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB, which cannot be read at once',
  ERR_INVALID_ARG_VALUE: 'a path holds no null character',
};

/** Why a file operation failed, in plain words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? messageOf(error);
}
