/**
 * Each rewriting against the runtime, which runs files of every opset: the file as it was and the one written from
 * its graph in opset 18 must give the same numbers.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { InputError } from '../../../../src/core/errors.ts';
import { attributeField, attributeType } from '../../../../src/graph/onnx/fields.ts';
import { decodeModel } from '../../../../src/graph/onnx/read.ts';
import { encodeModel } from '../../../../src/graph/onnx/write.ts';
import { writableGraph } from '../../../../src/graph/operators/expand.ts';
import { specialize } from '../../../../src/graph/specialize/specialize.ts';
import type { Graph } from '../../../../src/graph/types.ts';
import { message } from '../../../../src/core/protobuf/writer.ts';
import { floats, graphMessage, int64s, modelBytes, rawTensor } from '../model-bytes.ts';
import type { AttributeValue, ModelSource, NodeSource } from '../model-bytes.ts';

type Attributes = Readonly<Record<string, AttributeValue>>;

interface Case {
  readonly opsets: readonly number[];
  readonly nodes: readonly NodeSource[];
  readonly x: readonly number[];
  readonly outputs?: ModelSource['outputs'];
  readonly initializers?: ModelSource['initializers'];
}

/** A node from x (and constants) to y. */
function one(operator: string, attributes: Attributes = {}, constants: readonly string[] = []): NodeSource[] {
  return [{ operator, name: 'n', inputs: ['x', ...constants], outputs: ['y'], attributes }];
}

const image = [1, 4, 6, 5];
const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'];
const perChannel = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => 0.5 + index / 3);
const batchWeights = Object.fromEntries(
  ['s', 'b', 'm', 'v'].map((name) => [name, floats([4], perChannel(4))]),
);

/** x quantised and dequantised by the same constants. */
function quantizedAndBack(attributes: Attributes, constants: readonly string[]): NodeSource[] {
  return [
    { operator: 'QuantizeLinear', inputs: ['x', ...constants], outputs: ['q'], attributes },
    { operator: 'DequantizeLinear', inputs: ['q', ...constants], outputs: ['y'], attributes },
  ];
}

/** [[1, -1, 7], [-8, 0, 3]] */
const fourBits: AttributeValue = {
  type: attributeType.tensor,
  fields: [message(attributeField.tensor, rawTensor(22, [2, 3], Uint8Array.of(0xf1, 0x87, 0x30)))],
};

const cases: Readonly<Record<string, Case>> = {
  'Softmax over a row of several axes': { opsets: [7, 11, 12, 13, 21], x: [2, 3, 4], nodes: one('Softmax') },
  'Softmax over the whole': { opsets: [7, 12], x: [2, 3, 4], nodes: one('Softmax', { axis: 0 }) },
  'Softmax over the last axis': { opsets: [7, 12, 13], x: [2, 3, 4], nodes: one('Softmax', { axis: 2 }) },
  'Softmax of pooled features': { opsets: [7, 12], x: [2, 3, 1, 1], nodes: one('Softmax', { axis: 1 }) },
  'LogSoftmax with a negative axis': {
    opsets: [11, 12, 13],
    x: [2, 3, 4],
    nodes: one('LogSoftmax', { axis: -2 }),
  },
  Hardmax: { opsets: [7, 12, 18], x: [2, 3, 4], nodes: one('Hardmax'), outputs: { y: ['a', 'b', 'c'] } },
  'Clip on both sides': {
    opsets: [7, 10],
    x: [2, 5],
    nodes: one('Clip', { min: { float: -0.25 }, max: { float: 0.5 } }),
  },
  'Clip without bounds': { opsets: [7, 10, 11, 18], x: [2, 5], nodes: one('Clip') },
  'Clip with bounds as inputs': {
    opsets: [11, 21],
    x: [2, 5],
    nodes: one('Clip', {}, ['', 'c']),
    initializers: { c: floats([], [0.1]) },
  },
  Dropout: { opsets: [7, 10], x: [2, 5], nodes: one('Dropout', { ratio: { float: 0.5 } }) },
  Squeeze: { opsets: [7, 11, 12], x: [2, 1, 5, 1], nodes: one('Squeeze', { axes: [1] }) },
  'Squeeze of all axes': { opsets: [7, 13, 21], x: [2, 1, 5, 1], nodes: one('Squeeze') },
  Unsqueeze: { opsets: [7, 12], x: [2, 5], nodes: one('Unsqueeze', { axes: [0, 3] }) },
  'Slice to the end': {
    opsets: [7, 9],
    x: [4, 5],
    nodes: one('Slice', { starts: [1, -3], ends: [Number.MAX_SAFE_INTEGER, -1], axes: [1, 0] }),
  },
  'Slice without axes': { opsets: [7, 9], x: [4, 5], nodes: one('Slice', { starts: [1], ends: [3] }) },
  'Pad with a value': {
    opsets: [7, 10],
    x: [3, 4],
    nodes: one('Pad', { pads: [0, 1, 2, 0], value: { float: 1.5 } }),
  },
  'Pad by reflection': {
    opsets: [7, 10],
    x: [3, 4],
    nodes: one('Pad', { pads: [0, 1, 2, 0], mode: 'reflect' }),
  },
  'Pad of later opsets': {
    opsets: [11, 19, 21],
    x: [3, 4],
    nodes: one('Pad', { mode: 'edge' }, ['p']),
    initializers: { p: int64s([0, 1, 2, 0]) },
  },
  'Split with sizes': {
    opsets: [7, 11, 12],
    x: [2, 4],
    nodes: [
      { operator: 'Split', inputs: ['x'], outputs: ['y', 'z'], attributes: { axis: 1, split: [1, 3] } },
    ],
    outputs: { y: null, z: null },
  },
  'Split in equal parts': {
    opsets: [7, 12, 13, 17],
    x: [2, 4],
    nodes: [{ operator: 'Split', inputs: ['x'], outputs: ['y', 'z'], attributes: { axis: 1 } }],
    outputs: { y: null, z: null },
  },
  TopK: {
    opsets: [7, 9],
    x: [2, 4],
    nodes: [{ operator: 'TopK', inputs: ['x'], outputs: ['y', 'i'], attributes: { k: 2, axis: 1 } }],
  },
  'BatchNormalization of opset 7': {
    opsets: [7, 8],
    x: image,
    nodes: one('BatchNormalization', { spatial: 1, epsilon: { float: 1e-3 } }, ['s', 'b', 'm', 'v']),
    initializers: batchWeights,
  },
  BatchNormalization: {
    opsets: [9, 13, 14, 15, 21],
    x: image,
    nodes: one('BatchNormalization', {}, ['s', 'b', 'm', 'v']),
    initializers: batchWeights,
  },
  'GroupNormalization by channel': {
    opsets: [21],
    x: image,
    nodes: one('GroupNormalization', { num_groups: 2 }, ['s', 'b']),
    initializers: { s: floats([4], perChannel(4)), b: floats([4], perChannel(4)) },
  },
  'GroupNormalization by group': {
    opsets: [18, 20],
    x: image,
    nodes: one('GroupNormalization', { num_groups: 2, epsilon: { float: 0.1 } }, ['s', 'b']),
    initializers: { s: floats([2], [2, 3]), b: floats([2], [1, -1]) },
  },
  'Upsample with scales as attribute': {
    opsets: [7, 8],
    x: image,
    nodes: one('Upsample', { mode: 'nearest', scales: { floats: [1, 1, 2, 3] } }),
  },
  'Upsample, linear': {
    opsets: [7],
    x: image,
    nodes: one('Upsample', { mode: 'linear', scales: { floats: [1, 1, 2, 2] } }),
  },
  'Upsample with scales as input': {
    opsets: [9],
    x: image,
    nodes: one('Upsample', { mode: 'nearest' }, ['c']),
    initializers: { c: floats([4], [1, 1, 2, 2]) },
  },
  'Resize of opset 10, larger': {
    opsets: [10],
    x: image,
    nodes: one('Resize', { mode: 'nearest' }, ['c']),
    initializers: { c: floats([4], [1, 1, 1.7, 2.3]) },
  },
  'Resize of opset 10, smaller': {
    opsets: [10],
    x: image,
    nodes: one('Resize', { mode: 'nearest' }, ['c']),
    initializers: { c: floats([4], [1, 1, 0.6, 1]) },
  },
  'Resize of opset 10, linear': {
    opsets: [10],
    x: image,
    nodes: one('Resize', { mode: 'linear' }, ['c']),
    initializers: { c: floats([4], [1, 1, 0.6, 1.7]) },
  },
  'Resize by sizes': {
    opsets: [11, 12],
    x: image,
    nodes: one('Resize', { mode: 'linear', coordinate_transformation_mode: 'align_corners' }, [
      'r',
      'c',
      'z',
    ]),
    initializers: { r: floats([0], []), c: floats([0], []), z: int64s([1, 4, 9, 10]) },
  },
  'Gelu, exact': { opsets: [20, 21], x: [2, 5], nodes: one('Gelu') },
  'Gelu by tanh': { opsets: [20, 21], x: [2, 5], nodes: one('Gelu', { approximate: 'tanh' }) },
  AveragePool: {
    opsets: [19, 21],
    x: image,
    nodes: one('AveragePool', { kernel_shape: [2, 2], dilations: [1, 1] }),
  },
  Scatter: {
    opsets: [9, 10],
    x: [2, 3],
    nodes: one('Scatter', { axis: 1 }, ['i', 'u']),
    initializers: { i: rawTensor(7, [2, 1], BigInt64Array.of(0n, 2n)), u: floats([2, 1], [8, 9]) },
  },
  RoiAlign: {
    opsets: [10, 16],
    x: image,
    nodes: one('RoiAlign', { output_height: 2, output_width: 2 }, ['r', 'i']),
    outputs: { y: ['a', 'b', 2, 2] },
    initializers: { r: floats([1, 4], [0.5, 0.5, 3, 4]), i: int64s([0]) },
  },
  GridSample: {
    opsets: [20, 21],
    x: image,
    nodes: one('GridSample', { mode: 'linear' }, ['g']),
    outputs: { y: ['a', 'b', 'c', 'd'] },
    initializers: { g: floats([1, 1, 2, 2], [-0.5, 0.1, 0.9, -1]) },
  },
  Cast: { opsets: [19, 21], x: [2, 3], nodes: one('Cast', { to: 1, saturate: 1 }) },
  'QuantizeLinear and back': {
    opsets: [10, 13, 19, 21],
    x: [2, 3],
    nodes: [
      { operator: 'QuantizeLinear', inputs: ['x', 's', 'z'], outputs: ['q'] },
      { operator: 'DequantizeLinear', inputs: ['q', 's', 'z'], outputs: ['y'] },
    ],
    outputs: { y: [2, 3] },
    initializers: { s: floats([], [0.02]), z: rawTensor(2, [], Uint8Array.of(128)) },
  },
  ...Object.fromEntries(
    reductions.flatMap((name): [string, Case][] => [
      [
        `Reduce${name} over axes`,
        {
          opsets: [7, 12, ...(name === 'Sum' ? [] : [13, 17])],
          x: [2, 3, 4],
          nodes: one(`Reduce${name}`, { axes: [1, 2], keepdims: 0 }),
        },
      ],
      [`Reduce${name} of all`, { opsets: [7, 13, 18, 21], x: [2, 3, 4], nodes: one(`Reduce${name}`) }],
    ]),
  ),
  'GroupNormalization by channel of later opsets': {
    opsets: [21, 25, 26],
    x: image,
    nodes: one('GroupNormalization', { num_groups: 2 }, ['s', 'b']),
    initializers: batchWeights,
  },
  'RMSNormalization (opset 23)': {
    opsets: [23, 25],
    x: [2, 3, 4],
    nodes: one('RMSNormalization', { axis: -2, epsilon: { float: 1e-3 } }, ['s']),
    initializers: { s: floats([3, 4], perChannel(12)) },
  },
  'Attention over four axes': {
    opsets: [23, 24, 25],
    x: [1, 2, 3, 4],
    nodes: [{ operator: 'Attention', inputs: ['x', 'k', 'k'], outputs: ['y'] }],
    initializers: { k: floats([1, 2, 5, 4], perChannel(40)) },
  },
  'Attention over three axes, shared keys, causal, softcap': {
    opsets: [23, 24],
    x: [2, 3, 8],
    nodes: [
      {
        operator: 'Attention',
        inputs: ['x', 'k', 'k'],
        outputs: ['y'],
        attributes: {
          q_num_heads: 4,
          kv_num_heads: 2,
          is_causal: 1,
          scale: { float: 0.3 },
          softcap: { float: 0.7 },
        },
      },
    ],
    initializers: { k: floats([2, 3, 4], perChannel(24)) },
  },
  'Attention with an added mask, keys before, and all outputs': {
    opsets: [23, 24],
    x: [1, 2, 3, 4],
    nodes: [
      {
        operator: 'Attention',
        inputs: ['x', 'x', 'x', 'm', 'p', 'p'],
        outputs: ['y', 'keys', 'values', 'scores'],
      },
    ],
    initializers: { m: floats([3, 5], perChannel(15)), p: floats([1, 2, 2, 4], perChannel(16)) },
    outputs: { y: null, keys: null, values: null, scores: null },
  },
  'RotaryEmbedding (opset 23)': {
    opsets: [23, 25],
    x: [1, 2, 3, 4],
    nodes: one('RotaryEmbedding', {}, ['cos', 'sin']),
    initializers: { cos: floats([1, 3, 2], perChannel(6)), sin: floats([1, 3, 2], perChannel(6)) },
  },
  'RotaryEmbedding by positions, interleaved, of a part': {
    opsets: [23],
    x: [1, 3, 8],
    nodes: one('RotaryEmbedding', { num_heads: 2, interleaved: 1, rotary_embedding_dim: 2 }, [
      'cos',
      'sin',
      'places',
    ]),
    initializers: {
      cos: floats([6, 1], perChannel(6)),
      sin: floats([6, 1], perChannel(6)),
      places: rawTensor(7, [1, 3], BigInt64Array.of(4n, 0n, 2n)),
    },
  },
  'Einsum with an ellipsis': {
    opsets: [12, 18, 26],
    x: [2, 3, 4],
    nodes: one('Einsum', { equation: '...ij,jk->...ki' }, ['w']),
    initializers: { w: floats([4, 2], perChannel(8)) },
  },
  'Einsum of one operand': { opsets: [12], x: [2, 3, 4], nodes: one('Einsum', { equation: 'abc->cb' }) },
  MeanVarianceNormalization: { opsets: [9, 13], x: image, nodes: one('MeanVarianceNormalization') },
  LpNormalization: { opsets: [7, 22], x: [2, 5], nodes: one('LpNormalization', { p: 1 }) },
  'LpPool by dilation': {
    opsets: [18, 22],
    x: image,
    nodes: one('LpPool', { kernel_shape: [2, 3], pads: [1, 1, 0, 1], p: 3, dilations: [2, 1] }),
  },
  'LpPool in ceil mode': {
    opsets: [18],
    x: image,
    nodes: one('LpPool', { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 }),
  },
  'LpPool with automatic padding': {
    opsets: [7, 11, 18],
    x: image,
    nodes: one('LpPool', { kernel_shape: [3, 2], strides: [2, 1], auto_pad: 'SAME_UPPER' }),
  },
  GlobalLpPool: { opsets: [7, 21], x: image, nodes: one('GlobalLpPool') },
  Celu: { opsets: [12], x: [2, 5], nodes: one('Celu', { alpha: { float: 0.5 } }) },
  ThresholdedRelu: { opsets: [10, 22], x: [2, 5], nodes: one('ThresholdedRelu', { alpha: { float: 0.5 } }) },
  Shrink: { opsets: [9], x: [2, 5], nodes: one('Shrink', { lambd: { float: 0.4 }, bias: { float: 0.2 } }) },
  LRN: { opsets: [7, 13], x: image, nodes: one('LRN', { size: 3, alpha: { float: 0.1 } }) },
  CenterCropPad: {
    opsets: [18],
    x: [2, 5, 4],
    nodes: one('CenterCropPad', {}, ['to']),
    initializers: { to: int64s([5, 2, 4]) },
  },
  AffineGrid: {
    opsets: [20, 22],
    x: [2, 2, 3],
    nodes: one('AffineGrid', { align_corners: 1 }, ['size']),
    initializers: { size: int64s([2, 3, 4, 5]) },
  },
  CastLike: {
    opsets: [15, 19, 25],
    x: [2, 5],
    nodes: one('CastLike', {}, ['like']),
    initializers: { like: floats([1], [0]) },
  },
  'Resize with centred coordinates (opset 19)': {
    opsets: [19],
    x: image,
    nodes: one('Resize', { mode: 'linear', coordinate_transformation_mode: 'half_pixel_symmetric' }, [
      '',
      '',
      'sizes',
    ]),
    initializers: { sizes: int64s([1, 4, 9, 7]) },
  },
  ...Object.fromEntries(
    [
      { pads: [1, 1, 0, 1] },
      { pads: [1, 1, 0, 1], count_include_pad: 1 },
      { pads: [1, 0, 1, 1], strides: [3, 2], ceil_mode: 1 },
      { pads: [1, 0, 1, 1], strides: [3, 2], ceil_mode: 1, count_include_pad: 1 },
      { auto_pad: 'VALID' },
    ].map((attributes) => [
      `AveragePool by dilation ${JSON.stringify(attributes)}`,
      {
        opsets: [19, 22],
        x: image,
        nodes: one('AveragePool', { kernel_shape: [2, 3], dilations: [2, 1], ...attributes }),
      },
    ]),
  ),
  'Pad with the other side': {
    opsets: [19, 25],
    x: image,
    nodes: one('Pad', { mode: 'wrap' }, ['pads']),
    initializers: { pads: int64s([0, 0, 1, 2, 0, 1, 6, 3]) },
  },
  'Pad with the other side, cut first, of two axes': {
    opsets: [19],
    x: image,
    nodes: one('Pad', { mode: 'wrap' }, ['pads', '', 'axes']),
    initializers: { pads: int64s([-2, 3, 3, -1]), axes: int64s([-1, 2]) },
  },
  ...Object.fromEntries(
    [
      ['16 bits', 5, Int16Array.of(-300)],
      ['16 bits without sign', 4, Uint16Array.of(300)],
      ['4 bits', 22, Uint8Array.of(0x0e)],
      ['4 bits without sign', 21, Uint8Array.of(3)],
    ].map(([name, code, zero]) => [
      `QuantizeLinear to ${String(name)} and back (opset 21)`,
      {
        opsets: [21, 23],
        x: [2, 5],
        nodes: quantizedAndBack({}, ['s', 'z']),
        initializers: {
          s: floats([], [Number(code) > 20 ? 0.06 : 1 / 60000]),
          z: rawTensor(Number(code), [], zero as Uint8Array),
        },
      },
    ]),
  ),
  'QuantizeLinear by blocks and back (opset 21)': {
    opsets: [21],
    x: [4, 3],
    nodes: quantizedAndBack({ axis: 0, block_size: 2 }, ['s', 'z']),
    initializers: {
      s: floats([2, 3], [0.01, 0.02, 0.005, 0.003, 0.006, 0.1]),
      z: rawTensor(3, [2, 3], Int8Array.of(1, 2, 3, -4, 5, -6)),
    },
  },
  'QuantizeLinear to a type said by an attribute (opset 21)': {
    opsets: [21],
    x: [2, 5],
    nodes: [
      { operator: 'QuantizeLinear', inputs: ['x', 's'], outputs: ['q'], attributes: { output_dtype: 5 } },
      { operator: 'DequantizeLinear', inputs: ['q', 's'], outputs: ['y'] },
    ],
    initializers: { s: floats([], [1 / 20000]) },
  },
  ...Object.fromEntries(
    [17, 18, 19, 20].map((code) => [
      `weights of the 8-bit floating type ${String(code)} (opset 19)`,
      {
        opsets: [19, 23],
        x: [126],
        nodes: [
          { operator: 'DequantizeLinear', inputs: ['q', 's'], outputs: ['w'] },
          { operator: 'Cast', inputs: ['q'], outputs: ['c'], attributes: { to: 1 } },
          { operator: 'Add', inputs: ['w', 'c'], outputs: ['v'] },
          { operator: 'Mul', inputs: ['x', 'v'], outputs: ['y'] },
        ],
        // Neither infinities nor what is no number.
        initializers: {
          q: rawTensor(
            code,
            [126],
            Uint8Array.from({ length: 126 }, (_, at) => (at < 63 ? 2 * at : 2 * at + 3) % 252),
          ),
          s: floats([], [0.25]),
        },
      },
    ]),
  ),
  'weights of 4 bits, turned before they are dequantised (opset 21)': {
    opsets: [21],
    x: [2, 3],
    nodes: [
      { operator: 'Constant', inputs: [], outputs: ['q'], attributes: { value: fourBits } },
      { operator: 'Transpose', inputs: ['q'], outputs: ['t'], attributes: { perm: [1, 0] } },
      { operator: 'DequantizeLinear', inputs: ['t', 's'], outputs: ['w'], attributes: { axis: 1 } },
      { operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] },
    ],
    initializers: { s: floats([2], [0.5, 2]) },
  },
  ...Object.fromEntries(
    ['linear', 'circular'].map((mode) => [
      `TensorScatter, ${mode} (opset 24)`,
      {
        opsets: [24],
        x: [2, 3, 4, 2],
        nodes: [
          {
            operator: 'TensorScatter',
            inputs: ['cache', 'x', 'at'],
            outputs: ['y'],
            attributes: { mode },
          },
        ],
        initializers: {
          cache: floats([2, 3, 7, 2], perChannel(84)),
          at: int64s(mode === 'linear' ? [1, 3] : [1, 5]),
        },
      },
    ]),
  ),
  'Attention to keys of different number (opset 24)': {
    opsets: [24],
    x: [2, 2, 3, 4],
    nodes: [
      { operator: 'Attention', inputs: ['x', 'k', 'v', '', '', '', 'n'], outputs: ['y'], attributes: {} },
    ],
    initializers: {
      k: floats([2, 2, 5, 4], perChannel(80)),
      v: floats([2, 2, 5, 4], perChannel(80)),
      n: int64s([5, 2]),
    },
  },
  'DequantizeLinear of 16 bits by blocks (opset 21)': {
    opsets: [21, 25],
    x: [4, 3],
    nodes: [
      {
        operator: 'DequantizeLinear',
        inputs: ['q', 's', 'z'],
        outputs: ['w'],
        attributes: { axis: 0, block_size: 2 },
      },
      { operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] },
    ],
    initializers: {
      q: rawTensor(
        5,
        [4, 3],
        Int16Array.from({ length: 12 }, (_, at) => at * 97 - 500),
      ),
      s: floats([2, 3], perChannel(6)),
      z: rawTensor(5, [2, 3], Int16Array.of(1, 2, 3, -4, 5, -6)),
    },
  },
  'QuantizeLinear with the type as attribute (opset 21)': {
    opsets: [21, 23],
    x: [2, 5],
    nodes: [
      { operator: 'QuantizeLinear', inputs: ['x', 's'], outputs: ['q'], attributes: { output_dtype: 3 } },
      { operator: 'DequantizeLinear', inputs: ['q', 's'], outputs: ['y'] },
    ],
    initializers: { s: floats([], [0.007]) },
  },
};

async function run(
  bytes: Uint8Array,
  x: RuntimeTensor,
): Promise<[string, readonly number[], ArrayLike<number>][]> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  const results = await session.run({ x });
  await session.release();
  return session.outputNames.map((name) => [name, results[name]!.dims, results[name]!.data as Float32Array]);
}

/** The graph as an engine gets it: operators and forms that no graph holds are written out. */
async function written(source: Uint8Array, name: string): Promise<Graph> {
  const { graph } = await specialize(decodeModel(source, name).graph);
  return writableGraph(graph);
}

describe('every opset from 7 to 26 is brought to 18', () => {
  for (const [name, { opsets, nodes, x: dims, outputs, initializers }] of Object.entries(cases)) {
    test(`${name} (${opsets.join(', ')})`, async () => {
      const size = dims.reduce((product, dim) => product * dim, 1);
      // Positive, so that logarithms and roots are defined, and without ties.
      const data = Float32Array.from({ length: size }, (_, index) => 0.05 + ((index * 0.381966) % 1));
      const x = new RuntimeTensor('float32', data, dims);
      for (const opset of opsets) {
        const source = modelBytes({
          opset,
          nodes,
          inputs: { x: dims },
          ...(outputs === undefined ? {} : { outputs }),
          ...(initializers === undefined ? {} : { initializers }),
        });
        const expected = await run(source, x);
        const actual = await run(encodeModel(await written(source, name)), x);
        actual.forEach(([output, shape, values], index) => {
          const [, expectedShape, expectedValues] = expected[index]!;
          assert.deepEqual([...shape], [...expectedShape], `opset ${String(opset)}, ${output}`);
          Array.from(values).forEach((value, at) => {
            const wanted = expectedValues[at]!;
            assert.ok(
              value === wanted || Math.abs(value - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted)),
              `opset ${String(opset)}, ${output}[${String(at)}]: ${String(value)} for ${String(wanted)}`,
            );
          });
        });
      }
    });
  }
});

describe('upgradeGraph', () => {
  const decode = (
    opset: number,
    nodes: readonly NodeSource[],
    initializers: ModelSource['initializers'] = {},
  ) =>
    decodeModel(
      modelBytes({ opset, nodes, inputs: { x: image }, outputs: { y: ['a', 'b', 'c', 'd'] }, initializers }),
      'm',
    ).graph;

  test('keeps Softmax one node where the axes after its own are 1', () => {
    const operators = decodeModel(
      modelBytes({ opset: 7, nodes: one('Softmax'), inputs: { x: ['N', 10] } }),
      'm',
    ).graph.nodes.map((node) => [node.operator, node.name, node.attributes['axis']]);
    assert.deepEqual(operators, [['Softmax', 'n', { kind: 'int', value: 1 }]]);
  });

  test('reads training from the outputs of an old BatchNormalization', () => {
    const node = {
      ...one('BatchNormalization', {}, ['s', 'b', 'm', 'v'])[0]!,
      outputs: ['y', 'm1', 'v1', 'm2', 'v2'],
    };
    const [written] = decode(9, [node], batchWeights).nodes;
    assert.deepEqual(written?.outputs, ['y', 'm1', 'v1']);
    assert.deepEqual(written.attributes['training_mode'], { kind: 'int', value: 1 });
  });

  test('rewrites within the graphs of nodes', () => {
    const body = (operator: string): AttributeValue => {
      const reduce = { operator, inputs: ['x'], outputs: ['t'], attributes: { axes: [1], keepdims: 1 } };
      const graph = graphMessage(attributeField.graph, { nodes: [reduce], outputs: { t: [1, 1, 6, 5] } });
      return { type: attributeType.graph, fields: [graph] };
    };
    const nodes: NodeSource[] = [
      {
        operator: 'If',
        inputs: ['c'],
        outputs: ['y'],
        attributes: { then_branch: body('ReduceSum'), else_branch: body('ReduceMean') },
      },
    ];
    const graph = decode(11, nodes, { c: rawTensor(9, [], Uint8Array.of(1)) });
    const branch = graph.nodes[0]?.attributes['else_branch'];
    assert.ok(branch?.kind === 'graph');
    const [mean] = branch.value.nodes;
    assert.equal(mean?.inputs.length, 2);
    assert.deepEqual([...branch.value.initializers.get(mean.inputs[1]!)!.data], [1n]);
  });

  test('refuses by node and operator what opset 18 cannot say', () => {
    const weights = batchWeights;
    const refused: readonly [RegExp, number, readonly NodeSource[]][] = [
      [
        /node n \(BatchNormalization\): .*spatial = 0/,
        7,
        one('BatchNormalization', { spatial: 0 }, ['s', 'b', 'm', 'v']),
      ],
      [
        /node n \(Resize\): the coordinates half_pixel_symmetric/,
        19,
        one('Resize', { coordinate_transformation_mode: 'half_pixel_symmetric' }, ['', 's']),
      ],
      [/node n \(Cast\): the data type 17/, 19, one('Cast', { to: 17 })],
      [/node n \(DeformConv\): came with opset 19/, 19, one('DeformConv', {}, ['s', 'b'])],
      [/node n \(Gelu\): the file is of opset 19, and its operator came with opset 20/, 19, one('Gelu')],
      [/node n \(Upsample\): .*taken away/, 13, one('Upsample', {}, ['s'])],
      [/node n \(toString\): .*no standard ONNX operator/, 18, one('toString')],
      [/node n \(Scan\): this form is of opset 8/, 8, one('Scan')],
      [/node n \(Unsqueeze\): the attribute axes is missing/, 11, one('Unsqueeze')],
      [
        /node n \(QuantizeLinear\): quantisation to this type came with opset 21/,
        21,
        one('QuantizeLinear', { output_dtype: 17 }, ['s']),
      ],
    ];
    for (const [expected, opset, nodes] of refused) {
      assert.throws(
        () => decode(opset, nodes, weights),
        (error) => error instanceof InputError && expected.test(error.message),
        String(expected),
      );
    }
  });
});
