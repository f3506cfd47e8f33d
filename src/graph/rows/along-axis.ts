/** Operators that work along axes: none of them may be that of the examples. */
import { axisOf, movedTo, SIZE, type Rows } from './rows.ts';
import type { RowRule, RowRules, RowSite } from './site.ts';

const overExamples = 'works along the axis of the batch, over the examples';

/** Works along the attribute `axis` and keeps the shape, or only changes the size along it. */
const alongAxis: RowRule = (site) => {
  site.onlyExamplesIn(0);
  if (site.axisOf(0) === site.axis()) return site.mixes(overExamples);
  return site.all(site.rows(0));
};

/** Works on all axes from the attribute `axis` on. */
const fromAxis: RowRule = (site) => {
  site.onlyExamplesIn(0);
  const own = site.axisOf(0);
  if (own !== undefined && own >= site.axis()) return site.mixes(overExamples);
  return site.all(site.rows(0));
};

/** Reductions: axes are input 1; none of them means all, unless that is said to mean nothing. */
export const reduction: RowRule = (site) => {
  const rows = site.rows(0);
  const own = axisOf(rows);
  if (own === undefined) return site.all(rows);
  if (site.has(1) && site.numbers(1) === undefined)
    return site.mayMix('reduces along axes that are not known');
  const given = site.numbers(1) ?? [];
  if (given.length === 0 && site.int('noop_with_empty_axes') === 1) return site.all(rows);
  const rank = site.rank(0);
  const axes =
    given.length === 0
      ? site.dims(0).map((_, axis) => axis)
      : given.map((axis) => (axis < 0 ? axis + rank : axis));
  return site.all(withoutAxes(site, rows, own, axes, site.int('keepdims') === 1));
};

/** ArgMax and ArgMin: one axis, an attribute. */
const extremePlace: RowRule = (site) => {
  const rows = site.rows(0);
  const own = axisOf(rows);
  if (own === undefined) return site.all(rows);
  return site.all(withoutAxes(site, rows, own, [site.axis()], site.int('keepdims') === 1));
};

function withoutAxes(site: RowSite, rows: Rows, own: number, axes: readonly number[], keeps: boolean): Rows {
  if (axes.includes(own)) return site.mixes(overExamples);
  return keeps ? rows : movedTo(rows, own - axes.filter((axis) => axis < own).length);
}

const cumulativeSum: RowRule = (site) => {
  site.onlyExamplesIn(0);
  const [axis] = site.numbers(1) ?? [];
  if (axis === undefined) return site.mayMix('sums along an axis that is not known');
  if (site.axisOf(0) === (axis < 0 ? axis + site.rank(0) : axis)) return site.mixes(overExamples);
  return site.all(site.rows(0));
};

/** Works on the matrices of the last two axes. */
const onMatrices: RowRule = (site) => {
  site.onlyExamplesIn(0);
  const own = site.axisOf(0);
  if (own !== undefined && own >= site.rank(0) - 2) return site.mixes(overExamples);
  return site.all(site.rows(0));
};

/** The number of chosen elements may follow from sizes. */
const topK: RowRule = (site) => {
  const axis = site.axis();
  if (site.axisOf(0) === axis) return site.mixes(overExamples);
  if (site.rows(1).kind === 'rows') return site.mayMix();
  return site.all(site.rows(0).kind === 'shared' && site.rows(1).kind === 'size' ? SIZE : site.rows(0));
};

export const alongAxisRows = {
  ArgMax: extremePlace,
  ArgMin: extremePlace,
  CumSum: cumulativeSum,
  Hardmax: alongAxis,
  LayerNormalization: fromAxis,
  LogSoftmax: alongAxis,
  Softmax: alongAxis,
  TopK: topK,
  Trilu: onMatrices,
} satisfies RowRules;
