/** Operators with a window. Keras pads by "valid" or "same"; any other padding is a ZeroPadding2D layer before. */
import { float32 } from '../../../graph/tensor.ts';
import type { Tensor } from '../../../graph/types.ts';
import type { JsonObject } from '../../../core/json.ts';
import { sameTotal } from '../padding.ts';
import type { Window } from '../padding.ts';
import { reshaped, transposed } from '../transposition.ts';
import type { Exported, ExportScope, OperatorExporter } from './scope.ts';

const conv: OperatorExporter = (scope) => {
  const kernel = scope.weight(1);
  const bias = scope.node.inputs[2] === undefined ? undefined : scope.weight(2);
  const window = windowOf(scope, kernel.dims.slice(2));
  const { input, padding } = padded(scope, window);
  const [, channels = 1] = scope.dims(0);
  const [filters = 1] = kernel.dims;
  const group = scope.int('group', 1);
  const common: JsonObject = {
    kernel_size: [...window.kernel],
    strides: [...window.strides],
    dilation_rate: [...window.dilations],
    padding,
    data_format: 'channels_last',
    activation: 'linear',
    use_bias: bias !== undefined,
  };
  const weights: Readonly<Record<string, Tensor<'float32'>>> = bias === undefined ? {} : { bias };
  if (group === 1) {
    const stored = transposed(kernel, [2, 3, 1, 0]);
    return scope.layer('Conv2D', { ...common, filters }, [input], { kernel: stored, ...weights });
  }
  if (group !== channels) throw scope.refuse(`it has ${String(group)} groups, expected 1 or one per channel`);
  const multiplier = filters / channels;
  const byChannel = reshaped(kernel, [channels, multiplier, ...window.kernel]);
  return scope.layer('DepthwiseConv2D', { ...common, depth_multiplier: multiplier }, [input], {
    depthwise_kernel: transposed(byChannel, [2, 3, 0, 1]),
    ...weights,
  });
};

const maxPool: OperatorExporter = (scope) => {
  const window = poolWindow(scope);
  // Zeros beside the image change no maximum where nothing is negative.
  const { input, padding } = padded(scope, window, scope.producerOf(0) === 'Relu' ? 'zeros' : 'none');
  return scope.layer('MaxPooling2D', poolConfig(window, padding), [input]);
};

const averagePool: OperatorExporter = (scope) => {
  const window = poolWindow(scope);
  // Zeros count in the average exactly where the operator says so; Keras's "same" does not count them.
  const counted = scope.int('count_include_pad', 0) === 1;
  const { input, padding } = padded(scope, window, counted ? 'only zeros' : 'none');
  return scope.layer('AveragePooling2D', poolConfig(window, padding), [input]);
};

const globalAveragePool: OperatorExporter = (scope) => {
  const [, , ...spatial] = scope.dims(0);
  if (spatial.length !== 2) throw scope.refuse(`it has ${String(spatial.length)} spatial axes, expected 2`);
  return { layer: scope.layers.add('GlobalAveragePooling2D', {}, [scope.input(0)]), form: 'vector' };
};

const pad: OperatorExporter = (scope) => {
  const pads = scope.integers(1);
  const value =
    scope.node.inputs[2] === undefined || scope.node.inputs[2] === '' ? 0 : scope.weight(2).data[0];
  const mode = scope.node.attributes['mode'];
  const isZeros = mode === undefined || (mode.kind === 'string' && mode.value === 'constant');
  const [n, c, top = 0, left = 0, nEnd, cEnd, bottom = 0, right = 0] = pads ?? [];
  const spatialOnly = pads?.length === 8 && n === 0 && c === 0 && nEnd === 0 && cEnd === 0;
  if (
    !isZeros ||
    value !== 0 ||
    !spatialOnly ||
    Math.min(...pads) < 0 ||
    (scope.node.inputs[3] ?? '') !== ''
  ) {
    throw scope.refuse('only zeros around the two spatial axes can be added');
  }
  return { layer: zeroPadding(scope, scope.input(0), [top, left, bottom, right]), form: 'same axes' };
};

function windowOf(scope: ExportScope, kernel: readonly number[]): Window {
  if (kernel.length !== 2) throw scope.refuse(`it has ${String(kernel.length)} spatial axes, expected 2`);
  const ones = kernel.map(() => 1);
  return { kernel, strides: scope.ints('strides', ones), dilations: scope.ints('dilations', ones) };
}

function poolWindow(scope: ExportScope): Window {
  const window = windowOf(scope, scope.ints('kernel_shape', []));
  if (window.dilations.some((dilation) => dilation !== 1)) throw scope.refuse('its window is dilated');
  if (scope.node.outputs.length > 1) throw scope.refuse('its indices are used');
  return window;
}

function poolConfig(window: Window, padding: string): JsonObject {
  return {
    pool_size: [...window.kernel],
    strides: [...window.strides],
    padding,
    data_format: 'channels_last',
  };
}

/**
 * The input with the node's padding around it, or Keras's name for that padding.
 *
 * @param fill whether zeros may stand for the padding, must, or may not
 */
function padded(
  scope: ExportScope,
  window: Window,
  fill: 'zeros' | 'only zeros' | 'none' = 'zeros',
): { input: string; padding: 'same' | 'valid' } {
  const input = scope.input(0);
  if (scope.node.attributes['auto_pad'] !== undefined) throw scope.refuse('its padding is left to auto_pad');
  const sizes = scope.dims(0).slice(2);
  const pads = scope.ints('pads', [0, 0, 0, 0]);
  if (scope.int('ceil_mode', 0) === 1) throw scope.refuse('it rounds the number of windows up (ceil_mode)');
  if (pads.every((size) => size === 0)) return { input, padding: 'valid' };
  if (fill !== 'only zeros' && isSame(sizes, window, pads)) return { input, padding: 'same' };
  if (fill === 'none') throw scope.refuse(`its padding [${pads.join(', ')}] is neither "valid" nor "same"`);
  return { input: zeroPadding(scope, input, pads), padding: 'valid' };
}

function isSame(sizes: readonly number[], window: Window, pads: readonly number[]): boolean {
  return sizes.every((size, axis) => {
    const total = sameTotal(size, axis, window);
    const begin = Math.floor(total / 2);
    return pads[axis] === begin && pads[axis + sizes.length] === total - begin;
  });
}

function zeroPadding(scope: ExportScope, input: string, pads: readonly number[]): string {
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  const padding = [
    [top, bottom],
    [left, right],
  ];
  return scope.layers.add('ZeroPadding2D', { padding, data_format: 'channels_last' }, [input]);
}

export const windowExporters: Readonly<Record<string, OperatorExporter>> = {
  Conv: conv,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  Pad: pad,
};

/** Per-channel numbers for a layer: the Keras layer that shifts and scales each channel by its own. */
export function channelAffine(
  scope: ExportScope,
  input: Exported,
  channels: number,
  { scale, mean, offset }: Readonly<Record<'scale' | 'mean' | 'offset', readonly number[]>>,
): Exported {
  const each = (values: readonly number[]): Tensor<'float32'> =>
    float32([channels], values.length === 1 ? new Float32Array(channels).fill(values[0] ?? 0) : values);
  const config = { axis: -1, epsilon: 0, momentum: 0.99, center: true, scale: true };
  const layer = scope.layers.add('BatchNormalization', config, [input.layer], {
    gamma: each(scale),
    beta: each(offset),
    moving_mean: each(mean),
    moving_variance: each([1]),
  });
  return { layer, form: input.form };
}
