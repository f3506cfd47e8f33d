/** What lies at the path of a data set. */
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError, messageOf } from '../core/errors.ts';
import { isLeftover } from './leftovers.ts';

/**
 * The names in a folder, sorted, without what operating systems leave there; undefined when the path is a file.
 *
 * @throws InputError when there is nothing at the path or it cannot be read
 */
export async function listFolder(path: string): Promise<string[] | undefined> {
  try {
    return (await readdir(path)).filter((name) => !isLeftover(name)).sort();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOTDIR') return undefined;
    const reason = code === 'ENOENT' ? 'there is no such file or folder' : messageOf(error);
    throw new InputError(`cannot read the data ${path}: ${reason}`);
  }
}

/** The names in a folder, or the name of the file that the path may be. */
export async function namesAt(path: string): Promise<string[]> {
  return (await listFolder(path).catch(() => undefined)) ?? [basename(path)];
}
