/** Inputs that broadcast together: their examples must lie along one axis, counted from the end. */
import { repeatedAt, rowsAt, SHARED, SIZE, type Rows } from './rows.ts';
import type { RowRule, RowSite } from './site.ts';

/** An operand of a broadcast, its rank that of its own shape. */
export interface Operand {
  readonly rows: Rows;
  readonly dims: readonly (number | string)[];
}

/**
 * The rows of the broadcast of operands.
 *
 * @param rank of the broadcast shape
 */
export function joined(site: RowSite, operands: readonly Operand[], rank: number): Rows {
  const placed = operands.flatMap(({ rows, dims }) =>
    rows.kind === 'rows' || rows.kind === 'repeated' ? [{ rows, axis: rows.axis + rank - dims.length }] : [],
  );
  const [first] = placed;
  if (first === undefined) return operands.some(({ rows }) => rows.kind === 'size') ? SIZE : SHARED;
  if (operands.some(({ rows }) => rows.kind === 'size')) {
    return site.mixes('computes with the number of examples in the batch');
  }
  const { axis } = first;
  if (placed.some((other) => other.axis !== axis)) {
    return site.mixes('puts the examples of a batch along two axes, and so beside each other');
  }
  for (const { rows, dims } of operands) {
    const own = dims[axis - rank + dims.length];
    // A value of the size of the batch that is no example's own tells the examples apart by their place.
    if (rows.kind === 'shared' && own !== undefined && own !== 1) {
      return site.mayMix(`joins examples with a value of size ${String(own)} along their axis`);
    }
  }
  const inners = placed.flatMap(({ rows }) => (rows.kind === 'rows' ? [rows.inner] : []));
  const [inner] = inners;
  if (inner === undefined) return repeatedAt(axis);
  if (inners.some((other) => other !== inner)) {
    return site.mixes('joins values whose examples lie in different orders');
  }
  return rowsAt(axis, inner);
}

/** An operator of one element at a time, with broadcasting. */
export const elementwise: RowRule = (site) => {
  const operands = site.inputs.flatMap((rows, index) =>
    site.has(index) ? [{ rows, dims: site.dims(index) }] : [],
  );
  return site.all(joined(site, operands, site.outputDims().length));
};
