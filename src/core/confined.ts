/** Files that another file names: they must stand in that file's folder or below it. */
import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { InputError } from './errors.ts';

/**
 * The path of the weights that a file names.
 *
 * @param holder the file that names them
 * @param location as it stands there, relative to the holder's folder
 * @returns their real path, without links
 * @throws InputError when they are missing, or not in the folder or below it, also by a link
 */
export function weightsBeside(holder: string, location: string): string {
  const folder = dirname(resolve(holder));
  const target = resolve(folder, location);
  const refuse = (why: string): InputError => new InputError(`the weights file ${location} ${why}`);
  if (isAbsolute(location) || leaves(folder, target)) {
    throw refuse("is outside the model's folder, which is not allowed");
  }
  let real: string;
  try {
    real = realpathSync(target);
  } catch {
    throw refuse(`is missing: put it beside ${holder}, which names it`);
  }
  if (leaves(realpathSync(folder), real)) {
    throw refuse("is a link that leaves the model's folder, which is not allowed");
  }
  return real;
}

function leaves(folder: string, target: string): boolean {
  const way = relative(folder, target);
  return way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}
