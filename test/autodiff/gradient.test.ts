/** Which nodes the reverse pass visits, what it refuses, and how the parts of a gradient are put together. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { appendGradients, gradientSupport } from '../../src/autodiff/gradient.ts';
import { InputError, UnsupportedOperatorError } from '../../src/core/errors.ts';
import type { Engine, Tensors } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { float, int, ints } from '../../src/graph/attributes.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { float32 } from '../../src/graph/tensor.ts';
import { BATCH } from '../../src/graph/types.ts';
import { floatsOf, runGraph } from './gradient-check.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

function start(): { builder: GraphBuilder; x: string } {
  const builder = new GraphBuilder('test');
  return { builder, x: builder.input('x', 'float32', [2]) };
}

async function gradientsOf(
  builder: GraphBuilder,
  of: string,
  withRespectTo: readonly string[],
  inputs: Tensors = { x: float32([2], [3, -2]) },
): Promise<number[][]> {
  const names = appendGradients(builder, of, withRespectTo);
  const results = await runGraph(engine, builder, names, inputs);
  return names.map((name) => [...floatsOf(results[name])]);
}

describe('appendGradients', () => {
  it('sums what comes over several ways, and over one value used twice by a node', async () => {
    const { builder, x } = start();
    const y = builder.add(builder.mul(x, x), builder.add(builder.neg(x), x));
    assert.deepEqual(await gradientsOf(builder, y, [x]), [[6, -4]]);
  });

  it('gives inner values, constants and the differentiated value itself', async () => {
    const { builder, x } = start();
    const factor = builder.constant(float32([2], [5, 7]));
    const inner = builder.mul(x, factor);
    const y = builder.mul(inner, inner);
    assert.deepEqual(await gradientsOf(builder, y, [inner, factor, y, x]), [
      [30, -28],
      [90, 56],
      [1, 1],
      [150, -196],
    ]);
  });

  it('gives zeros where the value does not depend, of a shape known only at run time too', async () => {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', 'float32', [BATCH, 2]);
    const other = builder.input('other', 'float32', ['M']);
    const scalar = builder.input('scalar', 'float32', []);
    const inputs = { x: float32([1, 2], [1, 2]), other: float32([3], [1, 2, 3]), scalar: float32([], [4]) };
    assert.deepEqual(await gradientsOf(builder, builder.exp(x), [other, scalar], inputs), [[0, 0, 0], [0]]);
  });

  it('takes steps, comparisons and whole numbers as flat', async () => {
    const { builder, x } = start();
    const sign = builder.sign(x);
    const floor = builder.apply('Floor', [x]);
    const above = builder.cast(builder.greater(x, builder.scalar(0)), 'float32');
    const whole = builder.cast(builder.cast(x, 'int32'), 'float32');
    const y = [sign, floor, above, whole].reduce((sum, part) => builder.add(sum, part));
    assert.deepEqual(await gradientsOf(builder, builder.add(y, x), [x]), [[1, 1]]);
    const alone = start();
    assert.deepEqual(await gradientsOf(alone.builder, alone.builder.sign(alone.x), [alone.x]), [[0, 0]]);
  });

  it('emits nothing for inputs whose gradient is not asked for', () => {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', 'float32', [BATCH, 2, 5, 5]);
    const kernel = builder.input('kernel', 'float32', [3, 2, 3, 3]);
    const y = builder.conv(x, kernel);
    const forward = builder.nodes.length;
    appendGradients(builder, y, [kernel]);
    const operators = builder.nodes.slice(forward).map(({ operator }) => operator);
    assert.ok(operators.some((operator) => operator === 'Gemm' || operator === 'MatMul'));
    assert.ok(!operators.includes('Conv') && !operators.includes('ConvTranspose'));
    const before = builder.nodes.length;
    appendGradients(builder, y, [x]);
    const inputOnly = builder.nodes.slice(before);
    assert.ok(inputOnly.some(({ operator }) => operator === 'Conv'));
    assert.ok(
      !inputOnly.some(({ inputs }) => inputs.includes(x)),
      'only the kernel gradient would read the image',
    );
  });

  it('prepares a constant kernel in advance', () => {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', 'float32', [BATCH, 1, 5, 5]);
    const kernel = builder.constant(float32([1, 1, 2, 2], [1, 2, 3, 4]));
    const y = builder.conv(x, kernel);
    const forward = builder.nodes.length;
    appendGradients(builder, y, [x]);
    const conv = builder.nodes.slice(forward).find(({ operator }) => operator === 'Conv');
    assert.deepEqual([...floatsOf(builder.constantOf(conv?.inputs[1] ?? ''))], [4, 3, 2, 1]);
  });

  it('differentiates a gradient', async () => {
    const { builder, x } = start();
    const [first] = appendGradients(builder, builder.pow(x, builder.scalar(3)), [x]);
    assert.deepEqual(await gradientsOf(builder, first!, [x]), [[18, -12]]);
  });

  it('does not let Relu pass a gradient at 0', async () => {
    const { builder, x } = start();
    const inputs = { x: float32([2], [0, 1e-30]) };
    assert.deepEqual(await gradientsOf(builder, builder.relu(x), [x], inputs), [[0, 1]]);
  });
});

describe('what has no gradient', () => {
  const withUnpool = (): { builder: GraphBuilder; x: string; y: string } => {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', 'float32', [BATCH, 2, 3, 3]);
    const places = builder.cast(x, 'int64');
    builder.node(
      'MaxUnpool',
      [x, places],
      { kernel_shape: ints([1, 1]) },
      { name: 'features.2', outputs: ['y'] },
    );
    return { builder, x, y: 'y' };
  };

  it('is refused by operator and node, and the black box offered', () => {
    const { builder, x, y } = withUnpool();
    assert.throws(
      () => appendGradients(builder, builder.relu(y), [x]),
      (error) => {
        assert.ok(error instanceof UnsupportedOperatorError);
        assert.deepEqual([error.operator, error.node], ['MaxUnpool', 'features.2']);
        assert.match(error.message, /^node features\.2 \(MaxUnpool\): .*black box.*--source MODEL\)$/);
        return true;
      },
    );
  });

  it('does not matter off the path', async () => {
    const { builder, x, y } = withUnpool();
    const z = builder.mul(builder.neg(x), builder.scalar(2));
    builder.add(y, z);
    const inputs = { x: float32([1, 2, 3, 3], new Float32Array(18)) };
    const [gradient] = await gradientsOf(builder, z, [x], inputs);
    assert.deepEqual(new Set(gradient), new Set([-2]));
  });

  it('includes the running statistics of a training normalization', () => {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', 'float32', [BATCH, 2]);
    const parameters = ['scale', 'bias', 'mean', 'variance'].map((name) =>
      builder.input(name, 'float32', [2]),
    );
    builder.node(
      'BatchNormalization',
      [x, ...parameters],
      { training_mode: int(1), momentum: float(0.9) },
      { outputs: ['y', 'running', 'spread'] },
    );
    assert.throws(() => appendGradients(builder, 'running', [x]), UnsupportedOperatorError);
    assert.throws(() => appendGradients(builder, 'y', ['mean']), UnsupportedOperatorError);
  });

  it('includes values that are not floating-point numbers, and names that do not exist', () => {
    const { builder, x } = start();
    const whole = builder.cast(x, 'int64');
    assert.throws(() => appendGradients(builder, x, [whole]), InputError);
    assert.throws(() => appendGradients(builder, whole, [x]), InputError);
    assert.throws(() => appendGradients(builder, x, ['nowhere']), InputError);
  });

  it('is told apart for every operator', () => {
    assert.equal(gradientSupport('Conv'), 'gradient');
    assert.equal(gradientSupport('ArgMax'), 'zero');
    assert.equal(gradientSupport('LRN'), 'gradient');
    assert.equal(gradientSupport('MaxUnpool'), 'unsupported');
    assert.equal(gradientSupport('QuantizeLinear'), 'unsupported');
    assert.equal(gradientSupport('QuantizeLinear', { approximate: 'straight-through' }), 'gradient');
    assert.equal(gradientSupport('constructor'), 'unsupported');
  });
});
