/** Convolutional layers. Kernels are [...window, in, out] in the file and [out, in, ...window] in the graph. */
import type { Tensor } from '../../../graph/types.ts';
import { activateOutput, only } from '../activations.ts';
import { extent, padsOf, sameTotal } from '../padding.ts';
import type { Window } from '../padding.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';
import { reshaped, transposed } from '../transposition.ts';

const convolution: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const kernel = kernelOf(scope, input, 'kernel');
  const value = convolve(scope, input, {
    window: windowOf(scope, kernel),
    kernel: scope.constant('kernel', () => outFirst(kernel)),
    group: scope.number('groups', 1),
    bias: biasOf(scope),
  });
  return activateOutput(scope, { value, order: 'channels first' });
};

const depthwise: LayerHandler = (scope, inputs) => {
  const value = convolveDepthwise(scope, only(scope, inputs), biasOf(scope));
  return activateOutput(scope, { value, order: 'channels first' });
};

const separable: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const filtered = convolveDepthwise(scope, input, undefined);
  const pointwise = scope.weight('pointwise_kernel', scope.rank(input));
  const kernel = scope.constant('pointwise_kernel', () => outFirst(pointwise));
  const value = scope.builder.conv(filtered, kernel, {}, biasOf(scope));
  return activateOutput(scope, { value, order: 'channels first' });
};

const transposedConvolution: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  scope.assertChannelsLast();
  if ((scope.setting('output_padding') ?? null) !== null)
    throw scope.refuse('has an output_padding of its own');
  const kernel = scope.weight('kernel', scope.rank(input));
  const window = windowOf(scope, kernel);
  const axes = window.kernel.map((_, axis) => transposedAxis(scope, input, axis, window));
  const value = scope.builder.convTranspose(
    scope.channelsFirst(input),
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
  return activateOutput(scope, { value, order: 'channels first' });
};

/**
 * The pads of the convolution that this layer transposes, whose input is this layer's output: size·stride for
 * "same", and size·stride + max(extent − stride, 0) for "valid". `more` is what the output has beyond the reach
 * of the kernel.
 */
function transposedAxis(
  scope: LayerScope,
  input: LayerValue,
  axis: number,
  window: Window,
): { begin: number; end: number; more: number } {
  const stride = window.strides[axis] ?? 1;
  const output = (scope.shape(input)[axis] ?? 1) * stride;
  const total = scope.text('padding', 'valid') === 'same' ? sameTotal(output, axis, window) : 0;
  const begin = Math.floor(total / 2);
  return { begin, end: total - begin, more: Math.max(stride - extent(axis, window), 0) };
}

interface Convolution {
  readonly window: Window;
  readonly kernel: string;
  readonly group: number;
  readonly bias: string | undefined;
}

function convolve(scope: LayerScope, input: LayerValue, settings: Convolution): string {
  scope.assertChannelsLast();
  const { window, kernel, group, bias } = settings;
  return scope.builder.conv(
    scope.channelsFirst(input),
    kernel,
    {
      strides: window.strides,
      dilations: window.dilations,
      pads: padsOf(scope, scope.shape(input).slice(0, -1), window),
      ...(group === 1 ? {} : { group }),
    },
    bias,
  );
}

/** Each channel gives `depth_multiplier` channels of its own, next to each other. */
function convolveDepthwise(scope: LayerScope, input: LayerValue, bias: string | undefined): string {
  const stored = kernelOf(scope, input, 'depthwise_kernel');
  const window = windowOf(scope, stored);
  const [channels = 1, multiplier = 1] = stored.dims.slice(-2);
  const kernel = scope.constant('depthwise_kernel', () => {
    const axes = window.kernel.length;
    const order = [axes, axes + 1, ...window.kernel.keys()];
    return reshaped(transposed(stored, order), [channels * multiplier, 1, ...window.kernel]);
  });
  return convolve(scope, input, { window, kernel, group: channels, bias });
}

function kernelOf(scope: LayerScope, input: LayerValue, name: string): Tensor<'float32'> {
  return scope.weight(name, scope.rank(input));
}

function windowOf(scope: LayerScope, kernel: Tensor): Window {
  const axes = kernel.dims.length - 2;
  return {
    kernel: kernel.dims.slice(0, axes),
    strides: scope.perAxis('strides', axes, 1),
    dilations: scope.perAxis('dilation_rate', axes, 1),
  };
}

/** [...window, a, b] as [b, a, ...window]. */
function outFirst(kernel: Tensor<'float32'>): Tensor<'float32'> {
  const axes = kernel.dims.length - 2;
  return transposed(kernel, [axes + 1, axes, ...Array.from({ length: axes }, (_, axis) => axis)]);
}

function biasOf(scope: LayerScope): string | undefined {
  if (!scope.flag('use_bias', true)) return undefined;
  return scope.constant('bias', () => scope.weight('bias', 1));
}

export const convolutionLayers: Readonly<Record<string, LayerHandler>> = {
  Conv1D: convolution,
  Conv2D: convolution,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Conv2DTranspose: transposedConvolution,
};
