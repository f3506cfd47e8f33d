/** Small ONNX files with graphs within nodes, functions, and operators whose sizes come from constants. */
import { attributeField, attributeType, functionField, modelField } from '../../src/graph/onnx/fields.ts';
import { message, string } from '../../src/core/protobuf/writer.ts';
import {
  floats,
  graphMessage,
  int64s,
  modelBytes,
  nodeMessage,
  rawTensor,
  type AttributeValue,
  type ModelSource,
  type NodeSource,
} from '../graph/onnx/model-bytes.ts';

const body = (source: ModelSource): AttributeValue => ({
  type: attributeType.graph,
  fields: [graphMessage(attributeField.graph, source)],
});

const node = (
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[] = ['y'],
  attributes: NodeSource['attributes'] = {},
): NodeSource => ({ operator, inputs, outputs, attributes });

const scalar = (value: number) => rawTensor(7, [], BigInt64Array.of(BigInt(value)));
const numbers = (...dims: number[]) =>
  floats(
    dims,
    Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, (_, k) => ((k * 7) % 11) / 11),
  );

/** One operator on x, with constants by name. */
const on = (
  dims: readonly (number | string)[],
  operator: string,
  constants: NonNullable<ModelSource['initializers']>,
  attributes: NodeSource['attributes'] = {},
  inputs: readonly string[] = ['x', ...Object.keys(constants)],
): ModelSource => ({
  inputs: { x: dims },
  outputs: { y: null },
  nodes: [node(operator, inputs, ['y'], attributes)],
  initializers: constants,
});

const image = ['N', 2, 4, 4];

const sources: readonly ModelSource[] = [
  {
    inputs: { x: ['N', 3] },
    outputs: { y: null },
    nodes: [
      node('Shape', ['x'], ['s']),
      node('Gather', ['s', 'one'], ['n']),
      node('Equal', ['n', 'three'], ['is']),
      node('If', ['is'], ['y'], {
        then_branch: body({ nodes: [node('Relu', ['x'], ['a'])], outputs: { a: null } }),
        else_branch: body({ nodes: [node('Neg', ['x'], ['b'])], outputs: { b: null } }),
      }),
    ],
    initializers: { one: scalar(1), three: scalar(3) },
  },
  {
    inputs: { x: ['N', 3] },
    outputs: { last: null, y: null },
    nodes: [
      node('Loop', ['trips', '', 'x'], ['last', 'y'], {
        body: body({
          inputs: { i: [], go: [], v: null },
          types: { i: 7, go: 9, on: 9 },
          nodes: [
            node('Cast', ['i'], ['f'], { to: 1 }),
            node('Mul', ['x', 'f'], ['p']),
            node('Add', ['v', 'p'], ['next']),
            node('Identity', ['next'], ['seen']),
            node('Identity', ['go'], ['on']),
          ],
          outputs: { on: [], next: null, seen: [2, 3] },
        }),
      }),
    ],
    initializers: { trips: scalar(3) },
  },
  {
    inputs: { x: ['N', 2] },
    outputs: { y: null },
    nodes: [
      { operator: 'Twice', domain: 'local', inputs: ['x'], outputs: ['t'] },
      { operator: 'Twice', domain: 'local', inputs: ['t'], outputs: ['y'] },
    ],
    modelFields: [
      message(modelField.functions, [
        string(functionField.name, 'Twice'),
        string(functionField.domain, 'local'),
        string(functionField.input, 'a'),
        string(functionField.output, 'b'),
        nodeMessage(functionField.node, node('Add', ['a', 'a'], ['b'])),
      ]),
    ],
  },
  {
    inputs: { x: ['N', 4] },
    outputs: { y: null },
    nodes: [
      node('SplitToSequence', ['x', 'two'], ['s'], { axis: 1 }),
      node('ConcatFromSequence', ['s'], ['y'], { axis: 1 }),
    ],
    initializers: { two: scalar(2) },
  },
  on(['N', 3], 'Tile', { repeats: int64s([1, 2]) }),
  on(['N', 3], 'Expand', { shape: int64s([2, 1, 3]) }),
  on(['N', 6], 'Reshape', { shape: int64s([-1, 2, 3]) }),
  on(image, 'Pad', { pads: int64s([0, 0, 1, 1, 0, 0, 1, 1]), value: floats([], [0]) }),
  on(image, 'Slice', { starts: int64s([1]), ends: int64s([3]), axes: int64s([2]), steps: int64s([1]) }),
  on(image, 'Resize', { scales: floats([4], [1, 1, 2, 2]) }, { mode: 'linear' }, ['x', '', 'scales']),
  on(image, 'Resize', { sizes: int64s([1, 2, 7, 7]) }, { mode: 'nearest' }, ['x', '', '', 'sizes']),
  on(image, 'Conv', { w: numbers(4, 2, 3, 3), b: numbers(4) }, { pads: [1, 1, 1, 1], strides: [2, 2] }),
  on(image, 'ConvTranspose', { w: numbers(2, 3, 3, 3) }, { strides: [2, 2], output_padding: [1, 1] }),
  on(image, 'MaxPool', {}, { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
  on(image, 'AveragePool', {}, { kernel_shape: [2, 2], dilations: [2, 2] }),
  on(image, 'LpPool', {}, { kernel_shape: [2, 2], p: 3 }),
  on(image, 'DepthToSpace', {}, { blocksize: 1 }),
  on(image, 'SpaceToDepth', {}, { blocksize: 2 }),
  on(image, 'Split', { parts: int64s([1, 1]) }, { axis: 1 }),
  on(image, 'LRN', {}, { size: 3 }),
  on(image, 'GroupNormalization', { scale: numbers(2), bias: numbers(2) }, { num_groups: 2 }),
  on(image, 'Transpose', {}, { perm: [0, 2, 3, 1] }),
  on(['N', 5], 'TopK', { k: int64s([2]) }, { axis: 1 }),
  on(['N', 5], 'CumSum', { axis: scalar(1) }),
  on(['N', 5], 'Gather', { indices: int64s([0, 4]) }, { axis: 1 }),
  on(['N', 5], 'ReduceSum', { axes: int64s([1]) }, { keepdims: 0 }),
  on(['N', 4], 'Einsum', { w: numbers(4, 3) }, { equation: 'ij,jk->ik' }),
  on(['N', 5], 'QuantizeLinear', { scale: floats([], [0.1]) }),
  on([3, 'N', 2], 'LSTM', { w: numbers(1, 8, 2), r: numbers(1, 8, 2) }, { hidden_size: 2 }),
  on(
    [3, 'N', 2],
    'GRU',
    { w: numbers(1, 6, 2), r: numbers(1, 6, 2) },
    { hidden_size: 2, linear_before_reset: 1 },
  ),
  {
    inputs: { x: ['N', 3] },
    outputs: { y: null },
    nodes: [
      node('ConstantOfShape', ['shape'], ['zeros']),
      node('Range', ['start', 'limit', 'delta'], ['steps']),
      node('Cast', ['steps'], ['row'], { to: 1 }),
      node('Add', ['zeros', 'row'], ['w']),
      node('MatMul', ['x', 'w'], ['z']),
      node('OneHot', ['indices', 'depth', 'values'], ['hot']),
      node('Add', ['z', 'hot'], ['y']),
    ],
    initializers: {
      shape: int64s([3, 4]),
      start: scalar(0),
      limit: scalar(4),
      delta: scalar(1),
      indices: int64s([1]),
      depth: scalar(4),
      values: floats([2], [0, 1]),
    },
  },
];

/** Each in opset 18, and again as if it were of an older one. */
export function onnxSamples(): readonly Uint8Array[] {
  return sources.flatMap((source) => [modelBytes(source), modelBytes({ ...source, opset: 11 })]);
}
