/** What only the tfjs engine promises: memory that stays flat, and refusals when a graph is compiled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '../../../src/core/errors.ts';
import { createEngine } from '../../../src/engine/select.ts';
import { int, ints, text } from '../../../src/graph/attributes.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { float32, int64s, tensor } from '../../../src/graph/tensor.ts';
import type { Graph } from '../../../src/graph/types.ts';
import { tfjsSpecifications } from '../specifications.ts';

/** A small network with every kind of value: kernels, state, shapes, indices, an unused second output. */
function network(): Graph {
  const builder = new GraphBuilder('network');
  const x = builder.input('x', 'float32', ['N', 3, 8, 8]);
  const scale = builder.input('scale', 'float32', [4]);
  const kernel = builder.constant(float32([4, 3, 3, 3], new Float32Array(108).fill(0.1)));
  const moments = [1, 0, 0, 1].map((each) => builder.constant(float32([4], new Float32Array(4).fill(each))));
  const convolved = builder.conv(x, kernel, { pads: [1, 1, 1, 1] });
  const normalized = builder.node('BatchNormalization', [convolved, scale, ...moments.slice(1)])[0]!;
  const [pooled = ''] = builder.node(
    'MaxPool',
    [builder.relu(normalized)],
    { kernel_shape: ints([2, 2]), strides: ints([2, 2]) },
    { outputs: ['pooled', 'indices'] },
  );
  const back = builder.convTranspose(pooled, kernel, { strides: [2, 2] });
  const flat = builder.flatten(builder.globalAveragePool(back));
  const grown = builder.expand(builder.constant(float32([], [1])), builder.shape(flat));
  builder.node('Add', [flat, grown], {}, { outputs: ['y'] });
  builder.node('Mul', [scale, builder.scalar(0.9)], {}, { outputs: ['next scale'] });
  builder.output('y');
  builder.output('next scale');
  return builder.build();
}

for (const specification of tfjsSpecifications) {
  test(`${specification} holds as many tensors after 100 runs as after one, and none in the end`, async () => {
    const engine = await createEngine(specification);
    const start = tf.memory().numTensors;
    const compiled = await engine.compile(network(), {
      state: [{ input: 'scale', output: 'next scale', initial: float32([4], [1, 1, 1, 1]) }],
    });
    const run = (): Promise<unknown> =>
      compiled.run({ x: float32([2, 3, 8, 8], new Float32Array(384).fill(1)) });
    await run();
    const { numTensors, numBytes } = tf.memory();
    for (let round = 0; round < 100; round++) await run();
    assert.equal(tf.memory().numTensors, numTensors);
    assert.equal(tf.memory().numBytes, numBytes);
    await compiled.readState();
    await assert.rejects(compiled.run({ x: float32([1], [0]) }), InputError);
    assert.equal(tf.memory().numTensors, numTensors);
    await compiled.dispose();
    assert.equal(tf.memory().numTensors, start);
    await engine.dispose();
  });

  test(`${specification} frees what a failed run had made`, async () => {
    const engine = await createEngine(specification);
    const builder = new GraphBuilder('failing');
    const x = builder.input('x', 'float32', ['N', 2]);
    const index = builder.input('index', 'int64', [1]);
    builder.output(builder.gather(builder.relu(x), index, 1));
    const compiled = await engine.compile(builder.build());
    const before = tf.memory().numTensors;
    const inputs = { x: float32([1, 2], [1, 2]), index: int64s([2]) };
    await assert.rejects(compiled.run(inputs), /Gather.*index 2.*size 2/);
    assert.equal(tf.memory().numTensors, before);
    await engine.dispose();
  });
}

test('what tfjs cannot compute is refused when the graph is compiled', async () => {
  const engine = await createEngine('tfjs:cpu');
  const refuses = async (graph: Graph, pattern: RegExp): Promise<void> => {
    const before = tf.memory().numTensors;
    await assert.rejects(
      engine.compile(graph),
      (error) => error instanceof InputError && pattern.test(error.message),
    );
    assert.equal(tf.memory().numTensors, before);
  };

  const unknown = network();
  const nodes = unknown.nodes.map((node) =>
    node.operator === 'Relu' ? { ...node, name: 'odd', operator: 'Toe' } : node,
  );
  await refuses({ ...unknown, nodes }, /odd \(Toe\)/);

  // What the operator is written out as does not cover this form of it.
  const crop = new GraphBuilder('crop');
  const picture = crop.input('x', 'float32', ['N', 1, 4, 4]);
  const region = crop.constant(float32([8], [0, 0, 0, 0, 1, 1, 1, 1]));
  crop.node(
    'Resize',
    [picture, region, crop.constant(float32([4], [1, 1, 2, 2]))],
    { mode: text('linear'), coordinate_transformation_mode: text('tf_crop_and_resize') },
    { name: 'cut', outputs: ['y'] },
  );
  crop.output('y');
  await refuses(crop.build(), /cut \(Resize\).*tf_crop_and_resize.*--engine onnxruntime/);

  const double = new GraphBuilder('double');
  double.output(double.identity(double.input('x', 'float64', [1])));
  await refuses(double.build(), /float64 value x/);

  const folded = new GraphBuilder('folded');
  folded.input('x', 'float32', [1]);
  const outside = folded.constant(tensor('int64', [1], BigInt64Array.of(5n)));
  folded.node(
    'Gather',
    [folded.constant(float32([2], [1, 2])), outside],
    { axis: int(0) },
    { name: 'g', outputs: ['y'] },
  );
  folded.output('y');
  await refuses(folded.build(), /g \(Gather\)/);

  for (const [state, pattern] of [
    [{ input: 'scale', output: 'y', initial: float32([3], [1, 1, 1]) }, /scale.*\[4\].*\[3\]/],
    [{ input: 'scales', output: 'y', initial: float32([4], [1, 1, 1, 1]) }, /state scales/],
  ] as const) {
    await assert.rejects(engine.compile(network(), { state: [state] }), pattern);
  }

  const wide = new GraphBuilder('wide');
  const number = wide.input('n', 'int64', [1]);
  wide.output(wide.add(number, wide.constant(int64s([1]))));
  const compiled = await engine.compile(wide.build());
  await assert.rejects(compiled.run({ n: int64s([2 ** 40]) }), /32 bits/);
  await engine.dispose();
});
