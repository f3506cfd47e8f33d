/** Operators that move elements and change none. */

import type { BackwardNode, Partial, RuleTable } from '../backward.ts';
import { filledLike, isFloating } from '../../graph/filling.ts';
import { reshapeLike, reshapeTo } from '../../graph/reshaping.ts';
import { paddedInput, padValue } from './padding.ts';
import { slicedInput } from './slicing.ts';

const reshaped = (node: BackwardNode): (Partial | undefined)[] => [
  () => reshapeLike(node.builder, node.gradient, node.input(0)),
  undefined,
];

export const movement: RuleTable = {
  Identity: (node) => [() => node.gradient],

  Cast: (node) => {
    const from = node.builder.type(node.input(0)).dataType;
    // Only a floating input of a floating output is on a path; others end it with a gradient of 0.
    return [isFloating(from) ? () => node.builder.cast(node.gradient, from) : undefined];
  },

  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,

  Transpose: (node) => [
    () => {
      const axes = Array.from({ length: node.rank }, (_, axis) => axis);
      const permutation = node.attribute('perm', 'ints') ?? axes.toReversed();
      return node.builder.transpose(
        node.gradient,
        axes.map((axis) => permutation.indexOf(axis)),
      );
    },
  ],

  Concat: (node) => {
    const axis = node.axis();
    const size = (input: string): number => node.fixedDim(input, axis);
    return node.node.inputs.map((input, index, inputs) => () => {
      if (inputs.length === 1) return node.gradient;
      const begin = inputs.slice(0, index).reduce((sum, before) => sum + size(before), 0);
      return node.builder.slice(node.gradient, {
        starts: [begin],
        ends: [begin + size(input)],
        axes: [axis],
      });
    });
  },

  Split: (node) => [
    () => {
      const known = node.gradients.find((gradient) => gradient !== undefined) ?? node.output();
      const { dataType } = node.builder.type(known);
      const parts = node.node.outputs.map((output, index) => {
        if (output === '') throw node.refuse(`its output number ${String(index + 1)} has no name`);
        return node.gradients[index] ?? filledLike(node.builder, output, 0, dataType);
      });
      return node.builder.concat(parts, node.axis());
    },
    undefined,
  ],

  Slice: (node) => [() => slicedInput(node), undefined, undefined, undefined, undefined],

  Pad: (node) => [() => paddedInput(node), undefined, () => padValue(node), undefined],

  Expand: (node) => [() => node.sumToInput(node.gradient, 0), undefined],

  Tile: (node) => [() => tiledInput(node), undefined],

  // Blocks to channels and back, in the order of the operators' default mode (DCR).
  SpaceToDepth: (node) => [() => node.apply('DepthToSpace', [node.gradient], node.node.attributes)],

  DepthToSpace: (node) => [
    () => {
      if (node.text('mode') === 'CRD') return columnsToChannels(node);
      const { blocksize } = node.node.attributes;
      return node.apply('SpaceToDepth', [node.gradient], blocksize === undefined ? {} : { blocksize });
    },
  ],

  Dropout: (node) => [() => keptByDropout(node), undefined, undefined],
};

/** The blocks of a picture back to channels, where the channels of the result came first (CRD). */
function columnsToChannels(node: BackwardNode): string {
  const { builder } = node;
  const block = node.int('blocksize');
  const [channels = 0, height = 0, width = 0] = node.fixedDims(node.input(0), 1);
  const apart = builder.reshape(node.gradient, [-1, channels / block ** 2, height, block, width, block]);
  const moved = builder.transpose(apart, [0, 1, 3, 5, 2, 4]);
  return builder.reshape(moved, [-1, channels, height, width]);
}

/** Outside training, dropout is the identity; in training, the elements it kept pass, scaled as on the way there. */
function keptByDropout(node: BackwardNode): string {
  const { builder } = node;
  const training = node.has(2) ? (node.constants(2, 'mode')?.[0] ?? 0) !== 0 : false;
  const ratio = node.constants(1, 'ratio')?.[0] ?? 0.5;
  if (!training || ratio === 0) return node.gradient;
  if (node.output(1) === '') throw node.refuse('in training mode it needs its mask as second output');
  return builder.mul(node.gradient, node.scaled(node.mask(node.output(1)), 1 / (1 - ratio)));
}

/** Sums the copies. */
function tiledInput(node: BackwardNode): string {
  const repeats = node.constants(1, 'repeats') ?? [];
  const dims = node.dims(node.input(0));
  const copied = repeats.flatMap((count, axis) => (count === 1 ? [] : [axis]));
  if (copied.length === 0) return node.gradient;
  const apart = dims.flatMap((dim, axis) => (copied.includes(axis) ? [repeats[axis] ?? 1, dim] : [dim]));
  const axes = copied.map((axis, place) => axis + place);
  return node.builder.reduceSum(reshapeTo(node.builder, node.gradient, apart), axes, false);
}
