/** Choosing elements: by condition, by index, by rank. */
import { int, text } from '../../graph/attributes.ts';
import { float32, int64s, tensor } from '../../graph/tensor.ts';
import { once } from '../backward.ts';
import type { BackwardNode, Partial, RuleTable } from '../backward.ts';
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
      const zeros = filledLike(node.builder, node.input(0), 0);
      const places = wholeTuples(node, node.int('batch_dims'));
      return node.apply('ScatterND', [zeros, places, node.gradient], { reduction: text('add') });
    },
    undefined,
  ],

  ScatterElements: (node) => {
    const axis = int(node.axis());
    return scattered(node, {
      read: (value) => node.apply('GatherElements', [value, node.input(1)], { axis }),
      write: (onto, values, reduction) =>
        node.apply('ScatterElements', [onto, node.input(1), values], { axis, reduction: text(reduction) }),
    });
  },

  ScatterND: (node) =>
    scattered(node, {
      read: (value) => node.apply('GatherND', [value, node.input(1)]),
      write: (onto, values, reduction) =>
        node.apply('ScatterND', [onto, node.input(1), values], { reduction: text(reduction) }),
    }),

  // off + hot·(on − off), with the two numbers as the third input
  OneHot: (node) => [
    undefined,
    undefined,
    () => {
      const { builder } = node;
      const ends = builder.constant(float32([2], [0, 1]));
      const hot = node.apply('OneHot', [node.input(0), node.input(1), ends], node.node.attributes);
      const all = node.dims(node.output()).map((_, axis) => axis);
      const total = (value: string): string => builder.reshape(builder.reduceSum(value, all, false), [1]);
      const on = total(builder.mul(node.gradient, builder.cast(hot, node.dataType)));
      return builder.concat([builder.sub(total(node.gradient), on), on], 0);
    },
  ],
};

/** How a scatter reads the places that it writes to, and writes. */
interface Places {
  readonly read: (value: string) => string;
  readonly write: (onto: string, values: string, reduction: string) => string;
}

/** What is overwritten has no gradient, and what is added to has it unchanged. */
function scattered(node: BackwardNode, { read, write }: Places): (Partial | undefined)[] {
  const { builder } = node;
  const reduction = node.text('reduction');
  const updates = node.input(2);
  if (reduction === 'none') {
    return [
      () => write(node.gradient, filledLike(builder, updates, 0), 'none'),
      undefined,
      () => read(node.gradient),
    ];
  }
  if (reduction === 'add') return [() => node.gradient, undefined, () => read(node.gradient)];
  if (reduction === 'mul') return multiplied(node, { read, write });
  if (reduction === 'max' || reduction === 'min') return extreme(node, { read, write });
  throw node.refuse(`the reduction ${reduction} has no gradient rule`);
}

/**
 * Each factor of a product has the product of the others as its slope: of all that are not 0, over its own, and 0 where
 * another factor is.
 */
function multiplied(node: BackwardNode, { read, write }: Places): (Partial | undefined)[] {
  const { builder } = node;
  const [data, updates] = [node.input(0), node.input(2)];
  const none = (value: string): string => node.mask(builder.equal(value, node.scalar(0)));
  const [noneOfData, noneOfUpdates] = [once(() => none(data)), once(() => none(updates))];
  const lifted = (value: string, zero: string): string => builder.add(value, zero);
  const zeros = once(() => write(noneOfData(), noneOfUpdates(), 'add'));
  const products = once(() => write(lifted(data, noneOfData()), lifted(updates, noneOfUpdates()), 'mul'));
  const slope = (value: string, zero: string, count: string, product: string): string =>
    builder.mul(builder.div(product, lifted(value, zero)), node.mask(builder.equal(count, zero)));
  return [
    () => builder.mul(node.gradient, slope(data, noneOfData(), zeros(), products())),
    undefined,
    () => builder.mul(read(node.gradient), slope(updates, noneOfUpdates(), read(zeros()), read(products()))),
  ];
}

/** All that reach an extreme share its gradient, as PyTorch has it. */
function extreme(node: BackwardNode, { read, write }: Places): (Partial | undefined)[] {
  const { builder } = node;
  const reaches = (value: string, most: string): string => node.mask(builder.equal(value, most));
  const ofData = once(() => reaches(node.input(0), node.output()));
  const ofUpdates = once(() => reaches(node.input(2), read(node.output())));
  const share = once(() => builder.div(node.gradient, write(ofData(), ofUpdates(), 'add')));
  return [() => builder.mul(ofData(), share()), undefined, () => builder.mul(ofUpdates(), read(share()))];
}

/** The index tuples of GatherND with the places along the first `batch` axes, which they leave out, put before them. */
function wholeTuples(node: BackwardNode, batch: number): string {
  const { builder } = node;
  const indices = node.input(1);
  if (batch === 0) return indices;
  const last = node.dims(indices).length - 1;
  const one = builder.slice(indices, { starts: [0], ends: [1], axes: [last] });
  const ones = node.apply('ConstantOfShape', [builder.shape(one)], {
    value: { kind: 'tensor', value: int64s([1]) },
  });
  const along = Array.from({ length: batch }, (_, axis) =>
    node.apply('CumSum', [ones, builder.constant(tensor('int64', [], BigInt64Array.of(BigInt(axis))))], {
      exclusive: int(1),
    }),
  );
  return builder.concat([...along, indices], last);
}

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
