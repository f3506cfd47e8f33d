/** Operators that take or put elements at given places. */
import { axisOf, movedTo, repeatedAt, SIZE, type Rows } from './rows.ts';
import { joined } from './joining.ts';
import type { RowRule, RowRules, RowSite } from './site.ts';

const pickedFrom = 'picks examples out of the batch';

const gather: RowRule = (site) => {
  const [data, indices] = [site.rows(0), site.rows(1)];
  const axis = site.axis();
  const [own, chosen] = [axisOf(data), axisOf(indices)];
  if (own !== undefined && chosen !== undefined) return site.mayMix();
  if (own !== undefined) {
    if (indices.kind === 'size') return site.mayMix();
    if (own === axis) return site.mixes(pickedFrom);
    return site.all(movedTo(data, own < axis ? own : own + site.rank(1) - 1));
  }
  if (chosen !== undefined) {
    return data.kind === 'size'
      ? site.mixes('computes with the batch size')
      : site.all(movedTo(indices, axis + chosen));
  }
  return site.all(data.kind === 'size' || indices.kind === 'size' ? SIZE : data);
};

/** Places and elements have the same rows, and the places do not run along theirs. */
const sameRows =
  (...values: readonly number[]): RowRule =>
  (site) => {
    const axis = site.axis();
    const operands = values.map((index) => ({ rows: site.rows(index), dims: site.dims(index) }));
    const places = new Set(operands.map(({ rows }) => axisOf(rows)));
    if (places.size > 1) return site.mayMix();
    const [place] = places;
    if (place === axis) return site.mixes(pickedFrom);
    return site.all(joined(site, operands, site.outputDims().length));
  };

/** Tuples of places; behind `batch_dims` axes, the first of which the examples lie along. */
const gatherTuples: RowRule = (site) => {
  const [data, indices] = [site.rows(0), site.rows(1)];
  if (data.kind === 'shared' && axisOf(indices) !== undefined && axisOf(indices) !== site.rank(1) - 1) {
    return site.all(indices);
  }
  const batchDims = site.int('batch_dims');
  const [own, chosen] = [axisOf(data), axisOf(indices)];
  if (own !== undefined && own < batchDims && chosen === own) {
    return site.all(
      joined(
        site,
        [
          { rows: data, dims: site.outputDims() },
          { rows: indices, dims: site.outputDims() },
        ],
        site.outputDims().length,
      ),
    );
  }
  if (own !== undefined && indices.kind === 'shared') {
    const length = Number(site.dims(1).at(-1));
    return own < batchDims + length
      ? site.mixes(pickedFrom)
      : site.all(movedTo(data, own - length + site.rank(1) - 1));
  }
  return site.mayMix();
};

const scatterTuples: RowRule = (site) => {
  const [data, indices, updates] = [site.rows(0), site.rows(1), site.rows(2)];
  const own = axisOf(data);
  if (indices.kind !== 'shared' || own === undefined) return site.mayMix();
  const length = Number(site.dims(1).at(-1));
  if (!(own >= length)) return site.mixes(pickedFrom);
  const place = own - length + site.rank(1) - 1;
  if (updates.kind === 'shared') return site.mayMix();
  return site.all(axisOf(updates) === place ? data : site.mayMix());
};

/** The axis of the classes comes in beside the others. */
const oneHot: RowRule = (site) => {
  site.onlyExamplesIn(0);
  const rows = site.rows(0);
  const own = axisOf(rows);
  const axis = site.axis(site.rank(0) + 1);
  return site.all(own === undefined ? rows : movedTo(rows, own < axis ? own : own + 1));
};

/** Sizes; those of a value without a size of the batch are the same for every batch. */
const shape: RowRule = (site) => {
  const known = site.builder.elementsOf(site.node.outputs[0] ?? '');
  const fixed = known?.every((size) => typeof size === 'number') === true;
  return site.all(fixed || site.rows(0).kind === 'shared' ? { kind: 'shared' } : SIZE);
};

/** One number everywhere. */
const filled: RowRule = (site) => site.all(filledRows(site));

function filledRows(site: RowSite): Rows {
  if (site.rows(0).kind === 'rows') return site.mayMix();
  const open = site.outputDims().flatMap((dim, axis) => (typeof dim === 'string' ? [axis] : []));
  const [axis] = open;
  if (axis === undefined) return site.rows(0).kind === 'size' ? SIZE : site.rows(0);
  return open.length === 1 ? repeatedAt(axis) : site.mayMix();
}

export const indexingRows = {
  ConstantOfShape: filled,
  Gather: gather,
  GatherElements: sameRows(0, 1),
  GatherND: gatherTuples,
  OneHot: oneHot,
  ScatterElements: sameRows(0, 1, 2),
  ScatterND: scatterTuples,
  Shape: shape,
  Size: shape,
} satisfies RowRules;
