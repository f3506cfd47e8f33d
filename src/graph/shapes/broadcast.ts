/** Numpy broadcasting: shapes are aligned at the end, and a size of 1 gives way. */
import type { Dimension } from '../types.ts';
import type { Application } from './application.ts';
import { named, neverSame, same, shapeText, sizeText } from './dimensions.ts';

/**
 * The shape that two shapes broadcast to. A named size beside a number above 1 is taken to be that number or 1.
 *
 * @throws InputError where no values of the names make them fit
 */
export function broadcast(
  site: Application,
  a: readonly Dimension[],
  b: readonly Dimension[],
): readonly Dimension[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === 1 || same(left, right)) return right === 1 ? left : right;
    if (right === 1) return left;
    const fixed = typeof left === 'number' && typeof right === 'number';
    if (fixed || (neverSame(left, right) && neverSame(left, 1) && neverSame(right, 1))) {
      site.fail(
        `the shapes ${shapeText(a)} and ${shapeText(b)} do not broadcast: expected equal sizes or 1, found ` +
          `${sizeText(left)} and ${sizeText(right)}`,
      );
    }
    if (typeof left === 'number') return left;
    return typeof right === 'number' ? right : named('broadcast', left, right);
  });
}

/** The shape that the present inputs broadcast to together. */
export function broadcastInputs(site: Application, indices: readonly number[]): readonly Dimension[] {
  return indices
    .filter((index) => site.has(index))
    .map((index) => site.dims(index))
    .reduce((a, b) => broadcast(site, a, b), []);
}
