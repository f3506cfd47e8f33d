/**
 * The gradient of a two-dimensional convolution of stride 1 that keeps its size, by its kernel, as one matrix product.
 *
 * Lay the input x and the output gradient g out channels first, with all pixels of all examples in one row. The
 * gradient at tap (i, j) is then Σ g[p]·x[p + (i − top)·width + (j − left)]: a shift along the row, but where it
 * leaves the image; there, g's or x's pixels are zero. Shifting g by the i and x by the j, the gradients of all taps
 * are the blocks of one product of kernelHeight·M by kernelWidth·C rows, with nothing computed in vain.
 *
 * A shifted copy costs no slice: copies joined with zeros between them, and read as rows that are a little longer
 * than a copy, begin each at its own place in its row.
 */
import type { GraphBuilder } from '../../graph/builder.ts';
import { float32, sizeOf, zeros } from '../../graph/tensor.ts';
import type { KernelGradient } from './kernel-gradient.ts';
import type { WindowAxis } from './windows.ts';

/** Whether the single product applies. */
export function keepsSize({ windows, group }: KernelGradient): boolean {
  return (
    group === 1 &&
    windows.length === 2 &&
    windows.some(({ kernel }) => kernel > 1) &&
    windows.every(
      ({ stride, dilation, count, wide, begin, end, kernel }) =>
        stride === 1 &&
        dilation === 1 &&
        count === wide &&
        begin >= 0 &&
        end >= 0 &&
        begin + end === kernel - 1,
    )
  );
}

/**
 * Appends the product.
 *
 * @returns the gradient's name, of the kernel's shape
 */
export function appendShiftedProduct(builder: GraphBuilder, gradient: KernelGradient): string {
  const [rows, columns] = gradient.windows;
  if (rows === undefined || columns === undefined) throw new RangeError('two spatial axes are needed');
  const [outputs = 0, inputs = 0, height = 0, width = 0] = gradient.kernelDims;

  // Of P pixels and a row of P + (height − 1)·stride + width − 1, the copy i of g begins at i·stride + columns.end
  // and the copy j of x at rows.begin·stride + width − 1 − j, where a stride is an image row.
  const stride = columns.wide;
  const counted = shiftedCopies(builder, byChannel(builder, gradient.counted), outputs, {
    masks: Array.from({ length: height }, (_, i) => rowMask(gradient.windows, rows.begin - i)),
    first: columns.end,
    between: height * stride + width - 1,
    last: columns.begin,
  });
  const wide = shiftedCopies(builder, byChannel(builder, gradient.wide), inputs, {
    masks: Array.from({ length: width }, (_, j) => columnMask(gradient.windows, j - columns.begin)),
    first: rows.begin * stride + width - 1,
    between: (height - 1) * stride + width - 2,
    last: rows.end * stride + width - 1,
  });
  const product = builder.gemm(counted, wide, undefined, { transposeB: true });
  // [M, height, C, width] to [M, C, height, width], in steps that move long runs of memory: in one, the runs would be
  // as short as a kernel's row.
  const widthFirst = builder.transpose(builder.reshape(product, [-1, width]), [1, 0]);
  const tapsFirst = builder.transpose(
    builder.reshape(widthFirst, [width, outputs, height, inputs]),
    [2, 0, 1, 3],
  );
  const tapsLast = builder.transpose(builder.reshape(tapsFirst, [height * width, -1]), [1, 0]);
  return builder.reshape(tapsLast, [outputs, inputs, height, width]);
}

/** [N, C, h, w] as [C·N, h·w]. */
function byChannel(builder: GraphBuilder, value: string): string {
  const [, , height = 0, width = 0] = builder.dims(value);
  return builder.reshape(builder.transpose(value, [1, 0, 2, 3]), [-1, Number(height) * Number(width)]);
}

interface Copies {
  /** For each copy, what it is multiplied with, [h·w]; undefined for nothing. */
  readonly masks: readonly (Float32Array | undefined)[];
  /** Zeros before the first copy, between two, and after the last. */
  readonly first: number;
  readonly between: number;
  readonly last: number;
}

/** Copies of [C·N, h·w], joined for each channel and read as [C·count, …]. */
function shiftedCopies(builder: GraphBuilder, value: string, channels: number, copies: Copies): string {
  const gap = (length: number): string[] =>
    length === 0 ? [] : [builder.constant(zeros([channels, length]))];
  const parts = copies.masks.flatMap((mask, index) => {
    const masked =
      mask === undefined ? value : builder.mul(value, builder.constant(float32([mask.length], mask)));
    const copy = builder.reshape(masked, [channels, -1]);
    return [...gap(index === 0 ? copies.first : copies.between), copy];
  });
  const joined = builder.concat([...parts, ...gap(copies.last)], 1);
  return builder.reshape(joined, [channels * copies.masks.length, -1]);
}

/** 0 on the image rows that a shift by so many rows takes out of the image: the first when positive, else the last. */
function rowMask(windows: readonly WindowAxis[], shift: number): Float32Array | undefined {
  const [rows, columns] = windows.map(({ wide }) => wide);
  return maskOf(windows, shift, (pixel) => Math.floor(pixel / (columns ?? 1)), rows ?? 0);
}

/** The same for image columns. */
function columnMask(windows: readonly WindowAxis[], shift: number): Float32Array | undefined {
  const [, columns = 0] = windows.map(({ wide }) => wide);
  return maskOf(windows, shift, (pixel) => pixel % columns, columns);
}

function maskOf(
  windows: readonly WindowAxis[],
  shift: number,
  place: (pixel: number) => number,
  size: number,
): Float32Array | undefined {
  if (shift === 0) return undefined;
  const stays = (at: number): boolean => (shift > 0 ? at >= shift : at < size + shift);
  const pixels = sizeOf(windows.map(({ wide }) => wide));
  return Float32Array.from({ length: pixels }, (_, pixel) => (stays(place(pixel)) ? 1 : 0));
}
