/** Two paths in one argument: IMAGES,LABELS. */
import { existsSync } from 'node:fs';
import { InputError } from '../core/errors.ts';

/**
 * Splits `IMAGES,LABELS`; a path alone, also one with a comma in its name that exists, stays whole.
 *
 * @throws InputError when more than one comma leaves the border unknown
 */
export function splitPair(path: string): readonly [string, string?] {
  const parts = path.split(',');
  if (parts.length === 1 || existsSync(path)) return [path];
  const [images, labels] = parts;
  if (parts.length > 2 || !images || !labels) {
    throw new InputError(`${path} is not a pair of paths: write IMAGES,LABELS`);
  }
  return [images, labels];
}
