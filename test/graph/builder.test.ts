/** The builder: names, types as the graph grows, going on from a finished graph, and its methods. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { int } from '../../src/graph/attributes.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { float32, int64s, numbersOf, sizeOf, tensor } from '../../src/graph/tensor.ts';
import { BATCH } from '../../src/graph/types.ts';

const weights = (...dims: number[]) => float32(dims, new Float32Array(sizeOf(dims)));

describe('GraphBuilder', () => {
  it('writes a pre-activation residual block and knows every shape in it', () => {
    const b = new GraphBuilder('block');
    const x = b.input('x', 'float32', [BATCH, 16, 32, 32]);
    const channels = (): string => b.constant(weights(16));
    const active = b.relu(b.batchNormalization(x, channels(), channels(), channels(), channels()));
    const convolved = b.conv(active, b.constant(weights(32, 16, 3, 3)), {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    });
    const shortcut = b.conv(active, b.constant(weights(32, 16, 1, 1)), { strides: [2, 2] });
    const sum = b.add(convolved, shortcut);
    assert.deepEqual(b.dims(sum), ['N', 32, 16, 16]);
    const features = b.flatten(b.globalAveragePool(sum));
    const logits = b.gemm(features, b.constant(weights(10, 32)), b.constant(weights(10)), {
      transposeB: true,
    });
    b.output(logits);
    const graph = b.build();
    assert.deepEqual(graph.outputs, [{ name: logits, dataType: 'float32', dims: ['N', 10] }]);
    assert.deepEqual(
      graph.nodes.map((node) => node.operator),
      ['BatchNormalization', 'Relu', 'Conv', 'Conv', 'Add', 'GlobalAveragePool', 'Flatten', 'Gemm'],
    );
  });

  it('gives each method its operator and shape', () => {
    const b = new GraphBuilder('methods');
    const x = b.input('x', 'float32', [BATCH, 4, 6, 6]);
    const m = b.input('m', 'float32', [BATCH, 3]);
    const made = {
      ConvTranspose: [
        b.convTranspose(x, b.constant(weights(4, 2, 2, 2)), { strides: [2, 2], outputPadding: [1, 0] }),
        ['N', 2, 13, 12],
      ],
      MaxPool: [b.maxPool(x, { kernelShape: [3, 3], strides: [2, 2], ceilMode: true }), ['N', 4, 3, 3]],
      AveragePool: [
        b.averagePool(x, { kernelShape: [2, 2], pads: [1, 1, 1, 1], countIncludePad: true }),
        ['N', 4, 7, 7],
      ],
      ReduceMean: [b.reduceMean(x, [2, 3], false), ['N', 4]],
      ReduceSum: [b.reduceSum(x, [0]), [1, 4, 6, 6]],
      ReduceMax: [b.reduceMax(x, [-1]), ['N', 4, 6, 1]],
      Softmax: [b.softmax(m), ['N', 3]],
      LogSoftmax: [b.logSoftmax(m, 1), ['N', 3]],
      Reshape: [b.reshape(x, [0, 2, -1]), ['N', 2, 72]],
      Transpose: [b.transpose(x, [0, 2, 3, 1]), ['N', 6, 6, 4]],
      Unsqueeze: [b.unsqueeze(m, [1]), ['N', 1, 3]],
      Squeeze: [b.squeeze(b.unsqueeze(m, [1]), [1]), ['N', 3]],
      Concat: [b.concat([m, m], 1), ['N', 6]],
      Slice: [b.slice(x, { starts: [1, 0], ends: [5, 6], axes: [2, 3], steps: [1, 2] }), ['N', 4, 4, 3]],
      Pad: [b.pad(m, [0, 1, 0, 2], -1), ['N', 6]],
      Gather: [b.gather(m, b.shapeConstant([0, 2]), 1), ['N', 2]],
      Expand: [b.expand(b.scalar(1), b.shape(m)), ['N', 3]],
      Where: [b.where(b.greater(m, b.scalar(0)), m, b.scalar(0)), ['N', 3]],
      MatMul: [b.matMul(m, b.constant(weights(3, 5))), ['N', 5]],
    } as const;
    for (const [operator, [value, dims]] of Object.entries(made)) {
      assert.deepEqual(b.dims(value), dims, operator);
      assert.equal(b.nodes.find((node) => node.outputs.includes(value))?.operator, operator);
    }
    assert.equal(b.type(b.cast(m, 'int64')).dataType, 'int64');
  });

  it('goes on from a finished graph without touching its names', () => {
    const first = new GraphBuilder('first');
    const x = first.input('x', 'float32', [BATCH, 3]);
    first.output(first.relu(x));
    const graph = first.build();
    const second = GraphBuilder.from(graph);
    second.output(second.neg(graph.outputs[0]?.name ?? ''));
    assert.equal(graph.nodes.length, 1);
    assert.deepEqual(
      second.build().nodes.map((node) => node.operator),
      ['Relu', 'Neg'],
    );
    const outputs = second.build().nodes.flatMap((node) => node.outputs);
    assert.equal(new Set(outputs).size, 2);
    assert.equal(second.build().outputs.length, 1);
  });

  it('finds constants behind initializers, Constant nodes and Identity', () => {
    const b = new GraphBuilder('constants');
    const held = int64s([1, 2]);
    const initializer = b.constant(held);
    const node = b.apply('Constant', [], { value: { kind: 'tensor', value: held } });
    assert.equal(b.constantOf(b.identity(initializer)), held);
    assert.equal(b.constantOf(node), held);
    assert.equal(b.constantOf(b.neg(initializer)), undefined);
    assert.equal(b.constantOf(b.input('x', 'float32', [1])), undefined);
  });

  it('tells known dimensions from named ones', () => {
    const b = new GraphBuilder('dims');
    assert.equal(b.staticDims(b.input('x', 'float32', [BATCH, 3])), undefined);
    assert.deepEqual(b.staticDims(b.input('y', 'float32', [2, 3])), [2, 3]);
    assert.ok(b.has('x'));
    assert.ok(!b.has('z'));
    assert.throws(() => b.dims('z'), /the graph dims has no value named z/);
  });

  it('refuses names given twice, outputs an operator does not have and inputs that are not there', () => {
    const b = new GraphBuilder('faults');
    const x = b.input('x', 'float32', [2]);
    assert.throws(() => b.input('x', 'float32', [2]), /two values named x/);
    assert.throws(() => b.apply('Relu', [x], {}, 'x'), InputError);
    assert.throws(() => b.node('Relu', [x], {}, { outputs: ['a', 'b'] }), /has no output number 1/);
    assert.throws(() => b.relu('nowhere'), /no value named nowhere/);
    assert.throws(() => b.node('Add', [x, '']), /input 1 is missing/);
    assert.throws(() => b.apply('Softmax', [x], { axis: int(3) }), /axis 3 is outside/);
  });

  it('skips an output that is not wanted and makes names of its own', () => {
    const b = new GraphBuilder('names');
    const x = b.input('x', 'float32', [1, 1, 4]);
    const kernel = { kernel_shape: { kind: 'ints', value: [2] } } as const;
    const [, indices] = b.node('MaxPool', [x], kernel, { outputs: ['', 'indices'], name: 'pool_0' });
    assert.equal(b.type(indices ?? '').dataType, 'int64');
    assert.notEqual(b.fresh('pool'), 'pool_0');
  });
});

describe('tensors', () => {
  it('hold as many elements as their shape', () => {
    assert.throws(
      () => tensor('float32', [2, 2], new Float32Array(3)),
      /3 elements do not fill the shape \[2, 2\]/,
    );
    assert.deepEqual(numbersOf(int64s([-1, 5])), [-1, 5]);
    assert.deepEqual(float32([], [2]).dims, []);
    assert.equal(sizeOf([]), 1);
  });
});
