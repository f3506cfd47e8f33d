/** Pools. */
import { int, ints, text } from '../../graph/attributes.ts';
import { float32 } from '../../graph/tensor.ts';
import type { Attributes } from '../../graph/types.ts';
import type { BackwardNode, RuleTable } from '../backward.ts';
import { expandLike } from '../broadcasting.ts';
import { filledLike } from '../../graph/filling.ts';
import { interleaveZeros, padOrCrop, reshapeLike, reshapeTo } from '../../graph/reshaping.ts';
import { windowsOf } from './windows.ts';
import type { WindowAxis } from './windows.ts';

export const pooling: RuleTable = {
  MaxPool: (node) => [() => toMaxima(node, { ...node.node.attributes, storage_order: int(0) })],

  // PyTorch's counterpart is a pool, in which the first maximum wins, not a reduction, which shares.
  GlobalMaxPool: (node) => [() => toMaxima(node, { kernel_shape: ints(node.fixedDims(node.input(0), 2)) })],

  AveragePool: (node) => [() => averagedInput(node)],

  GlobalAveragePool: (node) => [
    () => {
      const count = node.fixedDims(node.input(0), 2).reduce((product, size) => product * size, 1);
      return expandLike(node.builder, node.scaled(node.gradient, 1 / count), node.input(0));
    },
  ],
};

/** Adds the gradient at the first maximum of each window; windows may overlap. */
function toMaxima(node: BackwardNode, attributes: Attributes): string {
  const { builder } = node;
  const outputs = [builder.fresh('maxima'), builder.fresh('places')];
  const places = builder.node('MaxPool', [node.input(0)], attributes, { outputs })[1] ?? '';
  // Places count through the whole input, examples and channels included.
  const zeros = filledLike(
    builder,
    builder.reshape(node.input(0), [-1]),
    0,
    builder.type(node.gradient).dataType,
  );
  const flat = node.apply(
    'ScatterElements',
    [zeros, builder.reshape(places, [-1]), builder.reshape(node.gradient, [-1])],
    { reduction: text('add') },
  );
  return reshapeLike(builder, flat, node.input(0));
}

function averagedInput(node: BackwardNode): string {
  const { builder } = node;
  const kernel = node.attribute('kernel_shape', 'ints') ?? [];
  const windows = windowsOf(node, kernel, node.input(0), node.output());
  const shares = builder.mul(node.gradient, shareMap(node, windows));

  if (windows.every(({ kernel, stride }) => kernel === stride)) {
    return repeated(node, shares, windows);
  }
  // The sum over the windows that hold an element: a pool of stride 1 over the shares, set apart by the stride.
  const apart = interleaveZeros(
    builder,
    shares,
    windows.map(({ stride }, axis) => ({ axis: axis + 2, step: stride })),
  );
  const margins = windows.map(({ span, begin, end }, axis) => {
    return { axis: axis + 2, begin: span - 1 - begin, end: span - 1 - end };
  });
  // A pool pads by less than its kernel; the rest is padded, or cropped, before it.
  const own = (margin: number, axis: number): number =>
    Math.min(Math.max(margin, 0), (kernel[axis - 2] ?? 1) - 1);
  const ready = padOrCrop(
    builder,
    apart,
    margins.map(({ axis, begin, end }) => {
      return { axis, begin: begin - own(begin, axis), end: end - own(end, axis) };
    }),
  );
  const size = kernel.reduce((product, extent) => product * extent, 1);
  // The product stands before the pool, because onnxruntime would merge the padding into it beyond what it allows.
  return builder.averagePool(node.scaled(ready, size), {
    kernelShape: kernel,
    pads: [
      ...margins.map(({ axis, begin }) => own(begin, axis)),
      ...margins.map(({ axis, end }) => own(end, axis)),
    ],
    countIncludePad: true,
  });
}

/** Windows that touch without overlapping: each share over its window, zeros where no window is. */
function repeated(node: BackwardNode, shares: string, windows: readonly WindowAxis[]): string {
  const { builder } = node;
  const [examples = 1, channels = 1] = node.dims(shares);
  const apart = reshapeTo(builder, shares, [
    examples,
    channels,
    ...windows.flatMap(({ count }) => [count, 1]),
  ]);
  const shape = [1, 1, ...windows.flatMap(({ kernel }) => [1, kernel])];
  const wide = reshapeTo(builder, builder.expand(apart, builder.shapeConstant(shape)), [
    examples,
    channels,
    ...windows.map(({ count, kernel }) => count * kernel),
  ]);
  return padOrCrop(
    builder,
    wide,
    windows.map(({ begin, end }, axis) => ({ axis: axis + 2, begin: -begin, end: -end })),
  );
}

/** One over the number of elements that each window averages, a constant [1, 1, …count]. */
function shareMap(node: BackwardNode, windows: readonly WindowAxis[]): string {
  const includesPads = node.int('count_include_pad') === 1;
  const counted = windows.map(({ wide, count, kernel, stride, begin, declaredEnd }) => {
    // In ceil mode the last window may reach beyond the declared padding, which never counts.
    const [least, most] = includesPads ? [-begin, wide + declaredEnd] : [0, wide];
    return Array.from({ length: count }, (_, window) => {
      const first = window * stride - begin;
      return Math.min(first + kernel, most) - Math.max(first, least);
    });
  });
  const shares = counted.reduce<number[]>(
    (products, along) => products.flatMap((product) => along.map((elements) => product * elements)),
    [1],
  );
  if (new Set(shares).size === 1) return node.scalar(1 / (shares[0] ?? 1));
  const dims = [1, 1, ...windows.map(({ count }) => count)];
  const map = node.builder.constant(
    float32(
      dims,
      shares.map((elements) => 1 / elements),
    ),
  );
  return node.dataType === 'float32' ? map : node.builder.cast(map, node.dataType);
}
