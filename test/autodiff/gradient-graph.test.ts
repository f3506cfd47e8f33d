/** Gradients as graphs of their own: names, chosen inputs and outputs, and values against central differences. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createGradientGraph, type GradientGraphOptions } from '../../src/autodiff/gradient-graph.ts';
import { InputError, UnsupportedOperatorError } from '../../src/core/errors.ts';
import { randomStream } from '../../src/core/random.ts';
import type { Engine, Tensors } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { int64s, numbersOf, sizeOf, tensor } from '../../src/graph/tensor.ts';
import type { Graph, Tensor } from '../../src/graph/types.ts';
import { relativeError } from './gradient-check.ts';

const stream = randomStream(5, 'gradient graphs');
const drawn = (...dims: number[]): Tensor =>
  tensor(
    'float64',
    dims,
    Float64Array.from({ length: sizeOf(dims) }, () => stream.normal()),
  );

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(() => engine.dispose());

/** Of an image-free kind: a matrix, a vector that scales it, words; hidden values and logits. Numbers of 64 bits. */
function network(): Graph {
  const builder = new GraphBuilder('mixed');
  const x = builder.input('x:0', 'float64', ['N', 3]);
  const scale = builder.input('scale', 'float64', [4]);
  const words = builder.input('words', 'int64', ['N']);
  const hidden = builder.tanh(
    builder.add(
      builder.mul(builder.matMul(x, builder.constant(drawn(3, 4))), scale),
      builder.gather(builder.constant(drawn(5, 4)), words),
    ),
  );
  builder.output(builder.identity(hidden, 'hidden'));
  builder.output(builder.identity(builder.matMul(hidden, builder.constant(drawn(4, 3))), 'grad_scale'));
  builder.output(builder.apply('ArgMax', ['grad_scale'], {}, 'class'));
  return builder.build();
}

const graph = network();
const inputs: Record<string, Tensor> = { 'x:0': drawn(2, 3), scale: drawn(4), words: int64s([4, 1]) };

async function run(made: Graph, given: Tensors): Promise<Tensors> {
  const compiled = await engine.compile(made);
  try {
    return await compiled.run(given);
  } finally {
    await compiled.dispose();
  }
}

const names = (values: Graph['inputs']): string[] =>
  values.map(({ name, dataType, dims }) => `${name} ${dataType} [${dims.join(', ')}]`);

/** The gradient of Σ f of the outputs by an input, by central differences. */
async function differences(input: string, sum: (outputs: Tensors) => number): Promise<number[]> {
  const held = inputs[input]!;
  const step = 1e-5;
  const slopes: number[] = [];
  for (let index = 0; index < numbersOf(held).length; index++) {
    const [above = 0, below = 0] = await Promise.all(
      [step, -step].map(async (shift) => {
        const data = Float64Array.from(numbersOf(held), (value, other) =>
          other === index ? value + shift : value,
        );
        return sum(await run(graph, { ...inputs, [input]: tensor('float64', held.dims, data) }));
      }),
    );
    slopes.push((above - below) / (2 * step));
  }
  return slopes;
}

const labels = [2, 0];
const rowsOf = (value: Tensor): number[][] => {
  const all = numbersOf(value);
  const width = value.dims[1]!;
  return value.dims[0] === 0
    ? []
    : [...all.keys()].filter((at) => at % width === 0).map((at) => [...all].slice(at, at + width));
};
const sums = {
  'cross-entropy': (row: number[], label: number) =>
    Math.log(row.reduce((total, z) => total + Math.exp(z), 0)) - row[label]!,
  margin: (row: number[], label: number) =>
    Math.max(...row.filter((_, index) => index !== label)) - row[label]!,
};

describe('the gradient graph', () => {
  for (const of of ['cross-entropy', 'margin'] as const) {
    it(`of the ${of} takes labels and gives gradients, outputs and losses`, async () => {
      const made = createGradientGraph(graph, { of, output: 'grad_scale', withOutputs: true });
      assert.equal(made.name, 'gradient of mixed');
      assert.deepEqual(names(made.inputs), [...names(graph.inputs), 'labels int64 [N]']);
      // The file's own output has the name of a gradient.
      assert.deepEqual(names(made.outputs), [
        'grad_x_0 float64 [N, 3]',
        'grad_scale_ float64 [4]',
        ...names(graph.outputs),
        'loss float64 [N]',
      ]);
      const results = await run(made, { ...inputs, labels: int64s(labels) });
      const losses = (outputs: Tensors): number[] =>
        rowsOf(outputs['grad_scale']!).map((row, example) => sums[of](row, labels[example]!));
      assert.ok(relativeError(numbersOf(results['loss']!), losses(results)) < 1e-12);
      const total = (outputs: Tensors): number => losses(outputs).reduce((sum, loss) => sum + loss, 0);
      for (const [input, gradient] of [
        ['x:0', 'grad_x_0'],
        ['scale', 'grad_scale_'],
      ] as const) {
        const error = relativeError(numbersOf(results[gradient]!), await differences(input, total));
        assert.ok(error < 1e-8, `${input} is off by ${String(error)}`);
      }
    });
  }

  it('of an output weighted by a cotangent is its vector-Jacobian product', async () => {
    const made = createGradientGraph(graph, { of: 'cotangent', output: 'hidden', inputs: ['x:0'] });
    assert.deepEqual(names(made.inputs), [...names(graph.inputs), 'cotangent float64 [N, 4]']);
    assert.deepEqual(names(made.outputs), ['grad_x_0 float64 [N, 3]']);
    const cotangent = drawn(2, 4);
    const results = await run(made, { ...inputs, cotangent });
    const weights = numbersOf(cotangent);
    const expected = await differences('x:0', ({ hidden }) =>
      numbersOf(hidden!).reduce((sum, value, index) => sum + value * weights[index]!, 0),
    );
    assert.ok(relativeError(numbersOf(results['grad_x_0']!), expected) < 1e-8);
  });

  it('of values with several open sizes brings gradients to their shapes', async () => {
    const builder = new GraphBuilder('open');
    const x = builder.input('x', 'float64', ['A', 'B', 'C']);
    const row = builder.gather(x, builder.constant(tensor('int64', [], BigInt64Array.of(1n))), 0);
    builder.output(builder.identity(builder.reduceSum(builder.mul(row, row), [0], false), 'y'));
    const made = createGradientGraph(builder.build(), { of: 'cotangent' });
    const given = { x: drawn(3, 2, 4), cotangent: drawn(4) };
    const results = await run(made, given);
    const values = numbersOf(given.x);
    const weights = numbersOf(given.cotangent);
    assert.deepEqual(
      [...numbersOf(results['grad_x']!)],
      values.map((value, index) => (Math.floor(index / 8) === 1 ? 2 * value * weights[index % 4]! : 0)),
    );
  });

  it('holds nothing that its outputs do not need', () => {
    const operators = (options: GradientGraphOptions): string[] =>
      createGradientGraph(graph, options).nodes.map(({ operator }) => operator);
    assert.ok(!operators({ of: 'cotangent', output: 'hidden' }).includes('ArgMax'));
    assert.ok(operators({ of: 'cotangent', output: 'hidden', withOutputs: true }).includes('ArgMax'));
  });

  it('refuses what has no gradient, in one line that says what there is', () => {
    const refuses = (options: GradientGraphOptions, pattern: RegExp, of = graph): void => {
      assert.throws(
        () => createGradientGraph(of, options),
        (error) =>
          error instanceof InputError && !error.message.includes('\n') && pattern.test(error.message),
      );
    };
    const loss = { of: 'cross-entropy' } as const;
    refuses(loss, /several outputs.*hidden \(float64\), grad_scale \(float64\), class \(int64\)/);
    refuses({ ...loss, output: 'z' }, /no output z: it has hidden/);
    refuses({ ...loss, output: 'class' }, /only floating-point values have gradients.*class \(int64\)/);
    refuses({ ...loss, output: 'hidden', inputs: ['words'] }, /the input words is int64/);
    refuses({ ...loss, output: 'hidden', inputs: ['y'] }, /no input y: it has x:0 \(float64\)/);

    const builder = new GraphBuilder('other');
    const x = builder.input('x', 'float32', ['N', 3, 2]);
    builder.output(builder.relu(x));
    refuses(loss, /has the shape \[N, 3, 2\], and a cross-entropy needs logits \[N, K\]/, builder.build());

    const whole = new GraphBuilder('whole');
    const number = whole.input('n', 'int64', ['N', 3]);
    whole.output(whole.cast(number, 'float32'));
    refuses(loss, /none of the inputs is of floating-point numbers.*n \(int64\)/, whole.build());

    const unknown = new GraphBuilder('unknown');
    const value = unknown.input('x', 'float32', ['N', 4]);
    const [y = ''] = unknown.node('DynamicQuantizeLinear', [value], {}, { outputs: ['y', 'scale', 'zero'] });
    unknown.output(unknown.cast(y, 'float32'));
    assert.throws(() => createGradientGraph(unknown.build(), loss), UnsupportedOperatorError);
  });
});
