/** The gradient of a convolution by its kernel: chooses how it is computed. */
import type { GraphBuilder } from '../../graph/builder.ts';
import { appendPatchProduct, gainsByPatches } from './convolution-weight-patches.ts';
import { appendShiftedProduct, keepsSize } from './convolution-weight-shifted.ts';
import { appendTapProducts } from './convolution-weight-taps.ts';
import type { KernelGradient } from './kernel-gradient.ts';

/**
 * Appends Σ over examples and windows of counted · wide under each kernel tap.
 *
 * @returns the gradient's name, of the kernel's shape
 */
export function appendKernelGradient(builder: GraphBuilder, gradient: KernelGradient): string {
  if (keepsSize(gradient)) return appendShiftedProduct(builder, gradient);
  return gainsByPatches(gradient)
    ? appendPatchProduct(builder, gradient)
    : appendTapProducts(builder, gradient);
}
