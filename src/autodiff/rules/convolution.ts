/** Convolutions and transposed convolutions. */
import { float32, sizeOf } from '../../graph/tensor.ts';
import type { Tensor } from '../../graph/types.ts';
import type { BackwardNode, RuleTable } from '../backward.ts';
import { crop } from '../../graph/reshaping.ts';
import type { Margin } from '../../graph/reshaping.ts';
import { appendKernelGradient } from './convolution-weight.ts';
import { windowsOf } from './windows.ts';
import type { WindowAxis } from './windows.ts';

export const convolution: RuleTable = {
  Conv: (node) => {
    const windows = windowsOf(node, node.fixedDims(node.input(1), 2), node.input(0), node.output());
    const group = node.int('group');
    return [
      () =>
        windows.every(({ stride }) => stride === 1)
          ? convolvedWithTurnedKernel(node, windows, group)
          : transposedConvolution(node, windows, group),
      () =>
        appendKernelGradient(node.builder, {
          wide: node.input(0),
          counted: node.gradient,
          kernelDims: node.fixedDims(node.input(1)),
          windows,
          group,
        }),
      () => biasGradient(node),
    ];
  },

  ConvTranspose: (node) => {
    // Its windows lie on its output, so the gradient by its input is an ordinary convolution.
    const windows = windowsOf(node, node.fixedDims(node.input(1), 2), node.output(), node.input(0));
    const group = node.int('group');
    return [
      () => {
        const margins = windows.map(({ begin, end }, axis) => ({ axis: axis + 2, begin, end }));
        return node.builder.conv(crop(node.builder, node.gradient, margins), node.input(1), {
          strides: windows.map(({ stride }) => stride),
          dilations: windows.map(({ dilation }) => dilation),
          pads: padsOf(margins),
          group,
        });
      },
      () =>
        appendKernelGradient(node.builder, {
          wide: node.gradient,
          counted: node.input(0),
          kernelDims: node.fixedDims(node.input(1)),
          windows,
          group,
        }),
      () => biasGradient(node),
    ];
  },
};

function biasGradient(node: BackwardNode): string {
  const axes = node.dims(node.output()).map((_, axis) => axis);
  return node.builder.reduceSum(
    node.gradient,
    axes.filter((axis) => axis !== 1),
    false,
  );
}

function padsOf(margins: readonly Margin[]): number[] {
  return [...margins.map(({ begin }) => Math.max(begin, 0)), ...margins.map(({ end }) => Math.max(end, 0))];
}

/** At stride 1, correlating the gradient with the kernel turned round and its channels swapped. */
function convolvedWithTurnedKernel(
  node: BackwardNode,
  windows: readonly WindowAxis[],
  group: number,
): string {
  const margins = windows.map(({ wide, count, span, begin }, axis) => {
    const before = span - 1 - begin;
    return { axis: axis + 2, begin: before, end: wide - count + span - 1 - before };
  });
  return node.builder.conv(crop(node.builder, node.gradient, margins), turnedKernel(node, group), {
    pads: padsOf(margins),
    dilations: windows.map(({ dilation }) => dilation),
    group,
  });
}

function transposedConvolution(node: BackwardNode, windows: readonly WindowAxis[], group: number): string {
  // Elements that no window reached come back as output padding.
  const excess = windows.map(({ count, stride, span, begin, wide }) => {
    return (count - 1) * stride + span - begin - wide;
  });
  return node.builder.convTranspose(node.gradient, node.input(1), {
    strides: windows.map(({ stride }) => stride),
    dilations: windows.map(({ dilation }) => dilation),
    pads: [...windows.map(({ begin }) => begin), ...excess.map((count) => Math.max(count, 0))],
    outputPadding: excess.map((count) => Math.max(-count, 0)),
    group,
  });
}

/** The kernel [M, C/g, k…] as [C, M/g, k…], its spatial axes reversed; prepared here where it is a constant. */
function turnedKernel(node: BackwardNode, group: number): string {
  const { builder } = node;
  const kernel = node.input(1);
  const held = builder.constantOf(kernel);
  if (held?.dataType === 'float32') return builder.constant(turned(held as Tensor<'float32'>, group));
  const [outputs = 0, inputs = 0, ...extents] = node.fixedDims(kernel);
  const swapped =
    group === 1
      ? builder.transpose(kernel, [1, 0, ...extents.map((_, axis) => axis + 2)])
      : builder.reshape(
          builder.transpose(builder.reshape(kernel, [group, outputs / group, inputs, ...extents]), [
            0,
            2,
            1,
            ...extents.map((_, axis) => axis + 3),
          ]),
          [group * inputs, outputs / group, ...extents],
        );
  const taps = sizeOf(extents);
  if (taps === 1) return swapped;
  const rows = builder.reshape(swapped, [-1, taps]);
  return builder.reshape(builder.matMul(rows, builder.constant(reversal(taps))), [
    group * inputs,
    outputs / group,
    ...extents,
  ]);
}

/**
 * The matrix that reverses a row. A product with it is exact, and several times as fast as a slice with negative
 * steps, which engines copy element by element.
 */
function reversal(size: number): Tensor {
  return float32(
    [size, size],
    Float32Array.from({ length: size * size }, (_, index) =>
      (index % size) + Math.floor(index / size) === size - 1 ? 1 : 0,
    ),
  );
}

function turned(kernel: Tensor<'float32'>, group: number): Tensor {
  const [outputs = 0, inputs = 0, ...extents] = kernel.dims;
  const taps = sizeOf(extents);
  const perGroup = outputs / group;
  const data = new Float32Array(kernel.data.length);
  for (let output = 0; output < outputs; output++) {
    const [block, within] = [Math.floor(output / perGroup), output % perGroup];
    for (let input = 0; input < inputs; input++) {
      const from = (output * inputs + input) * taps;
      const to = ((block * inputs + input) * perGroup + within) * taps;
      data.set(kernel.data.subarray(from, from + taps).toReversed(), to);
    }
  }
  return float32([group * inputs, perGroup, ...extents], data);
}
