/** Convolutional layers. Kernels are [...window, in, out] in the file and [out, in, ...window] in the graph. */
import type { Tensor } from '../../../graph/types.ts';
import { activateOutput, only } from '../activations.ts';
import { extent, padsOf } from '../padding.ts';
import type { Window } from '../padding.ts';
import { range } from '../scope.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';
import { reshaped, transposed } from '../transposition.ts';

const convolution: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const kernel = scope.weight('kernel', scope.rank(input));
  const value = convolve(scope, input, {
    window: windowOf(scope, kernel),
    kernel: scope.constant('kernel', () => outFirst(kernel)),
    group: scope.number('groups', 1),
    bias: biasOf(scope),
  });
  return activateOutput(scope, { value, order: scope.channelsOrder() });
};

const depthwise: LayerHandler = (scope, inputs) => {
  const value = convolveDepthwise(scope, only(scope, inputs), biasOf(scope));
  return activateOutput(scope, { value, order: scope.channelsOrder() });
};

const separable: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const filtered = convolveDepthwise(scope, input, undefined);
  const pointwise = scope.weight('pointwise_kernel', scope.rank(input));
  const kernel = scope.constant('pointwise_kernel', () => outFirst(pointwise));
  const value = scope.builder.conv(filtered, kernel, {}, biasOf(scope));
  return activateOutput(scope, { value, order: scope.channelsOrder() });
};

const transposedConvolution: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const kernel = scope.weight('kernel', scope.rank(input));
  const window = windowOf(scope, kernel);
  const x = scope.windowed(input);
  const axes = scope.sizesAfter(x, 2).map((size, axis) => transposedAxis(scope, size, axis, window));
  const value = scope.builder.convTranspose(
    x,
    // The file holds [...window, out, in].
    scope.constant('kernel', () => outFirst(kernel)),
    {
      strides: window.strides,
      dilations: window.dilations,
      pads: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)],
      outputPadding: axes.map(({ more }) => more),
    },
    biasOf(scope),
  );
  return activateOutput(scope, { value, order: scope.channelsOrder() });
};

/**
 * The pads of the convolution that this layer transposes, whose input is this layer's output: size·stride for
 * "same", and size·stride + max(extent − stride, 0) for "valid"; an output_padding says the output's size another
 * way. `more` is what the output has beyond the reach of the kernel.
 */
function transposedAxis(
  scope: LayerScope,
  size: number,
  axis: number,
  window: Window,
): { begin: number; end: number; more: number } {
  const stride = window.strides[axis] ?? 1;
  const reach = (size - 1) * stride + extent(axis, window);
  const padding = scope.text('padding', 'valid');
  if (padding !== 'valid' && padding !== 'same') {
    throw scope.refuse(`has the padding ${padding}, expected valid or same`);
  }
  const given = outputPadding(scope, window.kernel.length)?.[axis];
  const least =
    padding === 'same' ? size * stride : size * stride + Math.max(extent(axis, window) - stride, 0);
  const cut = padding === 'same' ? 2 * Math.floor(extent(axis, window) / 2) : 0;
  const output = given === undefined ? least : reach - cut + given;
  const total = Math.max(reach - output, 0);
  const begin = padding === 'same' ? Math.floor(total / 2) : 0;
  return { begin, end: total - begin, more: Math.max(output - reach, 0) };
}

function outputPadding(scope: LayerScope, axes: number): readonly number[] | undefined {
  const value = scope.setting('output_padding') ?? null;
  if (value === null) return undefined;
  const list: unknown = typeof value === 'number' ? Array.from({ length: axes }, () => value) : value;
  const fits = Array.isArray(list) && list.length === axes;
  if (!fits || !list.every((more) => Number.isInteger(more) && Number(more) >= 0)) {
    throw scope.malformed('output_padding', `${String(axes)} whole numbers`);
  }
  return list as readonly number[];
}

interface Convolution {
  readonly window: Window;
  readonly kernel: string;
  readonly group: number;
  readonly bias: string | undefined;
}

function convolve(scope: LayerScope, input: LayerValue, settings: Convolution): string {
  const { window, kernel, group, bias } = settings;
  const x = scope.windowed(input);
  return scope.builder.conv(
    x,
    kernel,
    {
      strides: window.strides,
      dilations: window.dilations,
      pads: padsOf(scope, scope.sizesAfter(x, 2), window),
      ...(group === 1 ? {} : { group }),
    },
    bias,
  );
}

/**
 * Each channel gives `depth_multiplier` channels of its own, next to each other. Keras 3 calls the kernel of a
 * depthwise layer kernel, others depthwise_kernel as all do in a separable layer.
 */
function convolveDepthwise(scope: LayerScope, input: LayerValue, bias: string | undefined): string {
  const name =
    scope.hasWeight('depthwise_kernel') || !scope.hasWeight('kernel') ? 'depthwise_kernel' : 'kernel';
  const stored = scope.weight(name, scope.rank(input));
  const window = windowOf(scope, stored);
  const [channels = 1, multiplier = 1] = stored.dims.slice(-2);
  const kernel = scope.constant('depthwise_kernel', () => {
    const axes = window.kernel.length;
    const order = [axes, axes + 1, ...window.kernel.keys()];
    return reshaped(transposed(stored, order), [channels * multiplier, 1, ...window.kernel]);
  });
  return convolve(scope, input, { window, kernel, group: channels, bias });
}

export function windowOf(scope: LayerScope, kernel: Tensor): Window {
  const axes = kernel.dims.length - 2;
  return {
    kernel: kernel.dims.slice(0, axes),
    strides: scope.sizes('strides', axes, 1),
    dilations: scope.sizes('dilation_rate', axes, 1),
  };
}

/** [...window, a, b] as [b, a, ...window]. */
export function outFirst(kernel: Tensor<'float32'>): Tensor<'float32'> {
  const axes = kernel.dims.length - 2;
  return transposed(kernel, [axes + 1, axes, ...range(0, axes)]);
}

export function biasOf(scope: LayerScope): string | undefined {
  if (!scope.flag('use_bias', true)) return undefined;
  return scope.constant('bias', () => scope.weight('bias', 1));
}

export const convolutionLayers: Readonly<Record<string, LayerHandler>> = {
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  DepthwiseConv1D: depthwise,
  DepthwiseConv2D: depthwise,
  SeparableConv1D: separable,
  SeparableConv2D: separable,
  Conv1DTranspose: transposedConvolution,
  Conv2DTranspose: transposedConvolution,
  Conv3DTranspose: transposedConvolution,
};
