/** Matrix products: the examples may be rows of the left, columns of the right, or stacked; never summed over. */
import { joined } from './joining.ts';
import { axisOf, movedTo, rowsAt, SIZE, type Rows } from './rows.ts';
import type { RowRule, RowRules, RowSite } from './site.ts';

const summedOver = 'sums over the axis of the batch, and so over the examples';

const matrixProduct: RowRule = (site) => {
  site.onlyExamplesIn(0, 1);
  return site.all(product(site, [site.rows(0), site.rows(1)]));
};

function product(site: RowSite, [left, right]: readonly [Rows, Rows]): Rows {
  if (left.kind === 'size' || right.kind === 'size') {
    return left.kind === 'rows' || right.kind === 'rows' ? site.mixes('computes with the batch size') : SIZE;
  }
  const [a, b] = [site.dims(0), site.dims(1)];
  const [own, other] = [axisOf(left), axisOf(right)];
  if (a.length < 2 || b.length < 2) return withVector(site, left, right);
  const rank = site.outputDims().length;
  if (own === a.length - 1 || other === b.length - 2) return site.mixes(summedOver);
  if (own === a.length - 2 || other === b.length - 1) {
    if (own !== undefined && other !== undefined) {
      return site.mixes('multiplies the examples of a batch with each other');
    }
    return own === undefined ? movedTo(right, rank - 1) : movedTo(left, rank - 2);
  }
  const stacks = [
    { rows: left, dims: a.slice(0, -2) },
    { rows: right, dims: b.slice(0, -2) },
  ];
  return joined(site, stacks, rank - 2);
}

/** A vector on one side takes an axis away from the product. */
function withVector(site: RowSite, left: Rows, right: Rows): Rows {
  const [a, b] = [site.dims(0), site.dims(1)];
  const [own, other] = [axisOf(left), axisOf(right)];
  if (own !== undefined && other === undefined && b.length === 1 && own < a.length - 1) return left;
  if (own === undefined && other !== undefined && a.length === 1 && other !== b.length - 2) {
    return movedTo(right, other < b.length - 2 ? other : other - 1);
  }
  if (own === undefined && other === undefined) return left;
  return site.mayMix();
}

/** a·b + c of matrices, each of a and b perhaps transposed. */
const generalProduct: RowRule = (site) => {
  site.onlyExamplesIn(0, 1, 2);
  const placed = (index: number, transposed: boolean): Rows => {
    const rows = site.rows(index);
    const axis = axisOf(rows);
    return axis === undefined || !transposed ? rows : movedTo(rows, 1 - axis);
  };
  const left = placed(0, site.int('transA') === 1);
  const right = placed(1, site.int('transB') === 1);
  if (axisOf(left) === 1 || axisOf(right) === 0) return site.mixes(summedOver);
  if (axisOf(left) !== undefined && axisOf(right) !== undefined) {
    return site.mixes('multiplies the examples of a batch with each other');
  }
  const rows = axisOf(left) === undefined ? right : left;
  const out = site.outputDims();
  // The product stands in for an operand of the output's own shape.
  const third = site.has(2) ? [{ rows: site.rows(2), dims: site.dims(2) }] : [];
  return site.all(joined(site, [{ rows, dims: out }, ...third], out.length));
};

export const productRows = {
  Gemm: generalProduct,
  MatMul: matrixProduct,
  MatMulInteger: matrixProduct,
  QLinearMatMul: (site) => {
    const [a, b] = [site.rows(0), site.rows(3)];
    if (b.kind !== 'shared') return site.mayMix('multiplies two values of the examples in integers');
    return site.all(
      axisOf(a) === site.rank(0) - 1
        ? site.mixes(summedOver)
        : a.kind === 'rows'
          ? rowsAt(a.axis, a.inner)
          : a,
    );
  },
} satisfies RowRules;
