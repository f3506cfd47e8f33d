/** How a recipe's settings are laid over those of the recipe that it extends. */
import { isObject } from '../core/json.ts';

/**
 * What `changes` states, and `base` where it states nothing. Objects merge field by field; lists, numbers, texts and
 * null replace what was there, and so does an object of another `kind`, since its fields are others.
 *
 * @param base parsed JSON
 * @param changes parsed JSON
 */
export function mergeSettings(base: unknown, changes: unknown): unknown {
  if (changes === undefined) return base;
  if (!isObject(base) || !isObject(changes)) return changes;
  if (changes['kind'] !== undefined && changes['kind'] !== base['kind']) return changes;
  const names = new Set([...Object.keys(base), ...Object.keys(changes)]);
  return Object.fromEntries([...names].map((name) => [name, mergeSettings(base[name], changes[name])]));
}
