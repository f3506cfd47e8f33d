/** Output types of operators on known and named sizes, and the messages of inputs that do not fit. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../../src/core/errors.ts';
import { float, int, ints, text } from '../../../src/graph/attributes.ts';
import { isHeld } from '../../../src/graph/operators/definitions.ts';
import { inferTypes, type InferredType } from '../../../src/graph/shapes/infer.ts';
import { float32, int64s, tensor } from '../../../src/graph/tensor.ts';
import type { Attributes, DataType, Dimension, Tensor } from '../../../src/graph/types.ts';

type Input = readonly Dimension[] | Tensor | InferredType | undefined;

const typed = (dataType: DataType, dims: readonly Dimension[]): InferredType => ({ dataType, dims });
const scalar = (value: number): Tensor => tensor('int64', [], BigInt64Array.of(BigInt(value)));

/** Types of a node; an input is the shape of a float32 value, a type, or a constant. */
function infer(operator: string, inputs: readonly Input[], attributes: Attributes = {}, outputs = 1) {
  const constants = new Map<string, Tensor>();
  const types = inputs.map((input, index): InferredType | undefined => {
    if (input === undefined) return undefined;
    if (!('dataType' in input)) return { dataType: 'float32', dims: input };
    if ('data' in input) constants.set(`i${String(index)}`, input);
    return input;
  });
  const node = {
    operator,
    name: 'here',
    inputs: inputs.map((input, index) => (input === undefined ? '' : `i${String(index)}`)),
    outputs: Array.from({ length: outputs }, (_, index) => `o${String(index)}`),
    attributes,
  };
  return inferTypes(node, types, (name) => constants.get(name));
}

const dimsOf = (...given: Parameters<typeof infer>): (readonly Dimension[])[] =>
  infer(...given).map((type) => type.dims);

/** Operator, inputs, attributes, the shape of the first output. */
const shapes: readonly (readonly [string, readonly Input[], Attributes, readonly Dimension[]])[] = [
  [
    'Conv',
    [
      ['N', 3, 32, 32],
      [16, 3, 3, 3],
    ],
    { pads: ints([1, 1, 1, 1]) },
    ['N', 16, 32, 32],
  ],
  [
    'Conv',
    [['N', 3, 32, 32], [16, 3, 3, 3], [16]],
    { pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) },
    ['N', 16, 16, 16],
  ],
  [
    'Conv',
    [
      ['N', 8, 9, 9],
      [16, 2, 3, 3],
    ],
    { group: int(4), dilations: ints([2, 2]) },
    ['N', 16, 5, 5],
  ],
  [
    'Conv',
    [
      ['N', 3, 31, 32],
      [8, 3, 3, 3],
    ],
    { auto_pad: text('SAME_UPPER'), strides: ints([2, 2]) },
    ['N', 8, 16, 16],
  ],
  [
    'Conv',
    [
      ['N', 3, 31, 32],
      [8, 3, 3, 2],
    ],
    { auto_pad: text('VALID') },
    ['N', 8, 29, 31],
  ],
  [
    'Conv',
    [
      ['N', 3, 'H', 'W'],
      [8, 3, 3, 3],
    ],
    { pads: ints([1, 1, 1, 1]) },
    ['N', 8, 'H', 'W'],
  ],
  [
    'Conv',
    [
      ['N', 3, 'H', 'W'],
      [8, 3, 1, 1],
    ],
    { strides: ints([2, 2]) },
    ['N', 8, 'floor((H+1)/2)', 'floor((W+1)/2)'],
  ],
  [
    'Conv',
    [
      ['N', 3, 10],
      [8, 3, 3],
    ],
    {},
    ['N', 8, 8],
  ],
  [
    'ConvTranspose',
    [
      ['N', 8, 5, 5],
      [8, 2, 3, 3],
    ],
    { strides: ints([2, 2]), group: int(2) },
    ['N', 4, 11, 11],
  ],
  [
    'ConvTranspose',
    [
      ['N', 8, 5],
      [8, 2, 3],
    ],
    { strides: ints([2]), pads: ints([1, 1]), output_padding: ints([1]) },
    ['N', 2, 10],
  ],
  [
    'ConvTranspose',
    [
      ['N', 8, 5],
      [8, 2, 3],
    ],
    { strides: ints([2]), output_shape: ints([10]) },
    ['N', 2, 10],
  ],
  [
    'ConvTranspose',
    [
      ['N', 8, 5],
      [8, 2, 3],
    ],
    { strides: ints([2]), auto_pad: text('SAME_LOWER') },
    ['N', 2, 10],
  ],
  [
    'ConvTranspose',
    [
      ['N', 8, 'W'],
      [8, 2, 4],
    ],
    { strides: ints([2]), pads: ints([1, 1]) },
    ['N', 2, 'W*2'],
  ],
  ['Gemm', [['N', 4], [5, 4], [5]], { transB: int(1) }, ['N', 5]],
  [
    'Gemm',
    [
      [4, 'N'],
      [4, 5],
    ],
    { transA: int(1) },
    ['N', 5],
  ],
  [
    'MatMul',
    [
      ['N', 3, 4],
      [4, 5],
    ],
    {},
    ['N', 3, 5],
  ],
  [
    'MatMul',
    [
      ['N', 1, 3, 4],
      [2, 4, 5],
    ],
    {},
    ['N', 2, 3, 5],
  ],
  ['MatMul', [[4], [4, 5]], {}, [5]],
  ['MatMul', [[2, 3, 4], [4]], {}, [2, 3]],
  ['MatMul', [[4], [4]], {}, []],
  [
    'Add',
    [
      ['N', 1, 4],
      [3, 1],
    ],
    {},
    ['N', 3, 4],
  ],
  [
    'Add',
    [
      ['N', 4],
      ['N', 4],
    ],
    {},
    ['N', 4],
  ],
  ['Add', [['N'], [5]], {}, [5]],
  ['Add', [['N'], ['M']], {}, ['broadcast(M,N)']],
  ['Max', [['N', 4], [4], []], {}, ['N', 4]],
  ['Pow', [[2, 3], []], {}, [2, 3]],
  ['Clip', [['N', 3], undefined, float32([], [1])], {}, ['N', 3]],
  [
    'PRelu',
    [
      ['N', 3, 4, 4],
      [3, 1, 1],
    ],
    {},
    ['N', 3, 4, 4],
  ],
  [
    'MaxPool',
    [['N', 3, 7, 7]],
    { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) },
    ['N', 3, 4, 4],
  ],
  [
    'MaxPool',
    [['N', 3, 6, 6]],
    { kernel_shape: ints([3, 3]), strides: ints([2, 2]), ceil_mode: int(1) },
    ['N', 3, 3, 3],
  ],
  // The last window would start in the end padding: dropped.
  [
    'AveragePool',
    [['N', 3, 4]],
    { kernel_shape: ints([2]), strides: ints([4]), pads: ints([1, 1]), ceil_mode: int(1) },
    ['N', 3, 2],
  ],
  [
    'AveragePool',
    [['N', 3, 3]],
    { kernel_shape: ints([1]), strides: ints([3]), ceil_mode: int(1) },
    ['N', 3, 1],
  ],
  // The first window may be larger than the input, by less than a stride.
  [
    'AveragePool',
    [['N', 3, 2, 2]],
    { kernel_shape: ints([640, 4]), strides: ints([640, 3]), ceil_mode: int(1) },
    ['N', 3, 1, 1],
  ],
  ['MaxPool', [['N', 3, 'H']], { kernel_shape: ints([2]), strides: ints([2]) }, ['N', 3, 'floor(H/2)']],
  ['GlobalAveragePool', [['N', 3, 'H', 7]], {}, ['N', 3, 1, 1]],
  [
    'MaxUnpool',
    [['N', 3, 4, 4], typed('int64', ['N', 3, 4, 4])],
    { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
    ['N', 3, 8, 8],
  ],
  [
    'MaxUnpool',
    [[2, 3, 4], typed('int64', [2, 3, 4]), int64s([2, 3, 9])],
    { kernel_shape: ints([2]), strides: ints([2]) },
    [2, 3, 9],
  ],
  ['ReduceMean', [['N', 3, 4, 4], int64s([2, 3])], {}, ['N', 3, 1, 1]],
  ['ReduceSum', [['N', 3, 4], int64s([-1])], { keepdims: int(0) }, ['N', 3]],
  ['ReduceSum', [['N', 3]], { keepdims: int(0) }, []],
  ['ReduceSum', [['N', 3]], { noop_with_empty_axes: int(1) }, ['N', 3]],
  ['ReduceMax', [['N', 3], int64s([0])], { keepdims: int(0) }, [3]],
  ['ReduceMax', [['N', 3], typed('int64', [1])], { keepdims: int(0) }, ['size(o0,0)']],
  ['ArgMax', [['N', 10]], { axis: int(1), keepdims: int(0) }, ['N']],
  ['TopK', [['N', 10], int64s([5])], {}, ['N', 5]],
  ['CumSum', [['N', 10], int64s([1])], {}, ['N', 10]],
  ['Reshape', [['N', 64, 8, 8], int64s([-1, 64])], {}, ['N*64', 64]],
  ['Reshape', [['N*64', 64], int64s([-1, 64, 8, 8])], {}, ['N', 64, 8, 8]],
  ['Reshape', [['N', 512, 1, 1], int64s([0, -1])], {}, ['N', 512]],
  ['Reshape', [['N', 'H', 'W', 4], typed('int64', [2])], {}, ['size(o0,0)', 'size(o0,1)']],
  ['Reshape', [['N', 'H+1', 4], int64s([0, -1])], {}, ['N', 'H*4+4']],
  ['Reshape', [['N', 0], int64s([0, 3])], { allowzero: int(1) }, [0, 3]],
  ['Reshape', [['N', 6], { ...typed('int64', [3]), elements: ['N', 2, -1] }], {}, ['N', 2, 3]],
  ['Reshape', [[1], int64s([])], {}, []],
  ['Flatten', [['N', 3, 4, 4]], {}, ['N', 48]],
  ['Flatten', [['N', 3]], { axis: int(0) }, [1, 'N*3']],
  ['Flatten', [['N', 3, 4]], { axis: int(-1) }, ['N*3', 4]],
  ['Transpose', [['N', 3, 4]], {}, [4, 3, 'N']],
  ['Transpose', [['N', 3, 4]], { perm: ints([0, 2, 1]) }, ['N', 4, 3]],
  ['Squeeze', [['N', 3, 1, 1], int64s([2, -1])], {}, ['N', 3]],
  ['Squeeze', [[1, 3, 1]], {}, [3]],
  ['Unsqueeze', [['N', 3], int64s([0, -1])], {}, [1, 'N', 3, 1]],
  [
    'Concat',
    [
      ['N', 3, 4],
      ['N', 5, 4],
    ],
    { axis: int(1) },
    ['N', 8, 4],
  ],
  [
    'Concat',
    [
      ['N', 3],
      ['M', 3],
    ],
    { axis: int(0) },
    ['M+N', 3],
  ],
  ['Slice', [['N', 10], int64s([1]), int64s([2 ** 31 - 1]), int64s([1])], {}, ['N', 9]],
  ['Slice', [['N', 10], int64s([-1]), int64s([-(2 ** 31)]), int64s([1]), int64s([-3])], {}, ['N', 4]],
  [
    'Slice',
    [['N', 10], int64s([0]), int64s([2 ** 31 - 1]), int64s([0]), int64s([2])],
    {},
    ['floor((N+1)/2)', 10],
  ],
  ['Slice', [['N', 10], int64s([1]), int64s([2 ** 31 - 1]), int64s([0])], {}, ['N+-1', 10]],
  ['Slice', [['N', 10], int64s([-1]), int64s([2 ** 31 - 1]), int64s([0])], {}, [1, 10]],
  ['Slice', [['N'], int64s([-1]), int64s([-(2 ** 31)]), int64s([0]), int64s([-1])], {}, ['N']],
  ['Slice', [['N', 10], int64s([0]), int64s([4])], {}, ['min(4,N)', 10]],
  ['Slice', [['N', 10], typed('int64', [1]), int64s([4]), int64s([1])], {}, ['N', 'size(o0,1)']],
  ['Pad', [['N', 3, 4], int64s([0, 0, 1, 0, 0, 2])], {}, ['N', 3, 7]],
  ['Pad', [['N', 3, 'W'], int64s([1, 1]), undefined, int64s([-1])], {}, ['N', 3, 'W+2']],
  ['Expand', [[3, 1], int64s([2, 1, 4])], {}, [2, 3, 4]],
  ['Expand', [[1], { ...typed('int64', [2]), elements: ['N', 4] }], {}, ['N', 4]],
  ['Tile', [['N', 3], int64s([2, 2])], {}, ['N*2', 6]],
  ['Gather', [['N', 10], typed('int64', ['M', 2])], { axis: int(1) }, ['N', 'M', 2]],
  ['Gather', [typed('int64', [4]), scalar(1)], {}, []],
  ['GatherElements', [['N', 10], typed('int64', ['N', 1])], { axis: int(1) }, ['N', 1]],
  ['GatherND', [['N', 10, 4], typed('int64', [7, 2])], {}, [7, 4]],
  ['ScatterElements', [['N', 10], typed('int64', ['N', 1]), ['N', 1]], { axis: int(1) }, ['N', 10]],
  ['ScatterND', [['N', 10], typed('int64', [7, 1]), [7, 10]], {}, ['N', 10]],
  ['OneHot', [typed('int64', ['N']), scalar(10), [2]], {}, ['N', 10]],
  ['OneHot', [typed('int64', ['N']), scalar(10), [2]], { axis: int(0) }, [10, 'N']],
  ['Softmax', [['N', 10]], { axis: int(1) }, ['N', 10]],
  ['BatchNormalization', [['N', 3, 4, 4], [3], [3], [3], [3]], {}, ['N', 3, 4, 4]],
  ['LayerNormalization', [['N', 3, 4], [4], [4]], { axis: int(-1) }, ['N', 3, 4]],
  ['InstanceNormalization', [['N', 3, 4], [3], [3]], {}, ['N', 3, 4]],
  ['Where', [typed('bool', ['N', 1]), [4], []], {}, ['N', 4]],
  [
    'Resize',
    [['N', 3, 4, 4], undefined, float32([4], [1, 1, 2, 2.4])],
    { mode: text('nearest') },
    ['N', 3, 8, 9],
  ],
  ['Resize', [['N', 3, 4, 4], undefined, undefined, int64s([9, 7])], { axes: ints([2, 3]) }, ['N', 3, 9, 7]],
  ['DepthToSpace', [['N', 12, 4, 'W']], { blocksize: int(2) }, ['N', 3, 8, 'W*2']],
  ['SpaceToDepth', [['N', 3, 4, 6]], { blocksize: int(2) }, ['N', 12, 2, 3]],
  ['ConstantOfShape', [int64s([2, 3])], {}, [2, 3]],
  ['ConstantOfShape', [{ ...typed('int64', [2]), elements: ['N', 3] }], {}, ['N', 3]],
  ['Shape', [['N', 3, 4]], { start: int(-2) }, [2]],
  ['Size', [['N', 3, 4]], {}, []],
  ['Range', [scalar(0), scalar(7), scalar(2)], {}, [4]],
  ['Range', [scalar(0), { ...typed('int64', []), elements: ['N'] }, scalar(1)], {}, ['N']],
  ['Trilu', [['N', 3, 4]], {}, ['N', 3, 4]],
];

/** Operator, inputs, attributes, what the message says. */
const faults: readonly (readonly [string, readonly Input[], Attributes, RegExp])[] = [
  [
    'Conv',
    [
      ['N', 3, 8, 8],
      [4, 2, 3, 3],
    ],
    {},
    /here \(Conv\): the input \[N, 3, 8, 8\] has 3 channels, but the kernel \[4, 2, 3, 3\] with group 1 expects 2/,
  ],
  [
    'Conv',
    [
      ['N', 3, 2, 8],
      [4, 3, 3, 3],
    ],
    {},
    /reaches over 3 elements of spatial axis 0.* has 2/,
  ],
  [
    'Conv',
    [
      ['N', 3],
      [4, 3],
    ],
    {},
    /expected \[batch, channels, spatial…\]/,
  ],
  ['Conv', [typed('int64', [1, 1, 3]), typed('int64', [1, 1, 3])], {}, /input 0 is int64, expected float32/],
  ['Conv', [['N', 3, 8, 8], [4, 3, 3, 3], [5]], {}, /the bias is \[5\], expected \[4\]/],
  [
    'Conv',
    [
      ['N', 3, 8, 8],
      [4, 3, 3, 3],
    ],
    { strides: ints([0, 1]) },
    /strides is \[0, 1\], expected 2 numbers of at least 1/,
  ],
  [
    'Conv',
    [
      ['N', 3, 8, 8],
      [4, 3, 3, 3],
    ],
    { auto_pad: text('same') },
    /auto_pad is same, expected one of/,
  ],
  [
    'Conv',
    [
      ['N', 3, 8, 8],
      [5, 1, 3, 3],
    ],
    { group: int(3) },
    /5 output channels do not divide into 3 groups/,
  ],
  ['Conv', [['N', 3, 8, 8]], {}, /it has 1 inputs, expected 2 to 3/],
  [
    'ConvTranspose',
    [
      ['N', 3, 4],
      [2, 3, 3],
    ],
    {},
    /has 3 channels, but the kernel \[2, 3, 3\] expects 2/,
  ],
  [
    'ConvTranspose',
    [
      ['N', 2, 4],
      [2, 3, 1],
    ],
    { output_shape: ints([9]) },
    /output_shape is \[9\], but spatial axis 0 spans 4/,
  ],
  [
    'Gemm',
    [
      ['N', 4],
      [5, 4],
    ],
    {},
    /\[N, 4\] and \[5, 4\] do not multiply: expected equal inner sizes, found 4 and 5/,
  ],
  ['Gemm', [['N', 4], [4, 5], [6]], {}, /do not broadcast/],
  [
    'MatMul',
    [
      [2, 3, 4],
      [3, 4, 5],
    ],
    {},
    /do not broadcast: expected equal sizes or 1, found 2 and 3/,
  ],
  [
    'Add',
    [
      ['N', 3],
      ['N', 4],
    ],
    {},
    /here \(Add\): the shapes \[N, 3\] and \[N, 4\] do not broadcast/,
  ],
  ['Add', [['N'], typed('int64', ['N'])], {}, /float32 and int64, expected one data type/],
  ['Exp', [typed('int32', [2])], {}, /input 0 is int32/],
  ['Clip', [[2], [1]], {}, /bound 1 is \[1\], expected a scalar/],
  ['MaxPool', [['N', 3, 4, 4]], {}, /it has no kernel_shape/],
  [
    'MaxPool',
    [['N', 3, 2]],
    { kernel_shape: ints([4]), strides: ints([2]), ceil_mode: int(1) },
    /reaches over 4 elements of spatial axis 0, .* has 2: expected less than a stride more/,
  ],
  [
    'MaxPool',
    [['N', 3, 2]],
    { kernel_shape: ints([4]), strides: ints([4]) },
    /no larger than the padded input/,
  ],
  [
    'MaxPool',
    [['N', 3, 4]],
    { kernel_shape: ints([2]), dilations: ints([2]), auto_pad: text('SAME_UPPER') },
    /automatic padding of dilated windows/,
  ],
  [
    'Reshape',
    [[2, 3], int64s([4, -1])],
    {},
    /cannot reshape \[2, 3\] to \[4, -1\]: 6 elements do not divide by 4/,
  ],
  ['Reshape', [[2, 3], int64s([7])], {}, /cannot reshape \[2, 3\] to \[7\]: expected 6 elements, found 7/],
  ['Reshape', [[2, 3], int64s([-1, -1])], {}, /at most one -1/],
  ['Reshape', [[2], int64s([2, 0])], {}, /there is no axis 1 to copy/],
  ['Transpose', [[2, 3]], { perm: ints([0, 0]) }, /repeat/],
  ['Squeeze', [[2, 3], int64s([1])], {}, /axis 1 of \[2, 3\] has size 3, expected 1/],
  ['Squeeze', [['N', 1]], {}, /expected the axes as input 1/],
  [
    'Concat',
    [
      ['N', 3],
      ['N', 3, 1],
    ],
    { axis: int(0) },
    /do not join/,
  ],
  ['Split', [[5], int64s([2, 2])], {}, /expected 2 sizes that sum to 5/],
  ['Slice', [[5], int64s([0]), int64s([2]), int64s([1])], {}, /axis 1 is outside a shape of 1 axes/],
  ['Slice', [[5], int64s([0]), int64s([2]), int64s([0]), int64s([0])], {}, /a step is 0/],
  ['Slice', [[5], int64s([4]), int64s([2 ** 31 - 1]), int64s([0]), int64s([-1])], {}, /ambiguous/],
  ['Pad', [[5, 5], int64s([1, 1])], {}, /pads is \[1, 1\], expected 4 numbers/],
  ['Pad', [[5], int64s([-3, -3])], {}, /take away more/],
  ['Gather', [[5], [1]], {}, /input 1 is float32, expected int64, int32/],
  ['ScatterElements', [[5], typed('int64', [2]), [3]], {}, /the updates are \[3\], expected \[2\]/],
  ['Softmax', [[5]], { axis: int(1) }, /axis 1 is outside/],
  ['BatchNormalization', [['N', 3, 4], [3], [3], [3], [4]], {}, /input 4 is \[4\], expected \[3\]/],
  [
    'BatchNormalization',
    [['N', 3, 4], [3], [3], [3], [3]],
    { training_mode: int(1) },
    /1 outputs, expected 3 in training mode/,
  ],
  ['TopK', [[4], int64s([5])], {}, /k is 5, expected 0 to 4/],
  ['Where', [[1], [1], [1]], {}, /input 0 is float32, expected bool/],
  ['Cast', [[1]], { to: int(99) }, /the data type number 99 is unknown/],
  ['Cast', [[1]], { to: float(1) }, /attribute to is of kind float, expected int/],
  ['Frobnicate', [[1]], {}, /^node here: the operator Frobnicate is unknown/],
  ['toString', [[1]], {}, /the operator toString is unknown/],
];

describe('inferTypes', () => {
  for (const [operator, inputs, attributes, expected] of shapes) {
    it(`${operator} gives [${expected.join(', ')}]`, () => {
      assert.deepEqual(dimsOf(operator, inputs, attributes)[0], expected);
    });
  }

  for (const [operator, inputs, attributes, message] of faults) {
    it(`${operator} refuses: ${message.source}`, () => {
      const outputs = operator === 'Split' ? 2 : 1;
      assert.throws(
        () => infer(operator, inputs, attributes, outputs),
        (error: unknown) =>
          error instanceof InputError && message.test(error.message) && !error.message.includes('\n'),
      );
    });
  }

  it('gives every output its type', () => {
    const batchNormalization = [['N', 3, 4], [3], [3], [3], [3]];
    assert.deepEqual(dimsOf('BatchNormalization', batchNormalization, { training_mode: int(1) }, 3), [
      ['N', 3, 4],
      [3],
      [3],
    ]);
    assert.deepEqual(
      infer('MaxPool', [['N', 3, 4]], { kernel_shape: ints([2]) }, 2)[1],
      typed('int64', ['N', 3, 3]),
    );
    assert.deepEqual(infer('Dropout', [['N', 3]], {}, 2)[1], typed('bool', ['N', 3]));
    assert.deepEqual(dimsOf('Split', [['N', 7], int64s([3, 4])], { axis: int(1) }, 2), [
      ['N', 3],
      ['N', 4],
    ]);
    assert.deepEqual(dimsOf('Split', [['N', 7]], { axis: int(1), num_outputs: int(3) }, 3), [
      ['N', 3],
      ['N', 3],
      ['N', 1],
    ]);
    assert.deepEqual(infer('Cast', [['N']], { to: int(7) })[0], typed('int64', ['N']));
    assert.deepEqual(infer('Greater', [['N', 3], []])[0], typed('bool', ['N', 3]));
  });

  it('knows every operator that models and gradients need', () => {
    const needed =
      'Conv ConvTranspose Gemm MatMul Add Sub Mul Div Neg Pow Sqrt Exp Log Abs Min Max Clip Relu LeakyRelu Sigmoid Tanh ' +
      'Softplus Softmax LogSoftmax BatchNormalization MaxPool AveragePool GlobalAveragePool ReduceMean ReduceSum ' +
      'ReduceMax ReduceMin ReduceSumSquare ReduceProd Reshape Flatten Transpose Squeeze Unsqueeze Concat Split Slice ' +
      'Pad Gather Expand Identity Cast Constant Dropout Where Equal Greater Less GreaterOrEqual LessOrEqual Not And Or ' +
      'Sign Reciprocal Erf Shape Size ConstantOfShape Range ScatterElements ScatterND GatherElements GatherND MaxUnpool ' +
      'Tile CumSum OneHot ArgMax Floor Ceil Round Sin Cos IsNaN Mod Elu Selu HardSigmoid HardSwish PRelu GlobalMaxPool ' +
      'LayerNormalization InstanceNormalization Resize DepthToSpace SpaceToDepth Trilu TopK';
    assert.deepEqual(
      needed.split(' ').filter((operator) => !isHeld(operator)),
      [],
    );
  });
});
