/** What tfjs cannot answer, checked by equivalent graphs and values worked out by hand; and what is refused. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../../src/core/json.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { pruneTo } from '../../../src/graph/simplify/prune.ts';
import { float32, sizeOf } from '../../../src/graph/tensor.ts';
import type { Graph } from '../../../src/graph/types.ts';
import { importGraphModel } from '../../../src/models/graph-model/import.ts';
import { openModel } from '../../../src/models/open.ts';
import { inFolder } from '../folder.ts';
import { assertSame, attr, conv, GraphDef, tf } from './graph-def.ts';

let engine: Engine;
before(async () => {
  await tf.setBackend('cpu');
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

const image = [-1, 6, 7, 3] as const;

/** An image that counts up, channels first. */
function counting(dims: readonly number[]): Float32Array {
  return Float32Array.from({ length: sizeOf(dims) }, (_, index) => ((index * 7) % 23) / 11 - 1);
}

async function answer(graph: Graph, key: string, dims: readonly number[]): Promise<number[]> {
  const compiled = await engine.compile(pruneTo(graph, [key]));
  const found = await compiled.run({ [graph.inputs[0]?.name ?? '']: float32(dims, counting(dims)) });
  await compiled.dispose();
  return Array.from(found[key]?.data as ArrayLike<number>, Number);
}

async function assertEqualOutputs(def: GraphDef, dims: readonly number[] = [2, 3, 6, 7]): Promise<void> {
  const { graph } = await def.import();
  const [first = [], ...others] = await Promise.all(
    Object.keys(def.outputs).map((key) => answer(graph, key, dims)),
  );
  assert.ok(first.some((value) => value !== 0));
  for (const other of others) {
    assert.equal(other.length, first.length);
    for (const [index, value] of first.entries()) {
      assert.ok(Math.abs(value - (other[index] ?? NaN)) < 1e-5, `element ${String(index)}`);
    }
  }
}

describe('what tfjs cannot answer equals what it can', () => {
  const kernel = [3, 3, 3, 4] as const;

  test('a fused batch normalisation is that behind the convolution', async () => {
    const def = new GraphDef(image);
    const stored = [
      def.random([4], 0.2, 1),
      def.random([4]),
      def.random([4]),
      def.constant([4], [1, 2, 3, 0.5]),
    ];
    const weights = def.random(kernel);
    const fused = def.node('_FusedConv2D', ['x', weights, ...stored], {
      ...conv({ stride: 2 }),
      fused_ops: attr.texts('FusedBatchNorm', 'LeakyRelu'),
      epsilon: attr.float(0.01),
      num_args: attr.int(4),
    });
    const plain = def.node('Conv2D', ['x', weights], conv({ stride: 2 }));
    const settings = { epsilon: attr.float(0.01), is_training: attr.flag(false) };
    const normalized = def.node('FusedBatchNormV3', [plain, ...stored], settings);
    def.outputs = { fused, apart: def.node('LeakyRelu', [normalized], { alpha: attr.float(0.2) }) };
    await assertEqualOutputs(def);
  });

  test('a fused LeakyRelu on a depthwise convolution has its slope', async () => {
    const def = new GraphDef(image);
    const [weights, bias] = [def.random([3, 3, 3, 2]), def.random([6])];
    const fused = def.node('FusedDepthwiseConv2dNative', ['x', weights, bias], {
      ...conv(),
      fused_ops: attr.texts('BiasAdd', 'LeakyRelu'),
      leakyrelu_alpha: attr.float(0.3),
      num_args: attr.int(1),
    });
    const plain = def.node('DepthwiseConv2dNative', ['x', weights], conv());
    const biased = def.node('BiasAdd', [plain, bias]);
    def.outputs = { fused, apart: def.node('LeakyRelu', [biased], { alpha: attr.float(0.3) }) };
    await assertEqualOutputs(def);
  });

  test('a convolution, an addition and an activation that were fused', async () => {
    const def = new GraphDef(image);
    const [weights, bias] = [def.random([3, 3, 3, 3]), def.random([3])];
    const fused = def.node('_FusedConv2D', ['x', weights, bias, 'x'], {
      ...conv(),
      fused_ops: attr.texts('BiasAdd', 'Add', 'Relu'),
      num_args: attr.int(2),
    });
    const plain = def.node('BiasAdd', [def.node('Conv2D', ['x', weights], conv()), bias]);
    def.outputs = { fused, apart: def.node('Relu', [def.node('AddV2', [plain, 'x'])]) };
    await assertEqualOutputs(def);
  });

  test('a convolution in groups is its parts side by side', async () => {
    const def = new GraphDef([-1, 5, 5, 4]);
    const left = def.random([3, 3, 2, 3]);
    const right = def.random([3, 3, 2, 3]);
    const joined = def.node('ConcatV2', [left, right, def.int(3)]);
    const halves = def.node('Split', [def.int(3), 'x'], { num_split: attr.int(2) });
    const parts = [
      def.node('Conv2D', [halves, left], conv()),
      def.node('Conv2D', [`${halves}:1`, right], conv()),
    ];
    def.outputs = {
      grouped: def.node('Conv2D', ['x', joined], conv()),
      apart: def.node('ConcatV2', [...parts, def.int(3)]),
    };
    await assertEqualOutputs(def, [2, 4, 5, 5]);
  });

  test('channels first: the same network behind a transposition', async () => {
    const def = new GraphDef(image);
    const weights = [def.random(kernel), def.random([2, 2, 4, 2])];
    const bias = def.random([4]);
    const stored = [
      def.random([8], 0.2, 1),
      def.random([8]),
      def.random([8]),
      def.constant([8], Array(8).fill(2) as number[]),
    ];
    const network = (x: string, first: boolean): string => {
      const spatial = (name: string, step: number): JsonObject => ({
        [name]: first ? attr.ints(1, 1, step, step) : attr.ints(1, step, step, 1),
      });
      const format = { data_format: attr.text(first ? 'NCHW' : 'NHWC'), padding: attr.text('SAME') };
      const strides = { ...format, ...spatial('strides', 2), ...spatial('dilations', 1) };
      const fused = { ...strides, fused_ops: attr.texts('BiasAdd', 'Relu'), num_args: attr.int(1) };
      const conved = def.node('_FusedConv2D', [x, weights[0] ?? '', bias], fused);
      const ones = { ...format, ...spatial('strides', 1), ...spatial('dilations', 1) };
      const deep = def.node(
        'DepthwiseConv2dNative',
        [def.node('BiasAdd', [conved, bias], format), weights[1] ?? ''],
        ones,
      );
      const pooled = def.node('MaxPool', [deep], { ...strides, ...spatial('ksize', 3) });
      const averaged = def.node('AvgPool', [pooled], { ...ones, ...spatial('ksize', 2) });
      const settings = { ...format, epsilon: attr.float(0.1) };
      const normalized = def.node('FusedBatchNormV3', [averaged, ...stored], settings);
      const axes = first ? def.ints(2, 3) : def.ints(1, 2);
      return def.node('Mean', [normalized, axes]);
    };
    def.outputs = {
      last: network('x', false),
      first: network(def.node('Transpose', ['x', def.ints(0, 3, 1, 2)]), true),
    };
    await assertEqualOutputs(def);
  });

  test('SpaceToDepth undoes DepthToSpace, in the order of the depth too', async () => {
    const def = new GraphDef([-1, 2, 3, 8]);
    const settings = { block_size: attr.int(2), data_format: attr.text('NHWC') };
    const there = def.node('DepthToSpace', ['x'], settings);
    def.outputs = { back: def.node('SpaceToDepth', [there], settings), same: def.node('Identity', ['x']) };
    await assertEqualOutputs(def, [2, 8, 2, 3]);
  });
});

describe('inputs', () => {
  test('an image of channels first is taken as it is', async () => {
    const def = new GraphDef([-1, 3, 6, 7]);
    const settings = {
      strides: attr.ints(1, 1, 1, 1),
      dilations: attr.ints(1, 1, 1, 1),
      padding: attr.text('VALID'),
      data_format: attr.text('NCHW'),
    };
    const active = def.node('Mul', ['x', def.constant([], [2])]);
    def.outputs = {
      y: def.node('Mean', [def.node('Conv2D', [active, def.random([2, 2, 3, 4])], settings), def.ints(2, 3)]),
    };
    const { graph } = await def.import();
    assert.deepEqual(graph.inputs, [{ name: 'x', dataType: 'float32', dims: ['N', 3, 6, 7] }]);
    assert.equal(graph.nodes.filter(({ operator }) => operator === 'Transpose').length, 0);
  });

  test('an image of channels last that is transposed at once', async () => {
    const def = new GraphDef(image);
    def.outputs = { y: def.node('Relu', [def.node('Transpose', ['x', def.ints(0, 3, 1, 2)])]) };
    const { graph } = await def.import();
    assert.deepEqual(graph.inputs[0]?.dims, ['N', 3, 6, 7]);
    assert.deepEqual(graph.outputs[0]?.dims, ['N', 3, 6, 7]);
    assert.deepEqual(
      graph.nodes.map(({ operator }) => operator),
      ['Relu', 'Identity'],
    );
  });

  test('open sizes are those given, channels first', async () => {
    const def = new GraphDef([-1, -1, -1, 3]);
    def.outputs = { y: def.node('MaxPool', ['x'], { ...conv({ stride: 2 }), ksize: attr.ints(1, 3, 3, 1) }) };
    await assert.rejects(
      def.import(),
      /the input x leaves sizes open, \[\?, 3, \?, \?\].*--input-shape 3,224,224/,
    );
    const { graph } = await def.import([3, 9, 6]);
    assert.deepEqual(graph.inputs[0]?.dims, ['N', 3, 9, 6]);
    assert.deepEqual(graph.outputs[0]?.dims, ['N', 5, 3, 3]);
  });

  test('whole numbers', async () => {
    const def = new GraphDef([-1, 4, 4, 3], 'DT_INT32');
    const scaled = def.node('Cast', ['x'], { DstT: attr.type('DT_FLOAT') });
    def.outputs = {
      y: def.node(
        'Conv2D',
        [def.node('Mul', [scaled, def.constant([], [0.1])]), def.random([2, 2, 3, 4])],
        conv(),
      ),
    };
    const { graph } = await def.import();
    assert.equal(graph.inputs[0]?.dataType, 'int32');
    await assertSame(def, engine, {
      gradient: 'none',
      input: (stream) => Math.floor(stream.uniform() * 256),
    });
  });

  test('a batch of one where the graph holds for no other', async () => {
    const def = new GraphDef(image);
    const rows = def.node('Reshape', ['x', def.ints(1, 126)]);
    def.outputs = { y: def.node('MatMul', [rows, def.random([126, 5])]) };
    const { graph } = await def.import();
    assert.equal(graph.inputs[0]?.dims[0], 1);
    await assertSame(def, engine, { batch: 1 });
  });
});

describe('outputs', () => {
  test('several keep the names of the signature', async () => {
    const def = new GraphDef(image);
    def.outputs = {
      scores: def.node('Mean', ['x', def.ints(1, 2)]),
      'features:0': def.node('Relu', ['x']),
      x: def.node('Tanh', ['x']),
    };
    const { graph } = await def.import();
    assert.deepEqual(graph.outputs.map(({ name }) => name).slice(0, 2), ['scores', 'features:0']);
    assert.equal(graph.outputs.length, 3);
  });

  test('one that cannot be imported is left out with a note', async () => {
    const def = new GraphDef(image);
    def.outputs = {
      boxes: def.node('NonMaxSuppressionV5', ['x']),
      scores: def.node('Mean', ['x', def.ints(1, 2)]),
    };
    const { graph, notes } = await def.import();
    assert.deepEqual(
      graph.outputs.map(({ name }) => name),
      ['scores'],
    );
    assert.match(
      notes.join(),
      /^the output boxes was left out: the node \S+ \(NonMaxSuppressionV5\) is an operator/,
    );
  });

  test('without a signature, inputs are placeholders and outputs what nothing takes', async () => {
    const def = new GraphDef(image);
    const y = def.node('Mean', [def.node('Relu', ['x']), def.ints(1, 2)]);
    const { signature, ...json } = def.json();
    assert.ok(signature !== undefined);
    const { graph } = await inFolder(async (folder) => {
      await writeFile(join(folder, 'weights.bin'), def.weights);
      return importGraphModel(join(folder, 'model.json'), json);
    });
    assert.deepEqual(graph.inputs[0]?.dims, ['N', 3, 6, 7]);
    assert.deepEqual(graph.outputs, [{ name: y, dataType: 'float32', dims: ['N', 3] }]);
  });
});

test('a quantised rounding of activations passes on, with a note', async () => {
  const def = new GraphDef(image);
  const bounds = [def.constant([], [-1]), def.constant([], [1])];
  def.outputs = { y: def.node('FakeQuantWithMinMaxVars', ['x', ...bounds]) };
  const { notes } = await def.import();
  assert.deepEqual(notes, ['FakeQuantWithMinMaxVars passes its input on unchanged, as in tfjs']);
  await assertSame(def, engine);
});

test('a whole number beyond the reach of float32 stays itself', async () => {
  const def = new GraphDef([-1, 2]);
  const whole = def.constant([1], [16_777_217], 'int32');
  const shifted = def.node('Cast', [def.node('FloorMod', [whole, def.int(2)])], {
    DstT: attr.type('DT_FLOAT'),
  });
  def.outputs = { y: def.node('Mul', ['x', shifted]) };
  await assertSame(def, engine);
});

test('a classifier is opened as one, and its softmax taken off', async () => {
  const def = new GraphDef(image);
  const features = def.node('Mean', [
    def.node('Conv2D', ['x', def.random([3, 3, 3, 5])], conv()),
    def.ints(1, 2),
  ]);
  def.outputs = { scores: def.node('Softmax', [features]) };
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'weights.bin'), def.weights);
    await writeFile(join(folder, 'model.json'), JSON.stringify(def.json()));
    const model = await openModel(join(folder, 'model.json'), { bounds: { lower: 0, upper: 1 } });
    assert.equal(model.format, 'tfjs-graph-model');
    assert.deepEqual(model.inputShape, [3, 6, 7]);
    assert.equal(model.classCount, 5);
    assert.equal(model.outputs, 'softmax removed');
    assert.equal(model.file, 'weights.bin');
    assert.equal(model.program.kind === 'graph' && model.program.fixedBatch === undefined, true);
  });
});

describe('what is wrong is one line', () => {
  const cases: readonly [string, (def: GraphDef) => string, RegExp][] = [
    [
      'an unknown operator',
      (def) => def.node('Unique', ['x'], {}, 'odd'),
      /the node odd \(Unique\) is an operator that cannot be imported/,
    ],
    [
      'several unknown operators',
      (def) => def.node('Where', [def.node('Unique', ['x'])]),
      /\(Unique\) and others \(Unique, Where\) are operators that cannot be imported/,
    ],
    [
      'a loop',
      (def) => {
        def.node('Merge', ['x', 'next'], {}, 'merge');
        return def.node('NextIteration', ['merge'], {}, 'next');
      },
      /the node next \(NextIteration\) depends on its own value, a loop/,
    ],
    ['a missing node', (def) => def.node('Relu', ['gone']), /takes gone, and no node is named so/],
    [
      'a constant without values',
      (def) => def.node('AddV2', ['x', def.node('Const', [], {}, 'empty')]),
      /the constant empty has no values in the weights manifest/,
    ],
    [
      'statistics of the batch',
      (def) => {
        const stored = Array.from({ length: 4 }, () => def.random([3]));
        return def.node('FusedBatchNormV3', ['x', ...stored], { is_training: attr.flag(true) });
      },
      /normalises by the statistics of the batch/,
    ],
    [
      'a kernel for other channels',
      (def) => def.node('Conv2D', ['x', def.random([3, 3, 2, 4])], conv()),
      /has a kernel for 2 channels, and the image has 3/,
    ],
    [
      'an unknown padding',
      (def) => def.node('Conv2D', ['x', def.random([3, 3, 3, 4])], conv({ padding: 'CAUSAL' })),
      /has the padding CAUSAL/,
    ],
    [
      'an unknown fused operation',
      (def) =>
        def.node('_FusedConv2D', ['x', def.random([3, 3, 3, 4])], {
          ...conv(),
          fused_ops: attr.texts('Gelu'),
        }),
      /fuses gelu, which cannot be imported/,
    ],
    [
      'a fused operation without its input',
      (def) =>
        def.node('_FusedConv2D', ['x', def.random([3, 3, 3, 4])], {
          ...conv(),
          fused_ops: attr.texts('BiasAdd'),
        }),
      /has 2 inputs, and its fused_ops \[biasadd\] ask for 3/,
    ],
    [
      'shapes that do not fit',
      (def) => def.node('AddV2', ['x', def.random([5])], {}, 'sum'),
      /the node sum \(AddV2\) does not fit: .*do not broadcast/,
    ],
    ['an axis beyond', (def) => def.node('Mean', ['x', def.ints(4)]), /works along axis 4 of 4/],
    [
      'an output that is not there',
      (def) => `${def.node('Relu', ['x'])}:1`,
      /output 1 of the node relu_1 is asked for/,
    ],
    [
      'another placeholder',
      (def) => def.node('AddV2', ['x', def.node('Placeholder', [], {}, 'flag')]),
      /the node flag \(Placeholder\) is no input of the signature/,
    ],
    [
      'a reshape to a size computed from the image',
      (def) => {
        const size = def.node('Cast', [def.node('Sum', ['x', def.ints(0, 1, 2, 3)])], {
          DstT: attr.type('DT_INT32'),
        });
        return def.node('Sum', ['x', size]);
      },
      /computes its axes from the image or the batch, expected a constant/,
    ],
  ];
  for (const [name, build, pattern] of cases) {
    test(name, async () => {
      const def = new GraphDef(image);
      def.outputs = { y: build(def) };
      await assert.rejects(def.import(), (error: Error) => {
        assert.equal(error.name, 'InputError', error.stack);
        assert.match(error.message, pattern);
        assert.ok(!error.message.includes('\n'));
        return true;
      });
    });
  }

  test('a topology without nodes', async () => {
    await assert.rejects(
      importGraphModel('model.json', { format: 'graph-model', modelTopology: {} }),
      /model\.json: modelTopology has no list "node"/,
    );
  });
});
