/** Quantisation: refused by name, or passed straight through when asked for, as PyTorch's fake quantisation is. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { appendGradients } from '../../src/autodiff/gradient.ts';
import { UnsupportedOperatorError } from '../../src/core/errors.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { int, ints } from '../../src/graph/attributes.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { float32, tensor } from '../../src/graph/tensor.ts';
import { addNode, graphOf, readCases, tensorOf, weightsFor } from './cases.ts';
import { floatsOf, relativeError, runGraph } from './gradient-check.ts';

const approximate = { approximate: 'straight-through' } as const;

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

describe('the straight-through gradient', () => {
  for (const item of readCases('straight-through')) {
    it(`${item.name} as PyTorch`, async () => {
      const { builder, output } = graphOf(item);
      const [, scale, zero] = builder.nodes[0]!.inputs;
      const given = Object.entries(builder.nodes[0]!.attributes);
      const attributes = Object.fromEntries(given.filter(([name]) => name !== 'output_dtype'));
      const real = 'real';
      addNode(builder, {
        operator: 'DequantizeLinear',
        name: 'dequantize',
        inputs: [output, scale!, zero!],
        outputs: [real],
        attributes,
      });
      const weights = builder.constant(float32(item.output.dims, weightsFor(item.output.values.length)));
      const [gradient] = appendGradients(builder, builder.mul(real, weights), ['input_0'], approximate);
      const results = await runGraph(engine, builder, [real, gradient!], {
        input_0: tensorOf(item.inputs[0]!),
      });
      assert.ok(relativeError(floatsOf(results[real]), item.output.values) < 1e-6, 'the output');
      assert.ok(relativeError(floatsOf(results[gradient!]), item.gradients[0]!) < 1e-6, 'the gradient');
      assert.ok(item.gradients[0]!.includes(0), 'the case has a value out of range');
    });
  }

  it('goes through what moves and chooses quantised values', async () => {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', 'float32', [1, 1, 2, 4]);
    const [scale, zero] = [builder.scalar(0.1), builder.constant(tensor('int8', [], Int8Array.of(0)))];
    const quantized = builder.apply('QuantizeLinear', [x, scale, zero]);
    const pooled = builder.maxPool(quantized, { kernelShape: [2, 2], strides: [2, 2] });
    const parts = builder.node(
      'Split',
      [builder.transpose(builder.concat([pooled, pooled], 1), [0, 3, 2, 1])],
      { axis: int(1), num_outputs: int(2) },
      { outputs: ['first', 'second'] },
    );
    const real = builder.apply('DequantizeLinear', [builder.reshape(parts[1]!, [-1]), scale, zero]);
    const [gradient] = appendGradients(builder, real, [x], approximate);
    const results = await runGraph(engine, builder, [gradient!], {
      x: float32([1, 1, 2, 4], [1, 2, 0, 0.5, 4, 3, -1, -2]),
    });
    assert.deepEqual([...floatsOf(results[gradient!])], [0, 0, 0, 2, 0, 0, 0, 0]);
  });
});

describe('without being asked for', () => {
  const quantizedThrough = (move: (builder: GraphBuilder, value: string) => string): GraphBuilder => {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', 'float32', [1, 1, 2, 2]);
    const scale = builder.scalar(0.1);
    const quantized = builder.node('QuantizeLinear', [x, scale], {}, { name: 'q' })[0]!;
    builder.node('DequantizeLinear', [move(builder, quantized), scale], {}, { outputs: ['y'] });
    return builder;
  };

  const moves: Readonly<Record<string, (builder: GraphBuilder, value: string) => string>> = {
    nothing: (_, value) => value,
    Reshape: (builder, value) => builder.reshape(value, [4]),
    MaxPool: (builder, value) => builder.apply('MaxPool', [value], { kernel_shape: ints([1, 1]) }),
    Concat: (builder, value) => builder.concat([value, value], 1),
  };
  for (const [name, move] of Object.entries(moves)) {
    it(`quantisation is refused by name, with ${name} behind it`, () => {
      assert.throws(
        () => appendGradients(quantizedThrough(move), 'y', ['x']),
        (error) => {
          assert.ok(error instanceof UnsupportedOperatorError);
          assert.equal(error.node, 'q');
          assert.match(error.message, /rounding has no gradient .*--approximate-gradient straight-through/);
          return true;
        },
      );
    });
  }

  it('arithmetic on integers is refused and not taken for flat', () => {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', 'float32', [2, 2]);
    const [quantized, scale] = builder.node('DynamicQuantizeLinear', [x], {}, { outputs: ['q', 's', 'z'] });
    const weight = builder.constant(tensor('int8', [2, 2], Int8Array.of(1, 2, 3, 4)));
    const product = builder.apply('MatMulInteger', [quantized!, weight, 'z']);
    const y = builder.mul(builder.cast(product, 'float32'), scale!);
    assert.throws(() => appendGradients(builder, y, [x]), UnsupportedOperatorError);
    assert.throws(() => appendGradients(builder, y, [x], approximate), UnsupportedOperatorError);
  });
});
