/** Cases of matrix products, convolutions, pools and normalizations. */
import { float, int, ints, text } from '../../../src/graph/attributes.ts';
import type { Attributes, Tensor } from '../../../src/graph/types.ts';
import { caseList, fixed, integers, normal, positive, values, type OperatorCase } from './case.ts';

const { cases, add } = caseList();

add('MatMul', 'matrices', [normal(3, 4), normal(4, 5)]);
add('MatMul', 'stack and matrix', [normal(2, 6, 3, 4), normal(4, 5)]);
add('MatMul', 'matrix and stack', [normal(3, 4), normal(2, 4, 5)]);
add('MatMul', 'both broadcast', [normal(2, 1, 3, 4), normal(1, 6, 4, 5)]);
add('MatMul', 'equal stacks', [normal(2, 6, 3, 4), normal(2, 6, 4, 5)]);
add('MatMul', 'row', [normal(4), normal(4, 5)]);
add('MatMul', 'column', [normal(2, 3, 4), normal(4)]);
add('MatMul', 'row and stack', [normal(4), normal(2, 4, 5)]);
add('MatMul', 'dot', [normal(4), normal(4)]);
add('Gemm', 'plain', [normal(3, 4), normal(4, 5)]);
add('Gemm', 'bias row', [normal(3, 4), normal(4, 5), normal(5)]);
add('Gemm', 'transposed and scaled', [normal(4, 3), normal(5, 4), normal(3, 1)], {
  transA: int(1),
  transB: int(1),
  alpha: float(0.5),
  beta: float(-2),
});

const convolution = (title: string, inputs: Tensor[], attributes: Attributes = {}): void => {
  add('Conv', title, inputs, attributes);
};
convolution('plain', [normal(2, 3, 7, 6), normal(4, 3, 3, 3)]);
convolution('bias, same padding', [normal(2, 3, 7, 6), normal(4, 3, 3, 3), normal(4)], {
  pads: ints([1, 1, 1, 1]),
});
convolution('strided, asymmetric', [normal(2, 3, 9, 8), normal(4, 3, 3, 2)], {
  strides: ints([2, 3]),
  pads: ints([0, 1, 2, 0]),
});
convolution('stride leaves a rest', [normal(2, 3, 8, 8), normal(4, 3, 3, 3)], { strides: ints([2, 2]) });
convolution('dilated', [normal(2, 3, 9, 8), normal(4, 3, 3, 2)], {
  dilations: ints([2, 3]),
  pads: ints([1, 2, 2, 0]),
});
convolution('dilated and strided', [normal(2, 3, 11, 9), normal(4, 3, 3, 2)], {
  dilations: ints([2, 3]),
  strides: ints([2, 2]),
  pads: ints([1, 2, 2, 0]),
});
convolution('grouped', [normal(2, 6, 7, 6), normal(4, 3, 3, 3), normal(4)], {
  group: int(2),
  pads: ints([1, 1, 1, 1]),
});
convolution('depthwise', [normal(2, 5, 7, 6), normal(5, 1, 3, 3)], {
  group: int(5),
  pads: ints([1, 0, 1, 2]),
  strides: ints([2, 2]),
});
convolution('depthwise, two each', [normal(2, 3, 7, 6), normal(6, 1, 3, 3), normal(6)], { group: int(3) });
convolution('depthwise, dilated', [normal(2, 3, 9, 8), normal(3, 1, 3, 3)], {
  group: int(3),
  dilations: ints([2, 2]),
});
convolution('depthwise, dilated and strided', [normal(2, 3, 9, 8), normal(3, 1, 3, 3)], {
  group: int(3),
  dilations: ints([2, 2]),
  strides: ints([2, 1]),
});
convolution('one by one, strided', [normal(2, 3, 7, 6), normal(4, 3, 1, 1)], { strides: ints([2, 2]) });
convolution('kernel as large as the image', [normal(2, 3, 5, 4), normal(4, 3, 5, 4)]);
for (const mode of ['SAME_UPPER', 'SAME_LOWER', 'VALID']) {
  convolution(mode, [normal(2, 3, 8, 7), normal(4, 3, 3, 2)], {
    auto_pad: text(mode),
    strides: ints([2, 1]),
  });
}
convolution('signal', [normal(2, 3, 9), normal(4, 3, 3), normal(4)], {
  strides: ints([2]),
  pads: ints([1, 2]),
  dilations: ints([2]),
});

const transposed = (title: string, inputs: Tensor[], attributes: Attributes = {}): void => {
  add('ConvTranspose', title, inputs, attributes);
};
transposed('plain', [normal(2, 3, 5, 4), normal(3, 4, 3, 3)]);
transposed('bias, padded', [normal(2, 3, 5, 4), normal(3, 4, 3, 3), normal(4)], { pads: ints([1, 0, 0, 1]) });
transposed('strided', [normal(2, 3, 5, 4), normal(3, 4, 3, 3)], {
  strides: ints([2, 2]),
  pads: ints([1, 1, 1, 1]),
});
transposed('strided, output padding', [normal(2, 3, 5, 4), normal(3, 4, 3, 3), normal(4)], {
  strides: ints([2, 2]),
  pads: ints([1, 1, 1, 1]),
  output_padding: ints([1, 1]),
});
transposed('unequal strides', [normal(2, 3, 5, 4), normal(3, 4, 4, 2)], {
  strides: ints([3, 2]),
  pads: ints([0, 1, 2, 0]),
});
transposed('stride beyond the kernel', [normal(2, 3, 5, 4), normal(3, 4, 1, 1)], {
  strides: ints([2, 3]),
  output_padding: ints([1, 2]),
});
transposed('dilated', [normal(2, 3, 5, 4), normal(3, 4, 3, 2)], {
  dilations: ints([2, 3]),
  pads: ints([1, 2, 0, 1]),
});
transposed('dilated and strided', [normal(2, 3, 5, 4), normal(3, 4, 3, 3)], {
  dilations: ints([2, 2]),
  strides: ints([3, 2]),
  pads: ints([2, 1, 0, 2]),
});
transposed('grouped', [normal(2, 6, 5, 4), normal(6, 2, 3, 3), normal(4)], {
  group: int(2),
  strides: ints([2, 2]),
});
transposed('depthwise', [normal(2, 5, 5, 4), normal(5, 1, 3, 3)], {
  group: int(5),
  strides: ints([2, 2]),
  pads: ints([1, 1, 1, 1]),
});
transposed('depthwise, two each', [normal(2, 3, 5, 4), normal(3, 2, 3, 3)], {
  group: int(3),
  strides: ints([2, 3]),
});
for (const [title, mode] of [
  ['output shape', 'NOTSET'],
  ['output shape, upper', 'SAME_UPPER'],
  ['output shape, lower', 'SAME_LOWER'],
] as const) {
  transposed(title, [normal(2, 3, 5, 4), normal(3, 4, 4, 4)], {
    strides: ints([2, 2]),
    output_shape: ints([9, 7]),
    auto_pad: text(mode),
  });
}
for (const mode of ['SAME_UPPER', 'SAME_LOWER', 'VALID']) {
  transposed(mode, [normal(2, 3, 5, 4), normal(3, 4, 3, 3)], { strides: ints([2, 2]), auto_pad: text(mode) });
}
transposed('signal', [normal(2, 3, 5), normal(3, 4, 3)], { strides: ints([2]), pads: ints([1, 0]) });

const pooling = (title: string, attributes: Attributes, dims: number[] = [2, 3, 8, 7]): void => {
  add('MaxPool', title, [normal(...dims)], attributes);
  add('MaxPool', `${title}, with indices`, [normal(...dims)], attributes, 2);
  if (attributes['dilations'] !== undefined) return;
  add('AveragePool', title, [normal(...dims)], attributes);
  add('AveragePool', `${title}, padding counted`, [normal(...dims)], {
    ...attributes,
    count_include_pad: int(1),
  });
};
pooling('two by two', { kernel_shape: ints([2, 2]), strides: ints([2, 2]) });
pooling('overlapping, padded', {
  kernel_shape: ints([3, 3]),
  strides: ints([2, 2]),
  pads: ints([1, 1, 1, 1]),
});
pooling('asymmetric', { kernel_shape: ints([3, 2]), strides: ints([2, 1]), pads: ints([0, 1, 2, 0]) });
pooling('ceil', { kernel_shape: ints([3, 3]), strides: ints([2, 2]), ceil_mode: int(1) });
pooling('ceil and padded', {
  kernel_shape: ints([3, 3]),
  strides: ints([2, 2]),
  pads: ints([1, 1, 1, 1]),
  ceil_mode: int(1),
});
pooling(
  'ceil, a window larger than the input',
  { kernel_shape: ints([5, 9]), strides: ints([5, 3]), ceil_mode: int(1) },
  [2, 3, 2, 7],
);
pooling(
  'ceil, a window larger than the padded input',
  { kernel_shape: ints([6, 4]), strides: ints([3, 2]), pads: ints([1, 1, 2, 1]), ceil_mode: int(1) },
  [2, 3, 2, 7],
);
pooling('SAME_UPPER', { kernel_shape: ints([3, 2]), strides: ints([2, 2]), auto_pad: text('SAME_UPPER') });
pooling('SAME_LOWER', { kernel_shape: ints([3, 2]), strides: ints([2, 2]), auto_pad: text('SAME_LOWER') });
pooling('dilated', { kernel_shape: ints([2, 3]), dilations: ints([2, 2]), pads: ints([1, 0, 0, 1]) });
pooling('one by one, strided', { kernel_shape: ints([1, 1]), strides: ints([2, 2]) });
pooling('signal', { kernel_shape: ints([3]), strides: ints([2]), pads: ints([1, 1]) }, [2, 3, 9]);
add(
  'MaxPool',
  'equal elements',
  [values([1, 1, 4, 4], [1, 1, 0, 0, 1, 1, 0, 0, -2, -2, 5, 4, -2, -2, 5, 5])],
  { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
  2,
);
add('MaxUnpool', '', [normal(2, 1, 2, 2), integers([2, 1, 2, 2], [0, 3, 9, 14, 17, 18, 24, 31])], {
  kernel_shape: ints([2, 2]),
  strides: ints([2, 2]),
});
add(
  'MaxUnpool',
  'given shape',
  [normal(1, 1, 2, 2), integers([1, 1, 2, 2], [0, 3, 11, 19]), fixed(1, 1, 5, 4)],
  { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
);
add('GlobalAveragePool', '', [normal(2, 3, 4, 5)]);
add('GlobalMaxPool', '', [normal(2, 3, 4, 5)]);

const moments = (channels: number): Tensor[] => [
  normal(channels),
  normal(channels),
  normal(channels),
  positive(0.5, channels),
];
add('BatchNormalization', 'evaluation', [normal(2, 3, 4, 5), ...moments(3)]);
add('BatchNormalization', 'of rows', [normal(4, 3), ...moments(3)], { epsilon: float(0.1) });
add('BatchNormalization', 'of a signal', [normal(2, 3, 6), ...moments(3)]);
add(
  'BatchNormalization',
  'training',
  [normal(4, 3, 4, 5), ...moments(3)],
  { training_mode: int(1), momentum: float(0.8) },
  3,
);
add('LayerNormalization', 'last axis', [normal(2, 3, 8), normal(8), normal(8)], {}, 3);
add('LayerNormalization', 'two axes, no bias', [normal(2, 3, 8), normal(3, 8)], {
  axis: int(1),
  epsilon: float(0.01),
});
add('InstanceNormalization', '', [normal(2, 3, 4, 5), normal(3), normal(3)]);

add('LRN', '', [normal(2, 7, 4, 5)], { size: int(3), alpha: float(0.5), beta: float(0.6), bias: float(1.5) });

export const linearCases: readonly OperatorCase[] = cases;
