/**
 * Where the examples of a batch lie in a value. An evaluation runs many examples at once and promises that what becomes
 * of one depends on no other; a graph keeps that promise only where every node between image and scores is known to
 * keep the rows apart. analysis.ts follows the rows through a graph by the rules beside it.
 */
import type { Dimension } from '../types.ts';

/**
 * - `shared`: the same whatever the batch is.
 * - `size`: depends on how many examples there are, and on nothing in them (shapes and what is computed from them).
 * - `repeated`: every element along `axis`, whose size has the batch as a factor, is the same.
 * - `rows`: along `axis`, of size outer × N × inner, example n has the places (o·N + n)·inner + i.
 */
export type Rows =
  | { readonly kind: 'shared' }
  | { readonly kind: 'size' }
  | { readonly kind: 'repeated'; readonly axis: number }
  | { readonly kind: 'rows'; readonly axis: number; readonly inner: number };

export const SHARED: Rows = { kind: 'shared' };
export const SIZE: Rows = { kind: 'size' };

export const rowsAt = (axis: number, inner = 1): Rows => ({ kind: 'rows', axis, inner });
export const repeatedAt = (axis: number): Rows => ({ kind: 'repeated', axis });

/** The axis that the examples lie along, undefined where a value has none. */
export function axisOf(rows: Rows): number | undefined {
  return rows.kind === 'rows' || rows.kind === 'repeated' ? rows.axis : undefined;
}

/** The rows with their axis moved. */
export function movedTo(rows: Rows, axis: number): Rows {
  return rows.kind === 'rows' || rows.kind === 'repeated' ? { ...rows, axis } : rows;
}

/** Whether a size has the batch as a factor or a term. */
export function namesBatch(dim: Dimension, batch: string): boolean {
  return typeof dim === 'string' && dim.split(/[^A-Za-z0-9_.]+/).includes(batch);
}
