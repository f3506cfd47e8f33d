import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { InputError } from '../../../src/core/errors.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import {
  attributeField,
  graphField,
  modelField,
  sparseTensorField,
  tensorField,
} from '../../../src/graph/onnx/fields.ts';
import { decodeModel, readModel } from '../../../src/graph/onnx/read.ts';
import { bytes, encodeMessage, float32, message, string, varint } from '../../../src/core/protobuf/writer.ts';
import type { Field } from '../../../src/core/protobuf/writer.ts';
import { encodeModel } from '../../../src/graph/onnx/write.ts';
import { float32 as float32Tensor, numbersOf } from '../../../src/graph/tensor.ts';
import { floats, int64s, modelBytes, packed, rawTensor, tensorHead, valueOf } from './model-bytes.ts';
import type { ModelSource } from './model-bytes.ts';

/**
 * Written by Python's onnx 1.23 (helper.make_model, IR version 3, opset 9): Gemm (transB, weights in float_data and
 * listed as inputs too), Clip with min 0 and max 6 as attributes, Softmax without an axis.
 */
const fromPython = Buffer.from(
  'CAMSBnB5dGhvbhoDMS4wOv4BCigKAXgKAXcKAWISAWgaBWRlbnNlIgRHZW1tKg0KBnRyYW5zQhgBoAECCioKAWgSAWMiBENsaXAqDQoDbWF4FQAA' +
    'wECgAQEqDQoDbWluFQAAAACgAQEKDwoBYxIBeSIHU29mdG1heBIDbmV0KiMIAggDEAEiGAAAgD8AAABAAABAQAAAgEAAAKBAAADQwEIBdyoRCAIQ' +
    'ASIIAAAAPwAAAL9CAWJaGAoBeBITChEIARINCgcSBWJhdGNoCgIIA1oTCgF3Eg4KDAgBEggKAggCCgIIA1oPCgFiEgoKCAgBEgQKAggCYhgKAXkS' +
    'EwoRCAESDQoHEgViYXRjaAoCCAJCBAoAEAk=',
  'base64',
);

const relu = { operator: 'Relu', inputs: ['x'], outputs: ['y'] };
const x = { x: ['N', 2] };

function messageOfDecoding(source: ModelSource | Uint8Array): string {
  const content = source instanceof Uint8Array ? source : modelBytes(source);
  let message = '';
  assert.throws(
    () => decodeModel(content, 'm.onnx'),
    (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.ok(!error.message.includes('\n'), 'one line');
      assert.match(error.message, /^the model m\.onnx/);
      message = error.message;
      return true;
    },
  );
  return message;
}

/** Decodes and encodes again; anything thrown but an InputError fails the test. */
function tolerate(content: Uint8Array): void {
  try {
    encodeModel(decodeModel(content, 'm.onnx').graph);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}

describe('decodeModel', () => {
  test('reads a file of Python’s onnx', () => {
    const { graph, producer, irVersion, opset } = decodeModel(fromPython, 'python.onnx');
    assert.deepEqual([producer, irVersion, opset], ['python 1.0', 3, 9]);
    assert.deepEqual(graph.inputs, [{ name: 'x', dataType: 'float32', dims: ['batch', 3] }]);
    assert.deepEqual(graph.outputs, [{ name: 'y', dataType: 'float32', dims: ['batch', 2] }]);
    assert.deepEqual(graph.initializers.get('w'), float32Tensor([2, 3], [1, 2, 3, 4, 5, -6.5]));
    assert.deepEqual(
      graph.nodes.map((node) => [node.name, node.operator]),
      [
        ['dense', 'Gemm'],
        ['Clip_1', 'Clip'],
        ['Softmax_2', 'Softmax'],
      ],
    );
  });

  test('refuses every beginning of a file that is not the whole', () => {
    const builder = new GraphBuilder('small');
    const input = builder.input('x', 'float32', ['N', 2]);
    builder.output(
      builder.softmax(builder.gemm(input, builder.constant(float32Tensor([2, 2], [1, 2, 3, 4])))),
    );
    const own = encodeModel(builder.build(), { metadata: { key: 'value' } });
    for (const whole of [own, new Uint8Array(fromPython)]) {
      for (let length = 0; length < whole.length; length++) messageOfDecoding(whole.subarray(0, length));
    }
    assert.match(messageOfDecoding(own.subarray(0, 100)), /truncated or not an ONNX file/);
  });

  test('survives damage: a byte changed anywhere, or noise', () => {
    const flip = fc.property(
      fc.array(fc.tuple(fc.nat(fromPython.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
      (flips) => {
        const damaged = new Uint8Array(fromPython);
        for (const [at, value] of flips) damaged[at] = value;
        tolerate(damaged);
      },
    );
    fc.assert(flip, { seed: 3, numRuns: 1500 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), tolerate), { seed: 4, numRuns: 500 });
  });

  test('says what a file of another kind is', () => {
    const files: readonly [RegExp, string | Uint8Array][] = [
      [/empty/, ''],
      [/JSON/, '{"format": "layers-model"}'],
      [/JSON/, '\uFEFF [1]'],
      [/HTML/, '\n<!DOCTYPE html><html>'],
      [/Git LFS/, 'version https://git-lfs.github.com/spec/v1\noid sha256:0'],
      [/ZIP/, 'PK\x03\x04rest'],
      [/gzip/, gzipSync('x')],
      [/truncated or not an ONNX file/, 'a line of text, of no use here\n'],
    ];
    for (const [expected, content] of files) {
      assert.match(messageOfDecoding(typeof content === 'string' ? Buffer.from(content) : content), expected);
    }
  });

  test('elements in each field that ONNX allows', () => {
    const int = (value: number) => varint(1, BigInt(value));
    const cases: readonly [string, number, Parameters<typeof modelBytes>[0]['graphFields'], number[]][] = [
      ['float_data packed', 1, [packed(tensorField.floatData, [float32(1, 1.5), float32(1, -2)])], [1.5, -2]],
      ['float_data', 1, [float32(tensorField.floatData, 1.5), float32(tensorField.floatData, -2)], [1.5, -2]],
      ['int32_data as int32', 6, [packed(tensorField.int32Data, [int(-7), int(8)])], [-7, 8]],
      ['int32_data as int8', 3, [packed(tensorField.int32Data, [int(-7), int(8)])], [-7, 8]],
      ['int32_data as uint8', 2, [packed(tensorField.int32Data, [int(255), int(8)])], [255, 8]],
      ['int32_data as bool', 9, [packed(tensorField.int32Data, [int(1), int(0)])], [1, 0]],
      [
        'int32_data as float16',
        10,
        [packed(tensorField.int32Data, [int(0x3c00), int(0x8001)])],
        [1, -(2 ** -24)],
      ],
      [
        'int32_data as bfloat16',
        16,
        [packed(tensorField.int32Data, [int(0x3f80), int(0xff80)])],
        [1, -Infinity],
      ],
      ['raw bfloat16', 16, [bytes(tensorField.rawData, Uint8Array.of(0x49, 0x40, 0, 0x80))], [3.140625, -0]],
      ['int64_data', 7, [packed(tensorField.int64Data, [int(-9), int(2 ** 40)])], [-9, 2 ** 40]],
      [
        'uint64_data as uint32',
        12,
        [packed(tensorField.uint64Data, [int(2 ** 32 - 1), int(1)])],
        [2 ** 32 - 1, 1],
      ],
      ['uint64_data', 13, [packed(tensorField.uint64Data, [int(5), int(6)])], [5, 6]],
      [
        'double_data',
        11,
        [bytes(tensorField.doubleData, new Uint8Array(Float64Array.of(0.1, -4).buffer))],
        [0.1, -4],
      ],
    ];
    for (const [what, code, fields, expected] of cases) {
      const model = modelBytes({
        nodes: [relu],
        inputs: x,
        initializers: { w: [...tensorHead(code, [2]), ...(fields ?? [])] },
      });
      assert.deepEqual(numbersOf(decodeModel(model, what).graph.initializers.get('w')!), expected, what);
    }
  });

  test('an aligned weight is a view of the file, one that is not a copy', () => {
    const content = modelBytes({ nodes: [relu], inputs: x, initializers: { w: floats([2], [1, 2]) } });
    const seen = new Set<boolean>();
    for (let shift = 0; shift < 4; shift++) {
      const buffer = new Uint8Array(content.length + 4);
      buffer.set(content, shift);
      const { graph } = decodeModel(buffer.subarray(shift, shift + content.length), 'm.onnx');
      const data = graph.initializers.get('w')!.data as Float32Array;
      assert.deepEqual([...data], [1, 2]);
      seen.add(data.buffer === buffer.buffer);
    }
    assert.deepEqual([...seen].sort(), [false, true]);
  });

  test('refuses tensors that it cannot hold, by name', () => {
    const refused = (fields: ReturnType<typeof tensorHead>): string =>
      messageOfDecoding({ nodes: [relu], inputs: x, initializers: { w: fields } });
    assert.match(
      refused(rawTensor(14, [1], Float32Array.of(1, 0))),
      /the initializer w has the data type complex64/,
    );
    assert.match(refused(rawTensor(99, [1], Uint8Array.of(1))), /the data type 99/);
    assert.match(refused(floats([3], [1, 2])), /w of shape \[3\] needs 3 elements, and the file holds 2/);
    assert.match(refused(tensorHead(1, [2 ** 40, 2 ** 40])), /and the file holds 0/);
    assert.match(
      refused([varint(tensorField.dims, -1n), varint(tensorField.dataType, 1n)]),
      /impossible shape/,
    );
    assert.match(refused([varint(tensorField.dataLocation, 1n), ...tensorHead(1, [1])]), /does not name/);
    const sparse = message(graphField.sparseInitializer, [
      message(sparseTensorField.values, [string(tensorField.name, 's'), ...floats([1], [3])]),
      message(sparseTensorField.indices, int64s([4])),
      varint(sparseTensorField.dims, 4n),
    ]);
    assert.match(
      messageOfDecoding({ nodes: [relu], inputs: x, graphFields: [sparse] }),
      /initializer s is sparse, with a place outside its shape/,
    );
  });

  test('Constant nodes in every form become initializers', () => {
    const constant = (output: string, attributes: ModelSource['nodes'][number]['attributes']) => ({
      operator: 'Constant',
      inputs: [],
      outputs: [output],
      attributes: attributes ?? {},
    });
    const { graph } = decodeModel(
      modelBytes({
        inputs: x,
        nodes: [
          constant('a', { value_float: { float: 0.5 } }),
          constant('b', { value_floats: { floats: [1, 2] } }),
          constant('c', { value_int: -3 }),
          constant('d', { value_ints: [4, 5] }),
          constant('e', { value_string: 'text' }),
          constant('f', { value: { type: 4, fields: [message(5, floats([1, 1], [7]))] } }),
          relu,
        ],
      }),
      'm.onnx',
    );
    assert.deepEqual(
      graph.nodes.map((node) => node.operator),
      ['Relu'],
    );
    assert.deepEqual(
      [...graph.initializers].map(([name, { dataType, dims, data }]) => [name, dataType, dims, [...data]]),
      [
        ['a', 'float32', [], [0.5]],
        ['b', 'float32', [2], [1, 2]],
        ['c', 'int64', [], [-3n]],
        ['d', 'int64', [2], [4n, 5n]],
        ['e', 'string', [], ['text']],
        ['f', 'float32', [1, 1], [7]],
      ],
    );
    const sparse = constant('a', { sparse_value: { type: 11, fields: [] } });
    assert.match(
      messageOfDecoding({ inputs: x, nodes: [sparse, relu] }),
      /\(Constant\): attribute sparse_value/,
    );
  });

  test('sparse tensors are made dense, their places given by position or by coordinates', () => {
    const sparse = (name: string, indices: readonly Field[]): Field[] => [
      message(sparseTensorField.values, [string(tensorField.name, name), ...floats([2], [3, 4])]),
      message(sparseTensorField.indices, indices),
      varint(sparseTensorField.dims, 2n),
      varint(sparseTensorField.dims, 3n),
    ];
    const constant = {
      operator: 'Constant',
      inputs: [],
      outputs: ['c'],
      attributes: {
        sparse_value: {
          type: 11,
          fields: [message(attributeField.sparseTensor, sparse('', int64s([1, 5])))],
        },
      },
    };
    const coordinates = rawTensor(7, [2, 2], BigInt64Array.of(0n, 1n, 1n, 2n));
    const { initializers } = decodeModel(
      modelBytes({
        inputs: x,
        nodes: [constant, relu],
        graphFields: [message(graphField.sparseInitializer, sparse('s', coordinates))],
      }),
      'm',
    ).graph;
    const dense = float32Tensor([2, 3], [0, 3, 0, 0, 0, 4]);
    assert.deepEqual([initializers.get('s'), initializers.get('c')], [dense, dense]);
  });

  test('numbers of half a byte are held in bytes, and read by what dequantises, casts or moves them', () => {
    const four = (code: number, values: readonly number[]) => rawTensor(code, [3], Uint8Array.from(values));
    const model = (operator: string) =>
      modelBytes({
        inputs: x,
        opset: 21,
        nodes: [{ operator, inputs: ['q', 's', 'z'], outputs: ['y'], name: 'n' }],
        initializers: { q: four(22, [0x8f, 0x07]), s: floats([], [1]), z: four(21, [0x8f, 0x07]) },
      });
    const { initializers } = decodeModel(model('DequantizeLinear'), 'm').graph;
    assert.deepEqual(initializers.get('q')?.data, Int8Array.of(-1, -8, 7));
    assert.deepEqual(initializers.get('z')?.data, Uint8Array.of(15, 8, 7));
    assert.throws(
      () => decodeModel(model('Concat'), 'm'),
      /node n \(Concat\) reads q, which is of the type int4/,
    );
  });

  test('names nodes that have no name, or that of another', () => {
    const step = (from: string, to: string, name?: string) => ({
      operator: 'Relu',
      inputs: [from],
      outputs: [to],
      ...(name === undefined ? {} : { name }),
    });
    const nodes = [step('x', 'a', 'Relu_1'), step('a', 'b'), step('b', 'c', 'r'), step('c', 'y', 'r')];
    const { graph } = decodeModel(modelBytes({ inputs: x, nodes }), 'm.onnx');
    assert.deepEqual(
      graph.nodes.map((node) => node.name),
      ['Relu_1', 'Relu_1_', 'r', 'Relu_3'],
    );
  });

  test('open sizes get names, and an output without a shape gets the inferred one', () => {
    const shape = decodeModel(modelBytes({ inputs: { x: ['', 2] }, nodes: [relu] }), 'm.onnx').graph;
    assert.deepEqual(shape.inputs[0]?.dims, ['x_dim_0', 2]);
    assert.deepEqual(shape.outputs[0]?.dims, ['x_dim_0', 2]);
    const sequence = { operator: 'SequenceConstruct', inputs: ['x'], outputs: ['y'] };
    assert.deepEqual(decodeModel(modelBytes({ inputs: x, nodes: [sequence] }), 'm').graph.outputs, [
      { name: 'y', dataType: 'float32' },
    ]);
    assert.match(
      messageOfDecoding({ inputs: { x: null }, nodes: [relu] }),
      /the input x has no tensor shape/,
    );
  });

  test('refuses what is not the standard, by node', () => {
    const tree = {
      operator: 'TreeEnsembleClassifier',
      domain: 'ai.onnx.ml',
      name: 't',
      inputs: ['x'],
      outputs: ['y'],
    };
    assert.match(
      messageOfDecoding({ inputs: x, nodes: [tree] }),
      /node t \(TreeEnsembleClassifier\) is of the domain ai\.onnx\.ml/,
    );
    const aliased = { ...relu, domain: 'ai.onnx' };
    assert.equal(decodeModel(modelBytes({ inputs: x, nodes: [aliased] }), 'm').graph.nodes.length, 1);
    const sequence = message(graphField.input, [string(1, 'z'), message(2, [message(4, [])])]);
    assert.match(
      messageOfDecoding({ inputs: x, nodes: [relu], graphFields: [sequence] }),
      /input z is not a tensor/,
    );
  });

  test('refuses opsets outside 7 to 26, and files without graph or opset', () => {
    for (const opset of [1, 6, 27, 2 ** 40]) {
      const expected = new RegExp(`its opset is ${String(opset)}, and opsets 7 to 26 can be read`);
      assert.match(messageOfDecoding({ inputs: x, nodes: [relu], opset }), expected);
    }
    assert.match(messageOfDecoding(encodeMessage([varint(modelField.irVersion, 8n)])), /no graph/);
    assert.match(messageOfDecoding(encodeMessage([message(modelField.graph, [])])), /names no opset/);
  });

  test('refuses graphs nested without end', () => {
    let inner = valueOf(graphField.output, 'y', [1]);
    for (let depth = 0; depth < 200; depth++) {
      const attribute = message(5, [string(1, 'body'), message(6, [inner]), varint(20, 5n)]);
      inner = message(graphField.node, [string(4, 'Loop'), attribute]);
    }
    assert.match(
      messageOfDecoding({ inputs: x, nodes: [relu], graphFields: [inner] }),
      /deeper than 16 levels/,
    );
  });
});

describe('readModel', () => {
  test('reads a file, and names one that is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'onnx-'));
    try {
      const path = join(folder, 'm.onnx');
      await writeFile(path, fromPython);
      assert.equal((await readModel(path)).graph.nodes.length, 3);
      await assert.rejects(
        readModel(join(folder, 'none.onnx')),
        /cannot read the model .*none\.onnx: there is no such file/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
