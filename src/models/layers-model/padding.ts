/** Keras's padding as the explicit pads of ONNX: the begin of each spatial axis, then the end of each. */
import type { LayerScope } from './scope.ts';

export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/**
 * The pads of a window over the given spatial sizes. "same" keeps ceil(size / stride) positions and puts the odd
 * element at the end, as TensorFlow does, so at stride 2 it is not symmetric; "causal" pads the beginning only.
 *
 * @param padding that of the layer's settings, unless said otherwise
 */
export function padsOf(
  scope: LayerScope,
  sizes: readonly number[],
  window: Window,
  padding = scope.text('padding', 'valid'),
): number[] {
  switch (padding) {
    case 'valid':
      return [...sizes, ...sizes].map(() => 0);
    case 'same': {
      const totals = sizes.map((size, axis) => sameTotal(size, axis, window));
      const begins = totals.map((total) => Math.floor(total / 2));
      return [...begins, ...totals.map((total, axis) => total - (begins[axis] ?? 0))];
    }
    case 'causal':
      return [...sizes.map((_, axis) => extent(axis, window) - 1), ...sizes.map(() => 0)];
    default:
      throw scope.refuse(`has the padding ${padding}, expected valid, same or causal`);
  }
}

/** How many elements "same" adds along one axis. */
export function sameTotal(size: number, axis: number, window: Window): number {
  const stride = window.strides[axis] ?? 1;
  const positions = Math.ceil(size / stride);
  return Math.max((positions - 1) * stride + extent(axis, window) - size, 0);
}

/** The number of input elements from the first to the last that a window touches. */
export function extent(axis: number, window: Window): number {
  return ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) + 1;
}
