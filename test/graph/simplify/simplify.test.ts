/** Simplification: what it takes out, what it keeps, and that results never change. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../../src/core/errors.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import type { Engine, Tensors } from '../../../src/engine/engine.ts';
import { float, int, ints } from '../../../src/graph/attributes.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { simplify } from '../../../src/graph/simplify/simplify.ts';
import { float32, int64s, numbersOf, tensor } from '../../../src/graph/tensor.ts';
import { BATCH, type Graph, type Tensor } from '../../../src/graph/types.ts';

const operators = (graph: Graph): string[] => graph.nodes.map((node) => node.operator);
const scalar = (value: number) => tensor('int64', [], BigInt64Array.of(BigInt(value)));

/** The tensor that the first input of the only node is, after simplification. */
function foldedBy(make: (b: GraphBuilder) => string): Tensor {
  const b = new GraphBuilder('constant');
  const x = b.input('x', 'float32', [1]);
  const made = make(b);
  const { dataType } = b.type(made);
  b.output(b.apply('Mul', [dataType === 'float32' ? made : b.cast(made, 'float32'), x]));
  const graph = simplify(b.build());
  assert.deepEqual(operators(graph), ['Mul']);
  const [name = ''] = graph.nodes[0]?.inputs ?? [];
  const held = graph.initializers.get(name);
  assert.ok(held, 'the value is not a constant');
  return held;
}

describe('simplify', () => {
  it('takes out Identity, evaluation Dropout and casts to the same type', () => {
    const b = new GraphBuilder('passing');
    const x = b.input('x', 'float32', [BATCH, 4]);
    const dropped = b.apply('Dropout', [b.identity(x), b.scalar(0.5)]);
    b.output(b.apply('Relu', [b.cast(dropped, 'float32')], {}, 'y'));
    const graph = simplify(b.build());
    assert.deepEqual(operators(graph), ['Relu']);
    assert.deepEqual(graph.nodes[0]?.inputs, ['x']);
    assert.equal(graph.initializers.size, 0);
    assert.deepEqual(graph.inputs, [{ name: 'x', dataType: 'float32', dims: ['N', 4] }]);
    assert.deepEqual(graph.outputs, [{ name: 'y', dataType: 'float32', dims: ['N', 4] }]);
  });

  it('keeps training Dropout', () => {
    const b = new GraphBuilder('training');
    const x = b.input('x', 'float32', [BATCH, 4]);
    const on = b.constant(tensor('bool', [], Uint8Array.of(1)));
    b.output(b.apply('Dropout', [x, b.scalar(0.5), on]));
    assert.deepEqual(operators(simplify(b.build())), ['Dropout']);
  });

  it('keeps the names of outputs, whatever makes them', () => {
    const b = new GraphBuilder('names');
    const x = b.input('x', 'float32', [BATCH, 4]);
    b.output(b.identity(x, 'same'));
    b.output(b.apply('Add', [b.scalar(1), b.scalar(2)], {}, 'three'));
    b.output(b.apply('Mul', ['three', x], {}, 'y'));
    b.output('x');
    const graph = simplify(b.build());
    assert.deepEqual(
      graph.outputs.map((output) => output.name),
      ['same', 'three', 'y', 'x'],
    );
    assert.deepEqual(operators(graph), ['Identity', 'Add', 'Mul']);
  });

  it('drops nodes and constants that no output needs, and keeps every input', () => {
    const b = new GraphBuilder('dead');
    const x = b.input('x', 'float32', [BATCH]);
    b.input('unused', 'float32', [BATCH]);
    b.add(x, b.scalar(4));
    b.output(b.relu(x));
    const graph = simplify(b.build());
    assert.deepEqual(operators(graph), ['Relu']);
    assert.equal(graph.initializers.size, 0);
    assert.deepEqual(
      graph.inputs.map((input) => input.name),
      ['x', 'unused'],
    );
  });

  it('writes the target of an exported flatten as a constant with -1', () => {
    const b = new GraphBuilder('flatten');
    const x = b.input('x', 'float32', [BATCH, 64, 8, 8]);
    const batch = b.unsqueeze(b.gather(b.shape(x), b.constant(scalar(0))), [0]);
    b.output(b.apply('Reshape', [x, b.concat([batch, b.shapeConstant([4096])], 0)]));
    const graph = simplify(b.build());
    assert.deepEqual(operators(graph), ['Reshape']);
    const target = graph.initializers.get(graph.nodes[0]?.inputs[1] ?? '');
    assert.deepEqual(target && numbersOf(target), [-1, 4096]);
    assert.deepEqual(graph.outputs[0]?.dims, ['N', 4096]);
  });

  it('writes 0 for a named size that the target shares with the input, beside -1', () => {
    const target = (elements: (b: GraphBuilder, shape: string) => string): number[] | undefined => {
      const b = new GraphBuilder('target');
      const x = b.input('x', 'float32', [BATCH, 6, 'H']);
      b.output(b.apply('Reshape', [x, elements(b, b.shape(x))]));
      const graph = simplify(b.build());
      const held = graph.initializers.get(graph.nodes.at(-1)?.inputs[1] ?? '');
      return held && numbersOf(held);
    };
    const part = (b: GraphBuilder, shape: string, at: number): string =>
      b.gather(shape, b.shapeConstant([at]));
    assert.deepEqual(
      target((b, shape) => b.concat([part(b, shape, 0), b.shapeConstant([2, 3]), part(b, shape, 2)], 0)),
      [0, 2, 3, -1],
    );
    assert.deepEqual(
      target((b, shape) => b.concat([part(b, shape, 0), b.shapeConstant([-1])], 0)),
      [0, -1],
    );
    assert.equal(
      target((b, shape) => b.concat([part(b, shape, 2), part(b, shape, 0), b.shapeConstant([6])], 0)),
      undefined,
      'two sizes in exchanged places cannot be written as numbers',
    );
  });

  it('folds what follows from known sizes', () => {
    const b = new GraphBuilder('sizes');
    const x = b.input('x', 'float32', [BATCH, 64, 8, 8]);
    const channels = b.cast(b.gather(b.shape(x), b.constant(scalar(1))), 'float32');
    b.output(b.div(x, b.sqrt(channels)));
    const graph = simplify(b.build());
    assert.deepEqual(operators(graph), ['Div']);
    const held = graph.initializers.get(graph.nodes[0]?.inputs[1] ?? '');
    assert.deepEqual(held, { dataType: 'float32', dims: [], data: Float32Array.of(8) });
  });

  it('gives an integer remainder the sign of its divisor', () => {
    const held = foldedBy((b) =>
      b.apply('Mod', [b.constant(int64s([7, -7, 7, -7, 6])), b.constant(int64s([3, 3, -3, -3, 3]))]),
    );
    assert.deepEqual([...held.data], [1, 2, -2, -1, 0]);
    const b = new GraphBuilder('zero');
    b.output(b.apply('Mod', [b.constant(int64s([1])), b.constant(int64s([0]))]));
    assert.deepEqual(operators(simplify(b.build())), ['Mod']);
  });

  it('truncates integer division and keeps 64 bits', () => {
    const wide = tensor('int64', [3], BigInt64Array.of(2n ** 62n + 1n, -7n, 7n));
    const b = new GraphBuilder('wide');
    b.input('x', 'float32', [1]);
    const quotient = b.div(b.constant(wide), b.constant(scalar(2)));
    b.output(b.mul(quotient, b.input('k', 'int64', [3])));
    const graph = simplify(b.build());
    assert.deepEqual(
      graph.initializers.get(graph.nodes[0]?.inputs[0] ?? '')?.data,
      BigInt64Array.of(2n ** 61n, -3n, 3n),
    );
  });

  it('keeps the greatest integer as it is', () => {
    const b = new GraphBuilder('greatest');
    const x = b.input('x', 'float32', [BATCH, 9]);
    const end = b.constant(tensor('int64', [1], BigInt64Array.of(2n ** 63n - 1n)));
    const ends = b.concat([end, b.identity(end)], 0);
    b.output(b.apply('Slice', [x, b.shapeConstant([0, 2]), ends]));
    const graph = simplify(b.build());
    assert.deepEqual(operators(graph), ['Slice']);
    assert.deepEqual(
      graph.initializers.get(graph.nodes[0]?.inputs[2] ?? '')?.data,
      BigInt64Array.of(2n ** 63n - 1n, 2n ** 63n - 1n),
    );
  });

  it('folds moves of constants', () => {
    const matrix = float32([2, 3], [1, 2, 3, 4, 5, 6]);
    const result = (make: (b: GraphBuilder, m: string) => string): number[] =>
      numbersOf(foldedBy((b) => make(b, b.constant(matrix))));
    assert.deepEqual(
      result((b, m) => b.transpose(m, [1, 0])),
      [1, 4, 2, 5, 3, 6],
    );
    assert.deepEqual(
      result((b, m) => b.slice(m, { starts: [-1, 0], ends: [-9, 9], axes: [1, 0], steps: [-2, 1] })),
      [3, 1, 6, 4],
    );
    assert.deepEqual(
      result((b, m) => b.gather(m, b.shapeConstant([2, -3]), 1)),
      [3, 1, 6, 4],
    );
    assert.deepEqual(
      result((b, m) => b.concat([m, b.constant(float32([2, 1], [8, 9]))], -1)),
      [1, 2, 3, 8, 4, 5, 6, 9],
    );
    assert.deepEqual(
      result((b, m) => b.expand(b.slice(m, { starts: [0], ends: [1], axes: [1] }), b.shapeConstant([2, 2]))),
      [1, 1, 4, 4],
    );
    assert.deepEqual(
      result((b, m) => b.where(b.equal(m, b.scalar(4)), b.neg(m), b.scalar(0))),
      [0, 0, 0, -4, 0, 0],
    );
  });

  it('leaves what would grow, or what engines may answer differently', () => {
    const left = (make: (b: GraphBuilder) => string): string[] => {
      const b = new GraphBuilder('left');
      const x = b.input('x', 'float32', [1]);
      b.output(b.mul(b.cast(make(b), 'float32'), x));
      return operators(simplify(b.build()));
    };
    assert.deepEqual(
      left((b) => b.apply('ConstantOfShape', [b.shapeConstant([1000, 1000])])),
      ['ConstantOfShape', 'Mul'],
    );
    assert.deepEqual(
      left((b) => b.cast(b.constant(float32([2], [3e9, NaN])), 'int32')),
      ['Cast', 'Cast', 'Mul'],
    );
    assert.deepEqual(
      left((b) => b.div(b.shapeConstant([1]), b.shapeConstant([0]))),
      ['Div', 'Cast', 'Mul'],
    );
    assert.deepEqual(
      left((b) => b.apply('Range', [b.scalar(0), b.scalar(1), b.scalar(0.1)])),
      ['Range', 'Mul'],
    );
  });

  it('is idempotent and meets no name twice', () => {
    const b = new GraphBuilder('again');
    const x = b.input('x', 'float32', [BATCH, 4]);
    const y = b.apply('Add', [x, b.add(b.scalar(1), b.scalar(2))], {}, 'folded_3');
    b.output(b.apply('Add', [y, b.mul(b.scalar(1), b.scalar(2))], {}, 'folded_0'));
    const once = simplify(b.build());
    assert.deepEqual(operators(once), ['Add', 'Add']);
    assert.deepEqual(simplify(once), once);
  });

  it('names the node of a graph that is not well formed', () => {
    const b = new GraphBuilder('broken');
    b.output(b.relu(b.input('x', 'float32', [2])));
    const graph = b.build();
    const nodes = graph.nodes.map((node) => ({ ...node, operator: 'Conv' }));
    assert.throws(() => simplify({ ...graph, nodes }), InputError);
  });
});

/** A random program over small constants and inputs: each step an operator, inputs and numbers chosen by the codes. */
function randomGraph(codes: readonly (readonly [number, number, number])[]): Graph {
  const b = new GraphBuilder('random');
  const floats = [
    b.input('x', 'float32', [BATCH, 3]),
    b.constant(float32([3], [0.1, -2, 3])),
    b.constant(float32([2, 3], [1.5, 2, -3, 4.25, 5, 0])),
    b.scalar(0.7),
  ];
  const integers = [
    b.constant(int64s([2, 3])),
    b.constant(int64s([-1])),
    b.shape('x'),
    b.constant(scalar(3)),
  ];
  const choose = (list: readonly string[], code: number): string => list[code % list.length] ?? '';
  const binary = ['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max'];
  for (const [operator, first, second] of codes) {
    const list = operator % 2 === 0 ? floats : integers;
    const a = choose(list, first);
    const c = choose(list, second);
    const rank = Math.max(b.dims(a).length, 1);
    const steps: (() => string)[] = [
      () => b.apply(binary[second % binary.length] ?? '', [a, c]),
      () => b.transpose(a, [...b.dims(a).keys()].reverse()),
      () => b.unsqueeze(a, [second % (rank + 1)]),
      () => b.reshape(a, [-1]),
      () => b.concat([a, c], first % rank),
      // The runtime joins empty values of any shape, so a slice must be known not to be empty.
      () => {
        if (typeof b.dims(a).at(-1) === 'string') return b.neg(a);
        const step = second % 2 === 0 ? 1 : -2;
        return b.slice(a, { starts: [second - 4], ends: [first - 3], axes: [-1], steps: [step] });
      },
      () => b.gather(a, b.constant(int64s([0, -1])), second % rank),
      () => b.where(b.equal(a, c), a, c),
      () => b.apply('Reshape', [a, b.concat([choose(integers, second), b.shapeConstant([-1])], 0)]),
      () => b.expand(a, choose(integers, second)),
      () => b.cast(a, list === floats ? 'float64' : 'int32'),
      () => b.identity(a),
      () =>
        b.apply('ConstantOfShape', [choose(integers, second)], {
          value: { kind: 'tensor', value: int64s([first]) },
        }),
      () => (list === floats ? b.sqrt(b.abs(a)) : b.neg(a)),
    ];
    try {
      const made = steps[(operator >> 1) % steps.length]?.() ?? '';
      const { dataType, dims } = b.type(made);
      const known = dims.reduce<number>((size, dim) => size * (typeof dim === 'number' ? dim : 2), 1);
      if (known === 0 || known > 500) continue;
      if (dataType === 'float32') floats.push(made);
      if (dataType === 'int64') integers.push(made);
    } catch (error) {
      // What does not fit is left out of the program.
      if (!(error instanceof InputError)) throw error;
    }
  }
  for (const value of [...floats.slice(4), ...integers.slice(4)].slice(-6)) b.output(b.identity(value));
  return b.build();
}

describe('simplify on random graphs', () => {
  let engine: Engine | undefined;
  after(() => engine?.dispose());

  async function run(graph: Graph, inputs: Tensors): Promise<Tensors | undefined> {
    engine ??= await createOnnxRuntimeEngine({ threads: 1 });
    try {
      const compiled = await engine.compile(graph);
      const results = await compiled.run(inputs);
      await compiled.dispose();
      return results;
    } catch {
      return undefined;
    }
  }

  it('never changes results', async () => {
    const code = fc.tuple(fc.nat(55), fc.nat(15), fc.nat(15));
    let compared = 0;
    let removed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(code, { minLength: 4, maxLength: 24 }), async (codes) => {
        const graph = randomGraph(codes);
        if (graph.outputs.length === 0) return;
        const inputs = { x: float32([2, 3], [0.5, -1, 2, 0, 7, -0.25]) };
        const expected = await run(graph, inputs);
        // A program may be wrong in a way that only its values tell: a size of a Reshape, an index.
        if (expected === undefined) return;
        const simple = simplify(graph);
        assert.deepEqual(
          simple.outputs.map(({ name }) => name),
          graph.outputs.map(({ name }) => name),
        );
        assert.deepEqual(await run(simple, inputs), expected);
        compared++;
        removed += graph.nodes.length - simple.nodes.length;
      }),
      { seed: 11, numRuns: 80 },
    );
    assert.ok(compared > 40, `only ${String(compared)} graphs ran`);
    assert.ok(removed > compared, `only ${String(removed)} nodes were taken out`);
  });

  it('infers the shapes that the engine gives', async () => {
    const small = fc.integer({ min: 1, max: 3 });
    const size = fc.integer({ min: 4, max: 9 });
    const pads = fc.array(fc.nat(1), { minLength: 4, maxLength: 4 });
    const window = fc.record({
      kernel: fc.tuple(small, small),
      strides: fc.tuple(small, small),
      pads,
      ceil: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(size, size, window, async (height, width, { kernel, strides, pads: around, ceil }) => {
        const b = new GraphBuilder('windows');
        const x = b.input('x', 'float32', [BATCH, 4, height, width]);
        const weights = float32([6, 2, ...kernel], new Float32Array(12 * kernel[0] * kernel[1]));
        const transposed = float32([4, 3, ...kernel], new Float32Array(12 * kernel[0] * kernel[1]));
        const pooling = around.map((pad, at) => Math.min(pad, (kernel[at % 2] ?? 1) - 1));
        const shared = { strides, pads: around, group: 2 };
        b.output(b.conv(x, b.constant(weights), shared));
        b.output(b.convTranspose(x, b.constant(transposed), { strides, group: 2 }));
        b.output(
          b.apply('Conv', [x, b.constant(weights)], {
            group: int(2),
            strides: ints(strides),
            auto_pad: { kind: 'string', value: 'SAME_LOWER' },
          }),
        );
        b.output(b.maxPool(x, { kernelShape: kernel, strides, pads: pooling, ceilMode: ceil }));
        b.output(b.averagePool(x, { kernelShape: kernel, strides, pads: pooling, ceilMode: ceil }));
        b.output(b.apply('LeakyRelu', [x], { alpha: float(0.1) }));
        const graph = b.build();
        const results = await run(graph, {
          x: float32([2, 4, height, width], new Float32Array(8 * height * width)),
        });
        assert.ok(results, 'the engine refused what inference allowed');
        for (const { name, dims } of graph.outputs) {
          assert.deepEqual(
            results[name]?.dims,
            dims.map((dim) => (dim === BATCH ? 2 : dim)),
          );
        }
      }),
      { seed: 3, numRuns: 40 },
    );
  });
});
