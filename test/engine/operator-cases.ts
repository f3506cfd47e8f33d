/**
 * Every operator in the configurations that matter, as one-node graphs with their inputs: what the engines are
 * compared on.
 */
import { float, int, ints, text } from '../../src/graph/attributes.ts';
import { randomStream } from '../../src/core/random.ts';
import { float32, int64s, sizeOf, tensor } from '../../src/graph/tensor.ts';
import type { Attributes, Tensor } from '../../src/graph/types.ts';

export interface OperatorCase {
  readonly operator: string;
  /** What is special about it. */
  readonly title: string;
  /** Inputs fed when the graph runs. */
  readonly inputs: readonly (Tensor | Constant | undefined)[];
  readonly attributes: Attributes;
  /** How many outputs are compared. */
  readonly outputs: number;
}

/** An input that is a constant of the graph: shapes and axes mostly. */
export interface Constant {
  readonly constant: Tensor;
}

const stream = randomStream(7, 'operator cases');

/** Standard normal elements. */
export const normal = (...dims: number[]): Tensor =>
  float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => stream.normal()),
  );
/** Uniform elements of [low, low + 1), away from the edges of operators that have a domain. */
const positive = (low: number, ...dims: number[]): Tensor =>
  float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => low + stream.uniform()),
  );
const values = (dims: number[], data: number[]): Tensor => float32(dims, data);
const integers = (dims: number[], data: number[]): Tensor =>
  tensor('int64', dims, BigInt64Array.from(data, BigInt));
const bools = (dims: number[], data: number[]): Tensor => tensor('bool', dims, Uint8Array.from(data));
const fixed = (...data: number[]): Constant => ({ constant: int64s(data) });
const scalarIndex = (value: number): Constant => ({ constant: integers([], [value]) });

const cases: OperatorCase[] = [];

function add(
  operator: string,
  title: string,
  inputs: OperatorCase['inputs'],
  attributes: Attributes = {},
  outputs = 1,
): void {
  cases.push({ operator, title, inputs, attributes, outputs });
}

const edges = [-3, -1.5, -0.5, -0, 0, 0.5, 1, 1.5, 2.5, 7];
for (const operator of [
  'Abs',
  'Neg',
  'Sign',
  'Floor',
  'Ceil',
  'Round',
  'Relu',
  'Sigmoid',
  'Tanh',
  'Softplus',
  'Softsign',
  'Exp',
  'Erf',
  'Identity',
  'LeakyRelu',
  'Elu',
  'Selu',
  'HardSigmoid',
  'HardSwish',
  'Mish',
  'Sin',
  'Cos',
]) {
  add(operator, 'at edges', [values([10], edges)]);
  add(operator, 'of an image', [normal(2, 3, 4, 5)]);
}
for (const operator of ['Sqrt', 'Log', 'Reciprocal'])
  add(operator, 'of positives', [positive(0.1, 2, 3, 4, 5)]);
add('LeakyRelu', 'slope 0.3', [normal(4, 5)], { alpha: float(0.3) });
add('Elu', 'alpha 0.7', [normal(4, 5)], { alpha: float(0.7) });
add('HardSigmoid', 'other line', [normal(4, 5)], { alpha: float(0.3), beta: float(0.4) });
add('PRelu', 'slope by channel', [normal(2, 3, 4, 5), normal(3, 1, 1)]);
add('Abs', 'integers', [integers([4], [-3, 0, 2, -9])]);
add('Neg', 'integers', [integers([4], [-3, 0, 2, -9])]);

for (const operator of ['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max']) {
  add(operator, 'same shape', [normal(2, 3, 4, 5), positive(0.5, 2, 3, 4, 5)]);
  add(operator, 'by channel', [normal(2, 3, 4, 5), positive(0.5, 3, 1, 1)]);
  add(operator, 'by the last axis', [normal(2, 3, 4, 5), positive(0.5, 5)]);
  add(operator, 'scalar on the left', [normal(), positive(0.5, 2, 3, 4, 5)]);
  add(operator, 'both sides broadcast', [normal(2, 1, 4, 1), positive(0.5, 1, 3, 1, 5)]);
  add(operator, 'integers', [integers([2, 3], [-7, 7, -6, 6, 5, -1]), integers([3], [2, -2, 3])]);
}
for (const operator of ['Min', 'Max', 'Sum', 'Mean']) {
  add(operator, 'three', [normal(2, 3, 4, 5), normal(3, 1, 1), normal(4, 5)]);
  add(operator, 'one', [normal(2, 3)]);
}
add('Mod', 'integers', [integers([6], [-7, 7, -6, 6, 5, -1]), integers([6], [2, -2, 4, 4, -3, 3])]);
add('Mod', 'fmod of floats', [values([4], [-7.5, 7.5, 6, -1]), values([4], [2, -2, 4, 3])], { fmod: int(1) });
add('Pow', 'squares', [normal(2, 3, 4, 5), values([], [2])]);
add('Pow', 'by element', [positive(0.2, 2, 3), normal(2, 3)]);
add('Pow', 'integer exponent', [normal(2, 3), integers([], [3])]);
add('Pow', 'integer base', [integers([3], [2, -3, 5]), integers([], [3])]);
add('Clip', 'both bounds', [normal(2, 3, 4, 5), values([], [-0.5]), values([], [0.25])]);
add('Clip', 'integers', [integers([4], [-3, 0, 2, 9]), integers([], [-1]), integers([], [5])]);
add('Clip', 'upper bound only', [normal(3, 4), undefined, values([], [0.25])]);
add('Clip', 'lower bound only', [normal(3, 4), values([], [0])]);
for (const operator of ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual']) {
  add(operator, 'floats', [values([2, 3], [1, 2, 3, 4, 5, 6]), values([3], [1, 5, 3])]);
  add(operator, 'integers', [integers([2, 3], [1, 2, 3, 4, 5, 6]), integers([], [3])]);
}
add('Equal', 'bools', [bools([4], [0, 1, 0, 1]), bools([4], [0, 0, 1, 1])]);
for (const operator of ['And', 'Or', 'Xor'])
  add(operator, '', [bools([2, 2], [0, 1, 0, 1]), bools([2], [0, 1])]);
add('Not', '', [bools([4], [0, 1, 0, 1])]);
add('Where', 'broadcast', [bools([3, 1, 1], [0, 1, 0]), normal(2, 3, 4, 5), normal(1, 1, 4, 5)]);
add('Where', 'integers', [bools([4], [0, 1, 0, 1]), integers([4], [1, 2, 3, 4]), integers([], [9])]);
add('Cast', 'float to integer', [values([5], [-1.7, -0.2, 0, 1.9, 3])], { to: int(7) });
add('Cast', 'float to bool', [values([4], [0, 0.5, -1, 0])], { to: int(9) });
add('Cast', 'bool to float', [bools([2, 2], [0, 1, 1, 0])], { to: int(1) });
add('Cast', 'integer to float', [integers([3], [-1, 0, 70000])], { to: int(1) });
add('Cast', 'bytes to float', [tensor('uint8', [3], Uint8Array.of(0, 128, 255))], { to: int(1) });

for (const operator of [
  'ReduceSum',
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceL1',
  'ReduceL2',
  'ReduceSumSquare',
  'ReduceLogSumExp',
]) {
  add(operator, 'spatial axes kept', [normal(2, 3, 4, 5), fixed(2, 3)]);
  add(operator, 'channel axis dropped', [normal(2, 3, 4, 5), fixed(1)], { keepdims: int(0) });
  add(operator, 'all but channels', [normal(2, 3, 4, 5), fixed(0, -1, -2)], { keepdims: int(0) });
  add(operator, 'rows dropped', [normal(2, 3, 4, 5), fixed(2)], { keepdims: int(0) });
  add(operator, 'everything', [normal(2, 3, 4)], { keepdims: int(0) });
  add(operator, 'nothing', [normal(2, 3, 4), fixed()], { noop_with_empty_axes: int(1) });
}
add('ReduceLogSum', '', [positive(0.5, 2, 3, 4), fixed(1)]);
add('ReduceSum', 'integers', [integers([2, 3], [1, 2, 3, 4, 5, 6]), fixed(1)]);
add('ReduceLogSumExp', 'of large elements', [values([1, 3], [100, 101, 102]), fixed(1)]);
for (const operator of ['Softmax', 'LogSoftmax']) {
  add(operator, 'last axis', [normal(4, 7)]);
  add(operator, 'channels', [normal(2, 3, 4, 5)], { axis: int(1) });
  add(operator, 'first axis', [normal(4, 7)], { axis: int(0) });
  add(operator, 'large elements', [values([1, 3], [1000, 1001, 900])]);
}
for (const operator of ['ArgMax', 'ArgMin']) {
  add(operator, 'channels', [normal(2, 5, 3, 2)], { axis: int(1) });
  add(operator, 'first of equals', [values([2, 3], [1, 1, 0, 0, 0, 1])], { axis: int(-1), keepdims: int(0) });
  add(operator, 'last of equals', [values([2, 3], [1, 1, 0, 0, 0, 1])], {
    axis: int(1),
    select_last_index: int(1),
  });
}
add('CumSum', '', [normal(3, 4), scalarIndex(1)]);
add('CumSum', 'exclusive and reverse', [normal(3, 4), scalarIndex(0)], {
  exclusive: int(1),
  reverse: int(1),
});

add('Constant', 'tensor', [], { value: { kind: 'tensor', value: normal(2, 2) } });
add('Constant', 'integers', [], { value: { kind: 'tensor', value: integers([2], [3, -1]) } });
add('ConstantOfShape', 'floats', [fixed(2, 3)], { value: { kind: 'tensor', value: values([1], [1.5]) } });
add('ConstantOfShape', 'integers', [fixed(4)], { value: { kind: 'tensor', value: integers([1], [7]) } });
add('Range', 'integers', [scalarIndex(2), scalarIndex(11), scalarIndex(3)]);
add('Range', 'floats', [
  { constant: values([], [1]) },
  { constant: values([], [-1]) },
  { constant: values([], [-0.5]) },
]);
add('Shape', '', [normal(2, 3, 4, 5)]);
add('Shape', 'part', [normal(2, 3, 4, 5)], { start: int(1), end: int(-1) });
add('Size', '', [normal(2, 3, 4, 5)]);

add('Reshape', 'rest and kept', [normal(2, 3, 4, 5), fixed(0, -1, 2)]);
add('Flatten', '', [normal(2, 3, 4, 5)]);
add('Flatten', 'axis 2', [normal(2, 3, 4, 5)], { axis: int(2) });
add('Flatten', 'axis 0', [normal(2, 3)], { axis: int(0) });
add('Squeeze', 'axes', [normal(2, 1, 4, 1), fixed(-1)]);
add('Squeeze', 'all', [normal(2, 1, 4, 1)]);
add('Unsqueeze', '', [normal(2, 3), fixed(0, -1)]);
add('Transpose', 'reversed', [normal(2, 3, 4)]);
for (const order of [
  [0, 2, 3, 1],
  [0, 3, 1, 2],
  [1, 0, 3, 2],
  [0, 1, 2, 3],
]) {
  add('Transpose', order.join(''), [normal(2, 3, 4, 5)], { perm: ints(order) });
}
add('Expand', 'new axes', [normal(3, 1), fixed(2, 1, 4)]);
add('Expand', 'large integers', [integers([2, 1], [123456789, -7]), fixed(2, 3)]);
add('Expand', 'bools', [bools([2, 1], [0, 1]), fixed(2, 3)]);
add('Tile', '', [normal(2, 3), fixed(2, 3)]);
add('Concat', 'channels', [normal(2, 3, 4, 5), normal(2, 1, 4, 5)], { axis: int(1) });
add('Concat', 'one', [normal(2, 3)], { axis: int(-1) });
add('Concat', 'integers', [fixed(1, 2), integers([1], [3])], { axis: int(0) });
add('Concat', 'bools', [bools([2], [0, 1]), bools([1], [1])], { axis: int(0) });
add('Split', 'channels in given sizes', [normal(2, 6, 4, 5), fixed(1, 2, 3)], { axis: int(1) }, 3);
add('Split', 'equal', [normal(6, 2)], { num_outputs: int(3) }, 3);
add('Split', 'a smaller last', [normal(2, 5)], { axis: int(-1), num_outputs: int(2) }, 2);
add('Dropout', 'outside training', [normal(2, 3, 4, 5)], {}, 2);
add('Slice', 'two axes', [normal(2, 3, 6, 7), fixed(1, 2), fixed(5, 1000), fixed(2, 3)]);
add('Slice', 'channels from the back', [normal(2, 3, 6, 7), fixed(-2), fixed(-1), fixed(1)]);
add('Slice', 'steps', [normal(2, 3, 6, 7), fixed(0, 1), fixed(6, 7), fixed(-2, -1), fixed(2, 3)]);
add('Slice', 'backwards', [normal(2, 3, 6, 7), fixed(-1, 5), fixed(-1000, 0), fixed(1, 2), fixed(-1, -2)]);
add('Slice', 'to the end', [
  normal(4, 3),
  { constant: tensor('int64', [1], BigInt64Array.of(1n)) },
  { constant: tensor('int64', [1], BigInt64Array.of(2n ** 63n - 1n)) },
  fixed(0),
]);
add('Slice', 'integers', [integers([5], [1, 2, 3, 4, 5]), fixed(1), fixed(4), fixed(0), fixed(2)]);
add('Pad', 'zeros', [normal(2, 3, 4, 5), fixed(0, 0, 1, 2, 0, 0, 3, 0)]);
add('Pad', 'a constant on channels', [
  normal(2, 3, 4, 5),
  fixed(0, 1, 0, 0, 0, 2, 0, 0),
  { constant: values([], [1.5]) },
]);
add('Pad', 'negative', [normal(2, 3, 4, 5), fixed(0, 0, -1, 2, 0, 0, -1, -1)]);
add('Pad', 'axes', [normal(2, 3, 4), fixed(1, 2), undefined, fixed(-1)]);
for (const mode of ['reflect', 'edge', 'wrap']) {
  add('Pad', mode, [normal(2, 3, 4, 5), fixed(0, 0, 1, 2, 0, 0, 3, 4)], { mode: text(mode) });
}

add('Gather', 'rows', [normal(5, 4), integers([2, 3], [0, 4, -1, 2, 2, -5])]);
add('Gather', 'channels', [normal(2, 3, 4, 5), integers([2], [2, 0])], { axis: int(1) });
add('Gather', 'one', [normal(5, 4), integers([], [3])], { axis: int(-1) });
add('Gather', 'integers', [integers([3], [7, 8, 9]), integers([2], [2, 0])]);
add('GatherElements', '', [normal(3, 4), integers([3, 2], [0, 3, -1, 2, 1, 1])], { axis: int(1) });
add('GatherElements', 'rows', [normal(3, 4, 2), integers([1, 4, 2], [0, 1, 2, 0, 1, 2, 0, 1])], {
  axis: int(0),
});
add('ScatterElements', 'assign', [normal(3, 4), integers([3, 2], [0, 3, -1, 2, 1, 0]), normal(3, 2)], {
  axis: int(1),
});
add('ScatterElements', 'add', [normal(3, 4), integers([3, 3], [0, 3, 0, -1, 2, 2, 1, 1, 1]), normal(3, 3)], {
  axis: int(1),
  reduction: text('add'),
});
add(
  'ScatterElements',
  'add rows',
  [normal(4, 2, 3), integers([2, 2, 3], [0, 1, 2, 3, 0, 1, 0, 1, 2, 0, 0, 1]), normal(2, 2, 3)],
  { axis: int(0), reduction: text('add') },
);
add('OneHot', 'last axis', [integers([2, 3], [0, 2, -1, 1, 5, 3]), scalarIndex(4), values([2], [-1, 2])]);
add('OneHot', 'first axis', [integers([3], [0, 2, 1]), scalarIndex(3), values([2], [0, 1])], {
  axis: int(0),
});

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
add('IsNaN', '', [values([4], [NaN, 0, Infinity, -1])]);
add('IsInf', '', [values([4], [NaN, -Infinity, Infinity, -1])]);
add('IsInf', 'negative only', [values([4], [NaN, -Infinity, Infinity, -1])], { detect_positive: int(0) });
add('GatherND', 'blocks', [normal(3, 4, 2), integers([2, 1], [2, -3])]);
add('GatherND', 'elements', [normal(3, 4), integers([2, 1, 2], [2, -1, 0, 3])]);
add('ScatterND', 'assign', [normal(3, 4, 2), integers([2, 2], [2, -1, 0, 3]), normal(2, 2)]);
add('ScatterND', 'add', [normal(5, 2), integers([3, 1], [2, 2, 0]), normal(3, 2)], {
  reduction: text('add'),
});
add('TopK', 'largest', [normal(3, 6), fixed(2)], {}, 2);
add(
  'TopK',
  'smallest rows, ties',
  [values([4, 2], [1, 3, 0, 3, 0, 5, 2, 3]), fixed(3)],
  { axis: int(0), largest: int(0) },
  2,
);
for (const mode of ['DCR', 'CRD']) {
  add('DepthToSpace', mode, [normal(2, 8, 3, 4)], { blocksize: int(2), mode: text(mode) });
}
add('SpaceToDepth', '', [normal(2, 3, 4, 6)], { blocksize: int(2) });
add('Trilu', 'lower', [normal(2, 4, 5)], { upper: int(0) });
add('Trilu', 'upper, shifted', [normal(4, 4), scalarIndex(1)]);

export const operatorCases: readonly OperatorCase[] = cases;
