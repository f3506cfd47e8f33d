/**
 * The gradient of a convolution by its kernel as one product with the patches that its windows see: a row for each tap
 * and input channel, a column for each window. With one tap the patches are the image itself; with few channels the
 * rows of all taps together fill a product that a single tap would not.
 */
import { int } from '../../graph/attributes.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import { padOrCrop } from '../reshaping.ts';
import type { KernelGradient } from './convolution-weight.ts';
import type { WindowAxis } from './windows.ts';

/** Below this many channels a product of one tap wastes most of the runtime's blocks of 16. */
const FEW_CHANNELS = 16;

/** Whether the single product applies and is worth its copies. */
export function gainsByPatches({ kernelDims, windows, group }: KernelGradient): boolean {
  const [, inputs = 0] = kernelDims;
  return (
    group === 1 &&
    (windows.every(({ kernel }) => kernel === 1) ||
      (inputs < FEW_CHANNELS && commonStride(windows) !== undefined))
  );
}

/**
 * Appends the product.
 *
 * @returns the gradient's name, of the kernel's shape
 */
export function appendPatchProduct(builder: GraphBuilder, gradient: KernelGradient): string {
  const { wide, counted, windows, kernelDims } = gradient;
  const [outputs = 0, inputs = 0, ...extents] = kernelDims;
  const taps = tapsOf(extents);
  const rowsOf = (value: string, rows: number): string =>
    builder.reshape(builder.transpose(value, [1, 0, ...windows.map((_, axis) => axis + 2)]), [rows, -1]);
  const patches =
    taps.length === 1 ? everyWindow(builder, wide, windows) : tapPatches(builder, gradient, taps);
  const product = builder.gemm(rowsOf(counted, outputs), rowsOf(patches, taps.length * inputs), undefined, {
    transposeB: true,
  });
  const tapsLast =
    taps.length === 1
      ? product
      : builder.transpose(builder.reshape(product, [outputs, taps.length, inputs]), [0, 2, 1]);
  return builder.reshape(tapsLast, kernelDims);
}

/** What the one tap of each window lies on, [N, C, …count]. */
function everyWindow(builder: GraphBuilder, value: string, windows: readonly WindowAxis[]): string {
  const padded = padOrCrop(
    builder,
    value,
    windows.map(({ begin, end }, axis) => ({ axis: axis + 2, begin, end })),
  );
  const strided = windows.flatMap(({ stride }, axis) => (stride === 1 ? [] : [{ axis: axis + 2, stride }]));
  if (strided.length === 0) return padded;
  return builder.slice(padded, {
    starts: strided.map(() => 0),
    ends: strided.map(() => Number.MAX_SAFE_INTEGER),
    axes: strided.map(({ axis }) => axis),
    steps: strided.map(({ stride }) => stride),
  });
}

/**
 * What each tap of each window lies on, [N, taps·C, …count]. The image is first taken apart by the remainders of its
 * positions by the stride, once: a tap's elements then lie side by side, and a slice copies whole rows.
 */
function tapPatches(
  builder: GraphBuilder,
  { wide, windows, kernelDims }: KernelGradient,
  taps: readonly (readonly number[])[],
): string {
  const channels = kernelDims[1] ?? 0;
  const stride = commonStride(windows) ?? 1;
  const padded = padOrCrop(
    builder,
    wide,
    windows.map(({ begin, end, span, count }, axis) => {
      const covered = (count - 1) * stride + span;
      return { axis: axis + 2, begin, end: end + Math.ceil(covered / stride) * stride - covered };
    }),
  );
  const apart = stride === 1 ? padded : builder.apply('SpaceToDepth', [padded], { blocksize: int(stride) });
  const copies = taps.map((tap) => {
    const offsets = windows.map(({ dilation }, axis) => (tap[axis] ?? 0) * dilation);
    const phase = offsets.reduce((place, offset) => place * stride + (offset % stride), 0);
    const starts = [phase * channels, ...offsets.map((offset) => Math.floor(offset / stride))];
    const sizes = [channels, ...windows.map(({ count }) => count)];
    return builder.slice(apart, {
      starts,
      ends: starts.map((start, axis) => start + (sizes[axis] ?? 0)),
      axes: starts.map((_, axis) => axis + 1),
    });
  });
  return builder.concat(copies, 1);
}

/** The stride of all axes, where an image can be taken apart by it: 1, or the same along both axes of two. */
function commonStride(windows: readonly WindowAxis[]): number | undefined {
  const strides = new Set(windows.map(({ stride }) => stride));
  const [stride] = strides;
  return strides.size === 1 && (stride === 1 || windows.length === 2) ? stride : undefined;
}

/** Every position in a kernel, in C order. */
export function tapsOf(extents: readonly number[]): number[][] {
  return extents.reduce<number[][]>(
    (taps, extent) =>
      taps.flatMap((tap) => Array.from({ length: extent }, (_, position) => [...tap, position])),
    [[]],
  );
}
