/** Reductions over axes. */
import { int } from '../../graph/attributes.ts';
import { tensor } from '../../graph/tensor.ts';
import type { BackwardNode, Partial, RuleTable } from '../backward.ts';
import { expandLike } from '../broadcasting.ts';
import { countAlong } from '../counting.ts';
import { reshapeTo } from '../../graph/reshaping.ts';

/** The reduced axes: an attribute or the second input, all where neither says. */
function reducedAxes(node: BackwardNode): number[] {
  const given = node.attribute('axes', 'ints') ?? node.constants(1, 'axes') ?? [];
  if (given.length > 0) return given.map((axis) => (axis < 0 ? axis + node.rank : axis));
  const none = node.int('noop_with_empty_axes') === 1;
  return none ? [] : Array.from({ length: node.rank }, (_, axis) => axis);
}

/** A value of the reduced shape with the reduced axes back as ones, so that it broadcasts against the input. */
function kept(node: BackwardNode, value: string): string {
  if (node.int('keepdims') === 1) return value;
  const axes = reducedAxes(node);
  return reshapeTo(
    node.builder,
    value,
    node.dims(node.input(0)).map((dim, axis) => (axes.includes(axis) ? 1 : dim)),
  );
}

/** A rule for a reduction whose gradient is that of the result times a slope of the input's shape. */
const sloped =
  (slope: (node: BackwardNode) => string) =>
  (node: BackwardNode): Partial[] => [() => node.builder.mul(slope(node), kept(node, node.gradient))];

/** Equal shares to all elements that hold the extremum. */
function extremum(node: BackwardNode): Partial[] {
  const { builder } = node;
  return [
    () => {
      const holds = node.mask(builder.equal(node.input(0), kept(node, node.output())));
      const axes = reducedAxes(node);
      if (axes.length === 0) return node.gradient;
      return builder.mul(holds, builder.div(kept(node, node.gradient), builder.reduceSum(holds, axes)));
    },
  ];
}

function productsOfOthers(node: BackwardNode): string {
  const { builder } = node;
  const axes = reducedAxes(node);
  if (axes.length === 0) return node.gradient;
  const dims = node.dims(node.input(0));
  const stay = dims.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...stay, ...axes];
  const sizes = axes.map((axis) => node.fixedDim(node.input(0), axis));
  const count = sizes.reduce((product, size) => product * size, 1);
  const remaining = stay.map((axis) => dims[axis] ?? 1);
  const rows = reshapeTo(builder, builder.transpose(node.input(0), order), [...remaining, 1, count]);
  const own = Uint8Array.from({ length: count * count }, (_, index) => (index % (count + 1) === 0 ? 1 : 0));
  const others = builder.where(builder.constant(tensor('bool', [count, count], own)), node.scalar(1), rows);
  const last = builder.shapeConstant([-1]);
  const products = builder.apply('ReduceProd', [others, last], { keepdims: int(0) });
  const placed = builder.transpose(
    reshapeTo(builder, products, [...remaining, ...sizes]),
    dims.map((_, axis) => order.indexOf(axis)),
  );
  return builder.mul(placed, kept(node, node.gradient));
}

export const reduction: RuleTable = {
  ReduceSum: (node) => [() => expandLike(node.builder, kept(node, node.gradient), node.input(0))],

  ReduceMean: (node) => [
    () => {
      const share = node.builder.div(
        kept(node, node.gradient),
        countAlong(node.builder, node.input(0), reducedAxes(node)),
      );
      return expandLike(node.builder, share, node.input(0));
    },
  ],

  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceSumSquare: sloped((node) => node.scaled(node.input(0), 2)),
  ReduceL1: sloped((node) => node.builder.sign(node.input(0))),

  // The product of the others: of rows in which each element in turn is 1.
  ReduceProd: (node) => [() => productsOfOthers(node)],

  // x/‖x‖, and 0 where the norm is 0: the quotient's upper part is 0 there too.
  ReduceL2: sloped((node) => {
    const norm = kept(node, node.output());
    const empty = node.mask(node.builder.equal(norm, node.scalar(0)));
    return node.builder.div(node.input(0), node.builder.add(norm, empty));
  }),

  // ln Σx, of slope 1/Σx = e^(−y)
  ReduceLogSum: sloped((node) => {
    const slope = node.builder.exp(node.builder.neg(kept(node, node.output())));
    return expandLike(node.builder, slope, node.input(0));
  }),

  ReduceLogSumExp: sloped((node) =>
    node.builder.exp(node.builder.sub(node.input(0), kept(node, node.output()))),
  ),
};
