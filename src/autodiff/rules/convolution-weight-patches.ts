/**
 * The gradient of a convolution by its kernel as one product with the patches that its windows see: a row for each tap
 * and input channel, a column for each window. With one tap the patches are the image itself; with few channels the
 * rows of all taps together fill a product that a single tap would not.
 */
import { int } from '../../graph/attributes.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import { padOrCrop } from '../../graph/reshaping.ts';
import type { KernelGradient } from './kernel-gradient.ts';
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
  const patches =
    taps.length === 1 ? everyWindow(builder, wide, windows) : tapPatches(builder, gradient, taps);
  const rows = taps.length * inputs;
  const positions = windows.reduce((product, { count }) => product * count, 1);
  // One product for each image and their sum, or one for all: what is the less to write.
  const product =
    2 * outputs * rows < positions * (outputs + rows)
      ? sumOfProducts(builder, [counted, outputs], [patches, rows])
      : builder.gemm(rowsOf(builder, counted, outputs), rowsOf(builder, patches, rows), undefined, {
          transposeB: true,
        });
  const tapsLast =
    taps.length === 1
      ? product
      : builder.transpose(builder.reshape(product, [outputs, taps.length, inputs]), [0, 2, 1]);
  return builder.reshape(tapsLast, kernelDims);
}

/** [N, rows, …] as [rows, N·…]. */
function rowsOf(builder: GraphBuilder, value: string, rows: number): string {
  const permutation = builder.dims(value).map((_, axis) => axis);
  return builder.reshape(builder.transpose(value, [1, 0, ...permutation.slice(2)]), [rows, -1]);
}

/** Σ over N of a·bᵀ, for a [N, M, …] and b [N, K, …]: [M, K]. */
function sumOfProducts(
  builder: GraphBuilder,
  [a, aRows]: readonly [string, number],
  [b, bRows]: readonly [string, number],
): string {
  const columns = builder.transpose(builder.reshape(b, [0, bRows, -1]), [0, 2, 1]);
  const products = builder.matMul(builder.reshape(a, [0, aRows, -1]), columns);
  return builder.reduceSum(products, [0], false);
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
