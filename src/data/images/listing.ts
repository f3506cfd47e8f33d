/** All files and folders below a folder. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, messageOf } from '../../core/errors.ts';
import { listFolder } from '../folder.ts';
import { isLeftover } from '../leftovers.ts';

export interface Listing {
  /** Paths relative to the folder, with `/` between names. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Lists a folder and all below it; links are followed, hidden names and those that operating systems
 * leave behind are left out.
 *
 * @returns undefined when the path is a file
 * @throws InputError when there is nothing at the path or a part of it cannot be read
 */
export async function listTree(folder: string): Promise<Listing | undefined> {
  if ((await listFolder(folder)) === undefined) return undefined;
  const files: string[] = [];
  const folders: string[] = [];
  const walk = async (relative: string): Promise<void> => {
    const path = join(folder, relative);
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      throw new InputError(`cannot read the folder ${path}: ${messageOf(error)}`);
    });
    for (const entry of entries) {
      if (isLeftover(entry.name)) continue;
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToFolder(join(folder, name))))) {
        folders.push(name);
        await walk(name);
      } else {
        files.push(name);
      }
    }
  };
  await walk('');
  return { files, folders };
}

async function leadsToFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new InputError(`cannot follow the link ${path}: ${messageOf(error)}`);
  }
}
