/** All files and folders below a folder. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
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
  // Where the links that were followed on the way lead: one that leads back would have no end.
  const walk = async (relative: string, linked: readonly string[]): Promise<void> => {
    const path = join(folder, relative);
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      throw new InputError(`cannot read the folder ${path}: ${messageOf(error)}`);
    });
    for (const entry of entries) {
      if (isLeftover(entry.name)) continue;
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        folders.push(name);
        await walk(name, linked);
      } else if (entry.isSymbolicLink() && (await leadsToFolder(join(folder, name)))) {
        folders.push(name);
        await walk(name, [...linked, await followed(join(folder, name), linked)]);
      } else {
        files.push(name);
      }
    }
  };
  await walk('', []);
  return { files, folders };
}

/** Links to folders within folders that links lead to. */
const mostLinks = 4;

/** Where a link to a folder leads, unless it goes round in a circle. */
async function followed(path: string, linked: readonly string[]): Promise<string> {
  const target = await realpath(path);
  const stands = await realpath(dirname(path));
  const isCircle = linked.includes(target) || `${stands}${sep}`.startsWith(`${target}${sep}`);
  if (isCircle || linked.length === mostLinks) {
    throw new InputError(
      isCircle
        ? `the link ${path} leads back to a folder that it stands in: remove it`
        : `the link ${path} stands behind ${String(mostLinks)} others: name the folder that it leads to`,
    );
  }
  return target;
}

async function leadsToFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new InputError(`cannot follow the link ${path}: ${messageOf(error)}`);
  }
}
