import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { InputError } from '../../../src/core/errors.ts';
import { float, int, ints } from '../../../src/graph/attributes.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { decodeModel } from '../../../src/graph/onnx/read.ts';
import { encodeModel } from '../../../src/graph/onnx/write.ts';
import { float32, sizeOf } from '../../../src/graph/tensor.ts';
import type { Attribute, Dimension, Graph, Node, Tensor, Value } from '../../../src/graph/types.ts';

function denseGraph(): Graph {
  const builder = new GraphBuilder('dense');
  const x = builder.input('x', 'float32', ['N', 2]);
  const w = builder.constant(float32([2, 3], [1, 2, 3, 4, 5, 6]), 'w');
  builder.output(builder.relu(builder.matMul(x, w)));
  return builder.build();
}

const graphOf = (node: Partial<Node>, initializers: [string, Tensor][] = []): Graph => ({
  name: 'one',
  inputs: [{ name: 'x', dataType: 'float32', dims: ['N', 2] }],
  outputs: [{ name: 'y', dataType: 'float32', dims: ['N', 2] }],
  initializers: new Map(initializers),
  nodes: [{ operator: 'Relu', name: 'r', inputs: ['x'], outputs: ['y'], attributes: {}, ...node }],
});

const numeric = {
  float32: fc.float({ noNaN: false }).map((value) => Float32Array.of(value)),
  float64: fc.double().map((value) => Float64Array.of(value)),
  int8: fc.integer({ min: -128, max: 127 }).map((value) => Int8Array.of(value)),
  uint8: fc.integer({ min: 0, max: 255 }).map((value) => Uint8Array.of(value)),
  int16: fc.integer({ min: -32768, max: 32767 }).map((value) => Int16Array.of(value)),
  uint16: fc.integer({ min: 0, max: 65535 }).map((value) => Uint16Array.of(value)),
  int32: fc.integer().map((value) => Int32Array.of(value)),
  uint32: fc.nat().map((value) => Uint32Array.of(value)),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => BigInt64Array.of(value)),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => BigUint64Array.of(value)),
  bool: fc.integer({ min: 0, max: 1 }).map((value) => Uint8Array.of(value)),
};

/** Tensors of every data type, the empty and the scalar included. Numbers repeat one drawn element. */
const anyTensor: fc.Arbitrary<Tensor> = fc
  .tuple(
    fc.constantFrom(...(Object.keys(numeric) as (keyof typeof numeric)[]), 'string' as const),
    fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
  )
  .chain(([dataType, dims]): fc.Arbitrary<Tensor> => {
    const size = sizeOf(dims);
    if (dataType === 'string') {
      return fc
        .array(fc.string({ unit: 'grapheme' }), { minLength: size, maxLength: size })
        .map((data) => ({ dataType, dims, data }));
    }
    return (numeric[dataType] as fc.Arbitrary<Float32Array>).map((one) => {
      const data = new (one.constructor as Float32ArrayConstructor)(size).fill(one[0] ?? 0);
      return { dataType, dims, data };
    });
  });

const anyAttribute: fc.Arbitrary<Attribute> = fc.oneof(
  fc.maxSafeInteger().map((value) => ({ kind: 'int' as const, value })),
  fc.float().map((value) => ({ kind: 'float' as const, value })),
  fc.string().map((value) => ({ kind: 'string' as const, value })),
  fc.array(fc.maxSafeInteger()).map((value) => ({ kind: 'ints' as const, value })),
  fc.array(fc.float()).map((value) => ({ kind: 'floats' as const, value })),
  fc.array(fc.string()).map((value) => ({ kind: 'strings' as const, value })),
  anyTensor.map((value) => ({ kind: 'tensor' as const, value })),
  anyTensor.map((value) => ({ kind: 'graph' as const, value: graphOf({}, [['held', value]]) })),
);

const anyDims: fc.Arbitrary<Dimension[]> = fc.array(fc.oneof(fc.nat(9), fc.constantFrom('N', 'height')), {
  maxLength: 4,
});

/**
 * Graphs that are well formed as files. Shape inference knows none of their operators, so that reading changes no
 * type that they declare.
 */
const anyGraph: fc.Arbitrary<Graph> = fc
  .record({
    dims: anyDims,
    weights: fc.array(anyTensor, { maxLength: 4 }),
    nodes: fc.array(
      fc.record({
        operator: fc.constantFrom('Loop', 'Scan', 'SequenceAt', 'Multinomial'),
        reads: fc.array(fc.nat(), { maxLength: 4 }),
        attributes: fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), anyAttribute, {
          maxKeys: 3,
          noNullPrototype: true,
        }),
      }),
      { maxLength: 6 },
    ),
  })
  .map(({ dims, weights, nodes }) => {
    const input: Value = { name: 'x0', dataType: 'float32', dims };
    const initializers = new Map(weights.map((weight, index) => [`weight/${String(index)}`, weight]));
    const known = ['', input.name, ...initializers.keys()];
    const written = nodes.map(({ operator, reads, attributes }, index): Node => {
      const inputs = reads.map((read) => known[read % known.length]!);
      const output = `value ${String(index)}`;
      known.push(output);
      return { operator, name: `node ${String(index)}`, inputs, outputs: [output, ''], attributes };
    });
    const made: Value = { name: known.at(-1)!, dataType: 'int64', dims };
    const outputs = written.length > 0 ? [made] : [input];
    return { name: 'random', inputs: [input], outputs, initializers, nodes: written };
  });

describe('encodeModel', () => {
  test('read again, gives the same graph', () => {
    const property = fc.property(anyGraph, (graph) => {
      const read = decodeModel(encodeModel(graph), 'test');
      assert.deepEqual(read.graph, graph);
    });
    fc.assert(property, { seed: 1, numRuns: 300 });
  });

  test('writes metadata, producer, version 8 of the format and opset 18', () => {
    const metadata = { 'robust-bench.card': '{"a":"ä"}', empty: '', __proto__x: '1' };
    const bytes = encodeModel(denseGraph(), { producerVersion: '1.2.3', metadata });
    const model = decodeModel(bytes, 'test');
    assert.deepEqual(model.metadata, metadata);
    assert.equal(model.producer, 'robust-bench 1.2.3');
    assert.equal(model.irVersion, 8);
    assert.equal(model.opset, 18);
  });

  test('runs in the reference runtime', async () => {
    const graph = denseGraph();
    const session = await InferenceSession.create(encodeModel(graph));
    const x = new RuntimeTensor('float32', Float32Array.of(1, -1, 0.5, 2), [2, 2]);
    const result = await session.run({ x });
    const y = result[graph.outputs[0]!.name]!;
    assert.deepEqual([...y.dims], [2, 3]);
    assert.deepEqual([...(y.data as Float32Array)], [0, 0, 0, 8.5, 11, 13.5]);
    await session.release();
  });

  test('imports the domain of an operator written with one', async () => {
    const graph = graphOf({ operator: 'com.microsoft::QuickGelu', attributes: { alpha: float(1) } });
    const session = await InferenceSession.create(encodeModel(graph));
    const result = await session.run({ x: new RuntimeTensor('float32', Float32Array.of(0, 1), [1, 2]) });
    const y = result['y']!.data as Float32Array;
    assert.ok(Math.abs(y[1]! - 1 / (1 + Math.exp(-1))) < 1e-6);
    await session.release();
    assert.throws(
      () => decodeModel(encodeModel(graph), 'own.onnx'),
      /^InputError: the model own\.onnx: node r \(QuickGelu\) is of the domain com\.microsoft/,
    );
  });

  test('writes whole numbers beyond int64 as its ends, and refuses others', () => {
    const graph = graphOf({ attributes: { ends: ints([Infinity, 2 ** 63, -(2 ** 70), -1]) } });
    const { attributes } = decodeModel(encodeModel(graph), 'test').graph.nodes[0]!;
    assert.deepEqual(attributes['ends'], ints([2 ** 63, 2 ** 63, -(2 ** 63), -1]));
    assert.throws(
      () => encodeModel(graphOf({ attributes: { axis: int(0.5) } })),
      (error) => {
        assert.ok(error instanceof InputError);
        assert.equal(error.message, 'node r (Relu): attribute axis is 0.5, and must be a whole number');
        return true;
      },
    );
  });
});
