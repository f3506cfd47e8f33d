/**
 * The gradient of a dense two-dimensional convolution by its kernel as one matrix product.
 *
 * Lay the padded input x and the output gradient g, padded at its end to the same size, channels first and all pixels
 * of all examples in one row. Then the gradient at tap (i, j) is Σₚ g[p]·x[p + i·width + j]: a shift along the row.
 * Shifting g by the i and x by the j, all taps are the blocks of one product of kernelHeight·M by kernelWidth·C rows.
 * The shifted copies cost one concatenation: of copies with zeros between them, read back with a longer row, each
 * starts a little later or earlier than the one before it.
 */
import type { GraphBuilder } from '../../graph/builder.ts';
import { zeros } from '../../graph/tensor.ts';
import { padOrCrop } from '../reshaping.ts';
import type { KernelGradient } from './convolution-weight.ts';

/** Beyond this share of padding the products of zeros cost more than the copies they save (measured on CPUs). */
const MOST_PADDING = 1.3;

/** Whether the single product applies, and padding does not make it wasteful. */
export function isSkewable({ windows, group, kernelDims }: KernelGradient): boolean {
  const [, , kernelHeight = 0] = kernelDims;
  if (group !== 1 || windows.length !== 2 || kernelHeight < 2) return false;
  if (!windows.every(({ stride, dilation }) => stride === 1 && dilation === 1)) return false;
  const padded = windows.reduce((area, { wide, begin, end }) => area * (wide + begin + end), 1);
  const counted = windows.reduce((area, { count }) => area * count, 1);
  return padded <= MOST_PADDING * counted;
}

/**
 * Appends the product.
 *
 * @returns the gradient's name, of the kernel's shape
 */
export function appendSkewedProduct(builder: GraphBuilder, gradient: KernelGradient): string {
  const { windows } = gradient;
  const [outputs = 0, inputs = 0, height = 0, width = 0] = gradient.kernelDims;
  const [, columns] = windows;
  const rowWidth = columns === undefined ? 0 : columns.wide + columns.begin + columns.end;

  const wide = channelRows(
    builder,
    gradient.wide,
    inputs,
    windows.map(({ begin, end }) => [begin, end]),
  );
  const counted = channelRows(
    builder,
    gradient.counted,
    outputs,
    windows.map(({ kernel }) => [0, kernel - 1]),
  );
  // With P pixels and rows of L = P + (height − 1)·rowWidth: copy j of x begins j·(L − 1), copy i of g begins
  // i·(L + rowWidth) after the start. Where x wraps into its next copy, g is zero.
  const reach = (height - 1) * rowWidth;
  const xRows = copies(builder, wide, inputs, width, reach - 1, reach + width - 1);
  const gRows = copies(builder, counted, outputs, height, reach + rowWidth, 0);
  const product = builder.gemm(gRows, xRows, undefined, { transposeB: true });
  const taps = builder.reshape(product, [outputs, height, inputs, width]);
  return builder.transpose(taps, [0, 2, 1, 3]);
}

/** [N, C, h, w] as [C, N·h·w], padded first. */
function channelRows(
  builder: GraphBuilder,
  value: string,
  channels: number,
  margins: readonly (readonly [number, number])[],
): string {
  const byChannel = builder.transpose(value, [1, 0, 2, 3]);
  const padded = padOrCrop(
    builder,
    byChannel,
    margins.map(([begin, end], axis) => ({ axis: axis + 2, begin, end })),
  );
  return builder.reshape(padded, [channels, -1]);
}

/** [C, P] repeated along its rows with zeros between the copies and after the last, read as [C·count, …]. */
function copies(
  builder: GraphBuilder,
  rows: string,
  channels: number,
  count: number,
  between: number,
  after: number,
): string {
  const gap = builder.constant(zeros([channels, between]));
  const parts = Array.from({ length: count }, (_, index) => (index === 0 ? [rows] : [gap, rows])).flat();
  if (after > 0) parts.push(builder.constant(zeros([channels, after])));
  return builder.reshape(builder.concat(parts, 1), [channels * count, -1]);
}
