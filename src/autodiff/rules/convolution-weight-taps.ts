/** The gradient of a convolution by its kernel, one matrix product a kernel tap: any strides, dilations, groups and ranks. */
import type { GraphBuilder } from '../../graph/builder.ts';
import { padOrCrop } from '../../graph/reshaping.ts';
import { tapsOf } from './convolution-weight-patches.ts';
import type { KernelGradient } from './kernel-gradient.ts';

/**
 * Appends Σ over examples and windows of counted · wide under each kernel tap: one matrix product a tap, on copies
 * with the channels last.
 *
 * @returns the gradient's name, of the kernel's shape
 */
export function appendTapProducts(builder: GraphBuilder, gradient: KernelGradient): string {
  const { windows, group } = gradient;
  const [outputs = 0, inputs = 0, ...extents] = gradient.kernelDims;
  const spatial = windows.map((_, axis) => axis);

  const padded = padOrCrop(
    builder,
    gradient.wide,
    windows.map(({ begin, end }, axis) => ({ axis: axis + 2, begin, end })),
  );
  const covered = windows.map(({ count, stride, span }) => (count - 1) * stride + span);
  // [group, N, …covered, C] and [group, M/group, N·…count]; without the first axis for one group.
  const channelsLast =
    group === 1
      ? builder.transpose(padded, [0, ...spatial.map((axis) => axis + 2), 1])
      : builder.transpose(builder.reshape(padded, [-1, group, inputs, ...covered]), [
          1,
          0,
          ...spatial.map((axis) => axis + 3),
          2,
        ]);
  const counts = windows.map(({ count }) => count);
  const rows =
    group === 1
      ? builder.reshape(builder.transpose(gradient.counted, [1, 0, ...spatial.map((axis) => axis + 2)]), [
          outputs,
          -1,
        ])
      : builder.reshape(
          builder.transpose(builder.reshape(gradient.counted, [-1, group, outputs / group, ...counts]), [
            1,
            2,
            0,
            ...spatial.map((axis) => axis + 3),
          ]),
          [group, outputs / group, -1],
        );

  const firstAxis = group === 1 ? 1 : 2;
  const products = tapsOf(extents).map((tap) => {
    const starts = windows.map(({ dilation }, axis) => (tap[axis] ?? 0) * dilation);
    const seen = covered.every((size, axis) => size === counts[axis])
      ? channelsLast
      : builder.slice(channelsLast, {
          starts,
          ends: windows.map(({ count, stride }, axis) => (starts[axis] ?? 0) + (count - 1) * stride + 1),
          axes: spatial.map((axis) => axis + firstAxis),
          steps: windows.map(({ stride }) => stride),
        });
    const columns = builder.reshape(seen, group === 1 ? [-1, inputs] : [group, -1, inputs]);
    // One row of M·C elements, whatever the groups.
    return builder.reshape(builder.matMul(rows, columns), [1, outputs * inputs]);
  });
  // Stacked by tap and then transposed: joining along the last axis would copy element by element.
  const stacked =
    products.length === 1 ? (products[0] ?? '') : builder.transpose(builder.concat(products, 0), [1, 0]);
  return builder.reshape(stacked, gradient.kernelDims);
}
