/** Matrix products and other fixed linear maps. */
import { float, int } from '../../graph/attributes.ts';
import type { BackwardNode, RuleTable } from '../backward.ts';
import { sumTo } from '../broadcasting.ts';
import { reshapeLike, reshapeTo } from '../../graph/reshaping.ts';

export const linear: RuleTable = {
  Gemm: (node) => {
    const transposeA = node.int('transA') === 1;
    const transposeB = node.int('transB') === 1;
    const alpha = node.float('alpha');
    const beta = node.float('beta');
    const [a, b] = [node.input(0), node.input(1)];
    const product = (left: string, transA: boolean, right: string, transB: boolean): string =>
      node.apply('Gemm', [left, right], {
        alpha: float(alpha),
        transA: int(transA ? 1 : 0),
        transB: int(transB ? 1 : 0),
      });
    return [
      () =>
        transposeA
          ? product(b, transposeB, node.gradient, true)
          : product(node.gradient, false, b, !transposeB),
      () =>
        transposeB
          ? product(node.gradient, true, a, transposeA)
          : product(a, !transposeA, node.gradient, false),
      () => node.sumToInput(node.scaled(node.gradient, beta), 2),
    ];
  },

  // A sum up to here has the sum from here on as its gradient.
  CumSum: (node) => [
    () => {
      const reverse = int(node.int('reverse') === 1 ? 0 : 1);
      return node.apply('CumSum', [node.gradient, node.input(1)], { ...node.node.attributes, reverse });
    },
    undefined,
  ],

  Trilu: (node) => [
    () => node.apply('Trilu', [node.gradient, ...node.node.inputs.slice(1)], node.node.attributes),
    undefined,
  ],

  MatMul: (node) => [() => matMulByLeft(node), () => matMulByRight(node)],
};

/** The operands as stacks of matrices, a vector being a row on the left and a column on the right. */
function matrices(node: BackwardNode): { left: string; right: string; gradient: string } {
  const { builder } = node;
  const [a, b] = [node.input(0), node.input(1)];
  const leftVector = node.dims(a).length === 1;
  const rightVector = node.dims(b).length === 1;
  // A row goes missing before a column does, so that is the order in which they come back.
  const missing = [
    ...(leftVector ? [node.dims(node.output()).length - (rightVector ? 0 : 1)] : []),
    ...(rightVector ? [node.dims(node.output()).length + (leftVector ? 1 : 0)] : []),
  ];
  return {
    left: leftVector ? builder.unsqueeze(a, [0]) : a,
    right: rightVector ? builder.unsqueeze(b, [1]) : b,
    gradient: missing.length === 0 ? node.gradient : builder.unsqueeze(node.gradient, missing),
  };
}

function transposed(node: BackwardNode, value: string): string {
  const axes = node.dims(value).map((_, axis) => axis);
  return node.builder.transpose(value, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

function matMulByLeft(node: BackwardNode): string {
  const { builder } = node;
  const { left, right, gradient } = matrices(node);
  const product = builder.matMul(gradient, transposed(node, right));
  const wide = [...node.dims(gradient).slice(0, -2), ...node.dims(left).slice(-2)];
  const summed = sumTo(builder, product, wide, node.dims(left));
  return left === node.input(0) ? summed : reshapeLike(builder, summed, node.input(0));
}

function matMulByRight(node: BackwardNode): string {
  const { builder } = node;
  const { left, right, gradient } = matrices(node);
  if (node.dims(right).length === 2 && node.dims(left).length > 2) {
    // One product over all rows of the stack, in place of a product for each and a sum.
    const rows = (value: string): string => builder.reshape(value, [-1, Number(node.dims(value).at(-1))]);
    const known = [left, gradient].every((value) => typeof node.dims(value).at(-1) === 'number');
    if (known) {
      const product = builder.gemm(rows(left), rows(gradient), undefined, { transposeA: true });
      return right === node.input(1) ? product : reshapeLike(builder, product, node.input(1));
    }
  }
  const product = builder.matMul(transposed(node, left), gradient);
  const wide = [...node.dims(gradient).slice(0, -2), ...node.dims(right).slice(-2)];
  const summed = sumTo(builder, product, wide, node.dims(right));
  return right === node.input(1) ? summed : reshapeTo(builder, summed, node.dims(node.input(1)));
}
