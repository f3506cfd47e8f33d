/** Choosing elements: by condition, by index, by rank. */
import { int, text } from '../../graph/attributes.ts';
import type { BackwardNode, RuleTable } from '../backward.ts';
import { filledLike } from '../../graph/filling.ts';
import { padOrCrop, reshapeTo } from '../../graph/reshaping.ts';

/** Zeros of the input's shape with values added at positions along an axis; positions may repeat. */
function scatterAdd(node: BackwardNode, like: string, indices: string, values: string, axis: number): string {
  const zeros = filledLike(node.builder, like, 0, node.builder.type(values).dataType);
  return node.apply('ScatterElements', [zeros, indices, values], { axis: int(axis), reduction: text('add') });
}

export const selection: RuleTable = {
  Where: (node) => {
    const { builder } = node;
    const chosen = (condition: string, index: number): string =>
      node.sumToInput(builder.mul(node.gradient, node.mask(condition)), index);
    return [
      undefined,
      () => chosen(node.input(0), 1),
      () => chosen(builder.apply('Not', [node.input(0)]), 2),
    ];
  },

  Gather: (node) => [() => gatheredFrom(node), undefined],

  GatherElements: (node) => [
    () => scatterAdd(node, node.input(0), node.input(1), node.gradient, node.axis()),
    undefined,
  ],

  TopK: (node) => [
    () => {
      const positions = node.output(1) === '' ? secondOutput(node) : node.output(1);
      return scatterAdd(node, node.input(0), positions, node.gradient, node.axis());
    },
    undefined,
  ],

  GatherND: (node) => [
    () => {
      if (node.int('batch_dims') !== 0) throw node.refuse('batch_dims other than 0 have no rule');
      const zeros = filledLike(node.builder, node.input(0), 0);
      return node.apply('ScatterND', [zeros, node.input(1), node.gradient], { reduction: text('add') });
    },
    undefined,
  ],
};

function gatheredFrom(node: BackwardNode): string {
  const { builder } = node;
  const axis = node.axis();
  const dims = node.dims(node.input(0));
  const indexDims = node.dims(node.input(1));
  const [before, after] = [dims.slice(0, axis), dims.slice(axis + 1)];
  const constant = builder.constantOf(node.input(1));
  const size = dims[axis];

  if (constant?.data.length === 1 && typeof size === 'number') {
    // A single known position: the gradient with zeros around it.
    const index = Number(constant.data[0]);
    const begin = index < 0 ? index + size : index;
    const single = reshapeTo(builder, node.gradient, [...before, 1, ...after]);
    return padOrCrop(builder, single, [{ axis, begin, end: size - 1 - begin }]);
  }
  const count = indexDims.reduce<number | string>(
    (product, dim) => (typeof product === 'number' && typeof dim === 'number' ? product * dim : 'rest'),
    1,
  );
  const flatIndices = builder.reshape(node.input(1), [...before.map(() => 1), -1, ...after.map(() => 1)]);
  const values =
    indexDims.length === 1 ? node.gradient : reshapeTo(builder, node.gradient, [...before, count, ...after]);
  const everywhere = builder.type(flatIndices).dims.every((dim, place) => dim === builder.dims(values)[place])
    ? flatIndices
    : builder.expand(flatIndices, builder.shape(values));
  return scatterAdd(node, node.input(0), everywhere, values, axis);
}

/** The indices of a node that gives none: its twin does. */
function secondOutput({ builder, node }: BackwardNode): string {
  const outputs = [builder.fresh('values'), builder.fresh('indices')];
  return builder.node(node.operator, node.inputs, node.attributes, { outputs })[1] ?? '';
}
