/** Operators that move elements: where the examples go. */
import { attribute } from '../attributes.ts';
import { divideExactly, multiply, product } from '../shapes/dimensions.ts';
import type { Dimension } from '../types.ts';
import { joined } from './joining.ts';
import { axisOf, movedTo, namesBatch, repeatedAt, rowsAt, SHARED, SIZE, type Rows } from './rows.ts';
import type { RowRule, RowRules, RowSite } from './site.ts';

/**
 * The rows after a change of shape that keeps the order of the elements: example n's neighbour in the batch is as many
 * elements further as before.
 *
 * @param dims before
 * @param after the new shape
 */
export function reshapedRows(
  site: RowSite,
  rows: Rows,
  dims: readonly Dimension[],
  after: readonly Dimension[],
): Rows {
  if (rows.kind === 'shared' || rows.kind === 'size') return rows;
  const axes = after.flatMap((dim, axis) => (namesBatch(dim, site.batch) ? [axis] : []));
  const [axis] = axes;
  if (axis === undefined || axes.length > 1) {
    return site.mixes(
      `brings the examples into the shape [${after.join(', ').slice(0, 80)}], which has no axis of theirs`,
    );
  }
  const behind = product(after.slice(axis + 1));
  if (rows.kind === 'repeated') {
    // All alike along the whole axis: so they are along any part of it, if nothing else joins it.
    const whole = multiply(dims[rows.axis] ?? 1, product(dims.slice(rows.axis + 1)));
    const kept = divideExactly(multiply(after[axis] ?? 1, behind), whole);
    if (kept === 1) return repeatedAt(axis);
    if (dims[rows.axis] !== site.batch) return site.mayMix();
  }
  // Beside what lies along an axis of the examples' alone, each has its own place, alike or not.
  const own = rows.kind === 'rows' ? rows.inner : 1;
  const distance = multiply(own, product(dims.slice(rows.axis + 1)));
  const inner = divideExactly(distance, behind);
  const fits =
    typeof inner === 'number' && divideExactly(after[axis] ?? 1, multiply(site.batch, inner)) !== undefined;
  return fits
    ? rowsAt(axis, inner)
    : site.mixes('takes the examples of a batch apart and puts parts of several together');
}

/** Reshape, Flatten, Squeeze, Unsqueeze: input 1 is a shape or a list of axes. */
const reshaped: RowRule = (site) => {
  if (site.rows(1).kind === 'rows') return site.mayMix();
  const rows = site.rows(0);
  if (rows.kind === 'shared' && site.rows(1).kind === 'size') {
    return site.all(site.outputDims().some((dim) => namesBatch(dim, site.batch)) ? site.mayMix() : SHARED);
  }
  return site.all(reshapedRows(site, rows, site.dims(0), site.outputDims()));
};

const transpose: RowRule = (site) => {
  const own = site.axisOf(0);
  const order =
    attribute(site.node, 'perm', 'ints') ?? site.dims(0).map((_, axis, all) => all.length - 1 - axis);
  return site.all(own === undefined ? site.rows(0) : movedTo(site.rows(0), order.indexOf(own)));
};

const concat: RowRule = (site) => {
  const rank = site.outputDims().length;
  const axis = site.axis(rank);
  const operands = site.inputs.map((rows, index) => ({ rows, dims: site.dims(index) }));
  const places = operands.flatMap(({ rows }) => axisOf(rows) ?? []);
  if (places.length === 0) return site.all(operands.some(({ rows }) => rows.kind === 'size') ? SIZE : SHARED);
  if (places.includes(axis)) {
    return operands.length === 1
      ? site.all(site.rows(0))
      : site.mixes('joins values along the axis of the batch');
  }
  if (places.length < operands.length) return site.mayMix('joins examples with a value that is not theirs');
  return site.all(joined(site, operands, rank));
};

const split: RowRule = (site) => {
  const axis = site.axis();
  if (site.rows(1).kind === 'rows') return site.mayMix();
  return site.axisOf(0) === axis ? site.mixes('parts the batch') : site.all(site.rows(0));
};

const slice: RowRule = (site) => {
  const own = site.axisOf(0);
  if ([1, 2, 3, 4].some((index) => site.rows(index).kind === 'rows')) return site.mayMix();
  if (own === undefined) {
    const sizes = site.inputs.some((rows) => rows.kind === 'size');
    const open = site.outputDims().some((dim) => typeof dim === 'string');
    return site.all(site.rows(0).kind === 'size' || (sizes && open) ? SIZE : SHARED);
  }
  const starts = site.numbers(1);
  const axes = site.has(3) ? site.numbers(3) : starts?.map((_, axis) => axis);
  if (axes === undefined) return site.mayMix('cuts along axes that are not known');
  const at = axes.findIndex((axis) => (axis < 0 ? axis + site.rank(0) : axis) === own);
  if (at >= 0 && !isWhole(site, at, own)) return site.mixes('cuts some examples off the batch');
  return site.all(site.rows(0));
};

function isWhole(site: RowSite, at: number, axis: number): boolean {
  const step = site.numbers(4)?.[at] ?? 1;
  return site.numbers(1)?.[at] === 0 && step === 1 && site.outputDims()[axis] === site.dims(0)[axis];
}

const pad: RowRule = (site) => {
  site.onlyExamplesIn(0);
  const own = site.axisOf(0);
  if (own === undefined) return site.all(site.rows(0));
  const same = site.outputDims()[own] === site.dims(0)[own];
  return same ? site.all(site.rows(0)) : site.mixes('adds rows to the batch');
};

/** Repeats along axes; something of size 1 may be repeated along what becomes the examples' axis. */
const expand: RowRule = (site) => {
  const rows = site.rows(0);
  if (site.rows(1).kind === 'rows') return site.mayMix();
  const after = site.outputDims();
  const own = axisOf(rows);
  const lead = after.length - site.rank(0);
  if (own !== undefined) {
    return after[own + lead] === site.dims(0)[own] ? site.all(movedTo(rows, own + lead)) : site.mayMix();
  }
  const grown = after.flatMap((dim, axis) => (namesBatch(dim, site.batch) ? [axis] : []));
  const [axis] = grown;
  if (axis === undefined) return site.all(rows.kind === 'size' ? SIZE : SHARED);
  return grown.length > 1 || rows.kind === 'size' ? site.mayMix() : site.all(repeatedAt(axis));
};

const tile: RowRule = (site) => {
  const rows = site.rows(0);
  if (site.rows(1).kind === 'rows') return site.mayMix();
  const after = site.outputDims();
  const own = axisOf(rows);
  if (own !== undefined) {
    return after[own] === site.dims(0)[own] ? site.all(rows) : site.mayMix('repeats the batch');
  }
  const grown = after.flatMap((dim, axis) => (namesBatch(dim, site.batch) ? [axis] : []));
  const [axis] = grown;
  if (axis === undefined) return site.all(rows);
  if (grown.length > 1 || rows.kind === 'size') return site.mayMix();
  const size = site.dims(0)[axis];
  if (size === 1) return site.all(repeatedAt(axis));
  return typeof size === 'number' ? site.all(rowsAt(axis, size)) : site.mayMix();
};

export const movementRows = {
  Concat: concat,
  Expand: expand,
  Flatten: reshaped,
  Pad: pad,
  Reshape: reshaped,
  Slice: slice,
  Split: split,
  Squeeze: reshaped,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: reshaped,
} satisfies RowRules;
