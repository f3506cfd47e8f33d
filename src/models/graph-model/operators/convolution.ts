/** Convolutions. Kernels are [height, width, in, out] in the file and [out, in, height, width] in the graph. */
import type { Window } from '../../layers-model/padding.ts';
import { inOrder } from '../operand.ts';
import type { Operand } from '../operand.ts';
import type { Handler, Handlers, OperatorScope } from '../scope.ts';
import { padsOf, perSpatialAxis, transposedPads } from '../window.ts';
import { fusedOperations } from './fused.ts';

interface Kernel {
  readonly value: string;
  readonly group: number;
  readonly sizes: readonly number[];
}

type KernelOf = (scope: OperatorScope, kernel: Operand, channels: number) => Kernel;

const convolution: Handler = (scope) => convolved(scope, fullKernel);
const depthwise: Handler = (scope) => convolved(scope, depthwiseKernel);

function fused(kernelOf: KernelOf): Handler {
  return (scope) => {
    const { bias, finish } = fusedOperations(scope, 2);
    return finish(convolved(scope, kernelOf, bias));
  };
}

/**
 * A convolution of the first input by the second. On an image that SpaceToBatchND took apart it is a convolution
 * dilated by the blocks, whose result is taken apart the same way.
 */
function convolved(scope: OperatorScope, kernelOf: KernelOf, bias?: string): Operand {
  const { builder } = scope;
  const strides = perSpatialAxis(scope, 'strides', 1);
  const dilations = perSpatialAxis(scope, 'dilations', 1);
  const given = scope.unevaluated(0);
  const blocks = given.spread?.blocks;
  const canDilate =
    blocks?.length === 2 &&
    scope.format === 'NHWC' &&
    [...strides, ...dilations].every((step) => step === 1) &&
    scope.text('padding', 'VALID').toUpperCase() === 'VALID' &&
    scope.texts('fused_ops').length === 0;
  const x = canDilate ? given : scope.operand(0);
  const order = scope.channelsFirst(x);
  const image = inOrder(builder, x, order);
  const [, channels = 0] = builder.dims(image);
  if (typeof channels !== 'number') throw scope.refuse('takes an image of unknown channels');
  const kernel = kernelOf(scope, scope.operand(1), channels);
  const window: Window = { kernel: kernel.sizes, strides, dilations: canDilate ? blocks : dilations };
  const settings = {
    strides,
    dilations: window.dilations,
    pads: padsOf(scope, scope.spatial(image), window),
    ...(kernel.group === 1 ? {} : { group: kernel.group }),
  };
  const value = builder.conv(image, kernel.value, settings, bias);
  return canDilate ? { value, order, spread: { blocks } } : { value, order };
}

function fullKernel(scope: OperatorScope, kernel: Operand, channels: number): Kernel {
  const [height, width, inner] = kernelSizes(scope, kernel);
  if (channels % inner !== 0) {
    throw scope.refuse(`has a kernel for ${String(inner)} channels, and the image has ${String(channels)}`);
  }
  return {
    value: inOrder(scope.builder, kernel, [3, 2, 0, 1]),
    group: channels / inner,
    sizes: [height, width],
  };
}

/** [height, width, in, multiplier]: each channel gives `multiplier` channels of its own, next to each other. */
function depthwiseKernel(scope: OperatorScope, kernel: Operand, channels: number): Kernel {
  const [height, width, inner, multiplier] = kernelSizes(scope, kernel);
  if (channels !== inner) {
    throw scope.refuse(`has a kernel for ${String(inner)} channels, and the image has ${String(channels)}`);
  }
  const apart = inOrder(scope.builder, kernel, [2, 3, 0, 1]);
  return {
    value: scope.builder.reshape(apart, [inner * multiplier, 1, height, width]),
    group: inner,
    sizes: [height, width],
  };
}

function kernelSizes(scope: OperatorScope, kernel: Operand): readonly [number, number, number, number] {
  const sizes = scope.dims(kernel).filter((size) => typeof size === 'number');
  const [height, width, inner, outer] = sizes;
  if (height === undefined || width === undefined || inner === undefined || outer === undefined) {
    throw scope.refuse(`has a kernel of [${scope.dims(kernel).join(', ')}], expected four sizes`);
  }
  return [height, width, inner, outer];
}

/** Inputs: the shape of the output, a kernel [height, width, out, in], the image. */
const transposedConvolution: Handler = (scope) => {
  const { builder } = scope;
  const x = scope.operand(2);
  const order = scope.channelsFirst(x);
  const image = inOrder(builder, x, order);
  const shape = scope.elements(0);
  const spatial = scope.format === 'NHWC' ? shape?.slice(1, 3) : shape?.slice(2);
  const outputs = spatial?.filter((size) => typeof size === 'number') ?? [];
  if (outputs.length !== 2) throw scope.refuse('has an output of unknown height and width');
  const kernel = scope.operand(1);
  const window: Window = {
    kernel: kernelSizes(scope, kernel).slice(0, 2),
    strides: perSpatialAxis(scope, 'strides', 1),
    dilations: perSpatialAxis(scope, 'dilations', 1),
  };
  const { pads, more } = transposedPads(scope, scope.spatial(image), outputs, window);
  const value = builder.convTranspose(image, inOrder(builder, kernel, [3, 2, 0, 1]), {
    strides: window.strides,
    dilations: window.dilations,
    pads,
    outputPadding: more,
  });
  return { value, order };
};

function pool(kind: 'maxPool' | 'averagePool'): Handler {
  return (scope) => {
    const { builder } = scope;
    const x = scope.operand(0);
    const order = scope.channelsFirst(x);
    const image = inOrder(builder, x, order);
    const kernel = perSpatialAxis(scope, 'ksize', 1);
    const strides = perSpatialAxis(scope, 'strides', 1);
    const pads = padsOf(scope, scope.spatial(image), { kernel, strides, dilations: [1, 1] });
    // Padding never counts: it is no maximum and no part of an average.
    return { value: builder[kind](image, { kernelShape: kernel, strides, pads }), order };
  };
}

/** Depth to blocks of an image's positions and back; TensorFlow's order of the depth is the graph's default. */
function blocks(operator: 'DepthToSpace' | 'SpaceToDepth'): Handler {
  return (scope) => {
    const x = scope.operand(0);
    const order = scope.channelsFirst(x);
    const size = { blocksize: { kind: 'int', value: scope.attribute('block_size', 2) } } as const;
    return { value: scope.builder.apply(operator, [inOrder(scope.builder, x, order)], size), order };
  };
}

export const imageOperators: Handlers = {
  Conv2D: convolution,
  _FusedConv2D: fused(fullKernel),
  DepthwiseConv2d: depthwise,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: fused(depthwiseKernel),
  Conv2DBackpropInput: transposedConvolution,
  MaxPool: pool('maxPool'),
  AvgPool: pool('averagePool'),
  DepthToSpace: blocks('DepthToSpace'),
  SpaceToDepth: blocks('SpaceToDepth'),
};
