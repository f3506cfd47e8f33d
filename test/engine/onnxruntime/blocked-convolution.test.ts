/** Convolutions in the runtime's blocked layout compute what the standard graph computes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomStream } from '../../../src/core/random.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { withBlockedConvolutions } from '../../../src/engine/onnxruntime/blocked-convolution.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { createTfjsEngine } from '../../../src/engine/tfjs/engine.ts';
import { GraphBuilder, type ConvolutionSettings } from '../../../src/graph/builder.ts';
import { float32, sizeOf } from '../../../src/graph/tensor.ts';
import type { Graph, Tensor } from '../../../src/graph/types.ts';

let native: Engine;
let portable: Engine;
before(async () => {
  native = await createOnnxRuntimeEngine({ threads: 2 });
  portable = await createTfjsEngine({ backend: 'wasm' });
});
after(async () => {
  await native.dispose();
  await portable.dispose();
});

const random = (dims: readonly number[], name: string): Tensor => {
  const stream = randomStream(3, name);
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => stream.normal()),
  );
};

function convolution(channels: number, kernel: readonly number[], settings: ConvolutionSettings): Graph {
  const builder = new GraphBuilder('convolution');
  const image = builder.input('image', 'float32', ['N', channels, 12, 10]);
  const weight = builder.input('kernel', 'float32', kernel);
  builder.output(builder.identity(builder.conv(image, weight, settings), 'output'));
  return builder.build();
}

const blockedIn = (graph: Graph): boolean =>
  withBlockedConvolutions(graph).nodes.some(({ operator }) => operator.endsWith('nchwc::Conv'));

const rows: [string, number, number[], ConvolutionSettings][] = [
  ['3×3', 16, [16, 16, 3, 3], { pads: [1, 1, 1, 1] }],
  ['more outputs than inputs', 16, [48, 16, 3, 3], { pads: [1, 1, 1, 1] }],
  ['more inputs than outputs', 32, [16, 32, 3, 3], { pads: [1, 1, 1, 1] }],
  ['1×3', 32, [32, 32, 1, 3], { pads: [0, 1, 0, 1] }],
  ['asymmetric padding', 16, [32, 16, 3, 2], { pads: [0, 1, 2, 0] }],
];

for (const [title, channels, kernel, settings] of rows) {
  test(`${title} with a computed kernel goes through blocks and agrees with tfjs`, async () => {
    const graph = convolution(channels, kernel, settings);
    assert.ok(blockedIn(graph));
    const inputs = { image: random([3, channels, 12, 10], 'image'), kernel: random(kernel, 'kernel') };
    const results: Float32Array[] = [];
    for (const engine of [native, portable]) {
      const compiled = await engine.compile(graph);
      results.push((await compiled.run(inputs))['output']!.data as Float32Array);
      await compiled.dispose();
    }
    const [ours, theirs] = results;
    const largest = theirs!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    ours!.forEach((value, index) => {
      assert.ok(Math.abs(value - theirs![index]!) <= 1e-5 * largest, `element ${String(index)}`);
    });
  });
}

test('what would not gain or cannot be blocked stays as it is', () => {
  const whole = { pads: [1, 1, 1, 1] };
  assert.equal(blockedIn(convolution(8, [16, 8, 3, 3], whole)), false, 'channels that fill no block');
  assert.equal(blockedIn(convolution(32, [32, 16, 3, 3], { ...whole, group: 2 })), false, 'groups');
  assert.equal(blockedIn(convolution(16, [16, 16, 5, 5], {})), false, 'a small output');
  assert.equal(blockedIn(convolution(32, [32, 32, 1, 1], {})), false, 'a matrix product as it is');
  const builder = new GraphBuilder('constant kernel');
  const image = builder.input('image', 'float32', ['N', 16, 12, 12]);
  const kernel = builder.constant(random([16, 16, 3, 3], 'kernel'));
  builder.output(builder.conv(image, kernel, whole));
  assert.equal(blockedIn(builder.build()), false, 'a constant kernel, which the runtime blocks by itself');
});
