/** Matrix products. */
import { text } from '../../../graph/attributes.ts';
import { expandInto } from '../../../graph/operators/expand.ts';
import { inOrder, ownOrder } from '../operand.ts';
import type { Operand } from '../operand.ts';
import type { Handler, Handlers, OperatorScope } from '../scope.ts';
import { fusedOperations } from './fused.ts';

/** The product of the first two inputs, each transposed in its last two axes where the attributes say so. */
function product(scope: OperatorScope, flags: readonly [string, string], bias?: string): Operand {
  const { builder } = scope;
  const [a, b] = [scope.operand(0), scope.operand(1)];
  const transposed = flags.map((flag) => scope.flag(flag));
  if (a.order.length === 2 && b.order.length === 2) {
    const [left, right] = [scope.plain(0), scope.plain(1)];
    const value = builder.gemm(left, right, bias, {
      transposeA: transposed[0] === true,
      transposeB: transposed[1] === true,
    });
    return scope.result(value);
  }
  const [left = '', right = ''] = [a, b].map((operand, index) => {
    const rank = operand.order.length;
    if (rank < 2) throw scope.refuse('multiplies a vector, expected matrices');
    const order = ownOrder(rank);
    const last = [rank - 1, rank - 2];
    return inOrder(builder, operand, transposed[index] === true ? [...order.slice(0, -2), ...last] : order);
  });
  return scope.result(builder.matMul(left, right));
}

const matMul: Handler = (scope) => product(scope, ['transpose_a', 'transpose_b']);
const batchMatMul: Handler = (scope) => product(scope, ['adj_x', 'adj_y']);

/** Of matrices only. */
const fusedMatMul: Handler = (scope) => {
  if (scope.rank(0) !== 2 || scope.rank(1) !== 2) throw scope.refuse('multiplies other than two matrices');
  const { bias, finish } = fusedOperations(scope, 2);
  return finish(product(scope, ['transpose_a', 'transpose_b'], bias));
};

/** Written out as products, transpositions and sums. */
const einsum: Handler = (scope) => {
  const { builder, node } = scope;
  const equation = scope.text('equation', '').replaceAll(/\s/g, '');
  const [value = ''] = expandInto(builder, {
    operator: 'Einsum',
    name: node.name,
    inputs: Array.from({ length: scope.count }, (_, index) => scope.plain(index)),
    outputs: [node.name],
    attributes: { equation: text(equation) },
  });
  return scope.result(value);
};

export const matrixOperators: Handlers = {
  MatMul: matMul,
  _FusedMatMul: fusedMatMul,
  BatchMatMul: batchMatMul,
  BatchMatMulV2: batchMatMul,
  Einsum: einsum,
};
