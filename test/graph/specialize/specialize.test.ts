/** Specialized graphs hold no branch, loop or sequence, and compute what the runtime computes for the file itself. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { InputError } from '../../../src/core/errors.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { attribute } from '../../../src/graph/attributes.ts';
import { attributeField, attributeType } from '../../../src/graph/onnx/fields.ts';
import { decodeModel } from '../../../src/graph/onnx/read.ts';
import { specialize } from '../../../src/graph/specialize/specialize.ts';
import { float32, sizeOf } from '../../../src/graph/tensor.ts';
import type { Graph, Tensor } from '../../../src/graph/types.ts';
import { floats, graphMessage, int64s, modelBytes, rawTensor } from '../onnx/model-bytes.ts';
import type { AttributeValue, ModelSource, NodeSource } from '../onnx/model-bytes.ts';

const engine = await createOnnxRuntimeEngine({ threads: 1 });
after(() => engine.dispose());

async function evaluate(graph: Graph): Promise<readonly Tensor[]> {
  const compiled = await engine.compile(graph);
  const results = await compiled.run({});
  await compiled.dispose();
  return graph.outputs.map(({ name }) => results[name]!);
}

const body = (source: ModelSource): AttributeValue => ({
  type: attributeType.graph,
  fields: [graphMessage(attributeField.graph, source)],
});

const bool = (value: boolean) => rawTensor(9, [], Uint8Array.of(value ? 1 : 0));
const scalar = (value: number) => rawTensor(7, [], BigInt64Array.of(BigInt(value)));
const node = (
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: NodeSource['attributes'] = {},
): NodeSource => ({ operator, inputs, outputs, attributes, name: `${operator}_${outputs[0] ?? ''}` });

const specialized = (source: ModelSource) =>
  specialize(decodeModel(modelBytes(source), 'm').graph, { evaluate });

/** Runs a file as it is and specialized, and gives the specialized graph. */
async function assertSame(source: ModelSource, dims = [2, 3], tolerance = 0): Promise<Graph> {
  const data = Float32Array.from({ length: sizeOf(dims) }, (_, index) => Math.sin(index + 1));
  const session = await InferenceSession.create(modelBytes(source));
  const expected = await session.run({ x: new RuntimeTensor('float32', data, dims) });
  await session.release();
  const { graph } = await specialized(source);
  const compiled = await engine.compile(graph);
  const actual = await compiled.run(graph.inputs.length === 0 ? {} : { x: float32(dims, data) });
  await compiled.dispose();
  for (const { name } of graph.outputs) {
    assert.deepEqual(actual[name]!.dims, expected[name]!.dims, name);
    const [found, right] = [actual, expected].map((values) => [...(values[name]!.data as Float32Array)]);
    const isNear = right!.every((value, place) => Math.abs(value - found![place]!) <= tolerance);
    if (!isNear) assert.deepEqual(found, right, name);
  }
  return graph;
}

const operators = (graph: Graph): string[] => graph.nodes.map(({ operator }) => operator);
const x = { x: ['N', 3] };

describe('If', () => {
  const branches = {
    then_branch: body({ nodes: [node('Add', ['x', 'one'], ['t'])], outputs: { t: null } }),
    else_branch: body({
      nodes: [node('Mul', ['x', 'two'], ['t'])],
      outputs: { t: null },
      initializers: { two: floats([], [2]) },
    }),
  };

  for (const [value, operator] of [
    [true, 'Add'],
    [false, 'Mul'],
  ] as const) {
    test(`of a condition that is ${String(value)}`, async () => {
      const graph = await assertSame({
        inputs: x,
        nodes: [node('If', ['c'], ['a'], branches), node('If', ['c'], ['y'], branches)],
        outputs: { a: null, y: null },
        initializers: { c: bool(value), one: floats([], [1]) },
      });
      assert.deepEqual(operators(graph).sort(), [operator, 'Identity', operator, 'Identity'].sort());
    });
  }

  test('of a condition that follows from sizes', async () => {
    const source: ModelSource = {
      inputs: x,
      nodes: [
        node('Shape', ['x'], ['s']),
        node('Gather', ['s', 'axis'], ['size']),
        node('Equal', ['size', 'three'], ['c']),
        node('If', ['c'], ['y'], branches),
      ],
      initializers: { axis: scalar(1), three: scalar(3), one: floats([], [1]) },
    };
    assert.deepEqual(operators(await assertSame(source)), ['Add', 'Identity']);
    const open = specialized({ ...source, inputs: { x: ['N', 'M'] } });
    await assert.rejects(open, /node If_y \(If\): its condition depends on .*sizes that are left open/);
  });

  test('refused where the values of the input decide', async () => {
    const nodes = [
      node('ReduceSum', ['x'], ['sum'], { keepdims: 0 }),
      node('Greater', ['sum', 'one'], ['c']),
      node('If', ['c'], ['y'], branches),
    ];
    const source = specialized({ inputs: x, nodes, initializers: { one: floats([], [1]) } });
    await assert.rejects(source, (error) => error instanceof InputError && /node If_y/.test(error.message));
  });
});

describe('Loop', () => {
  /** v ← v + x·i, collecting v; the condition may end it. */
  const step = (more: readonly NodeSource[] = [node('Identity', ['go'], ['on'])]): AttributeValue =>
    body({
      inputs: { i: [], go: [], v: null },
      types: { i: 7, go: 9, on: 9 },
      nodes: [
        node('Cast', ['i'], ['f'], { to: 1 }),
        node('Mul', ['x', 'f'], ['p']),
        node('Add', ['v', 'p'], ['next']),
        node('Identity', ['next'], ['seen']),
        ...more,
      ],
      outputs: { on: [], next: null, seen: [2, 3] },
    });

  test('of a number of runs that is known', async () => {
    const graph = await assertSame({
      inputs: x,
      nodes: [node('Loop', ['trips', '', 'x'], ['last', 'y'], { body: step() })],
      outputs: { last: null, y: null },
      initializers: { trips: scalar(3) },
    });
    assert.ok(!operators(graph).includes('Loop'));
  });

  test('that its condition ends', async () => {
    const source: ModelSource = {
      inputs: x,
      nodes: [
        node('Loop', ['', 'go', 'x'], ['last', 'y'], {
          body: step([node('Less', ['i', 'limit'], ['on'])]),
        }),
      ],
      outputs: { last: null, y: null },
      initializers: { go: bool(true), limit: scalar(2) },
    };
    const graph = await assertSame(source);
    assert.equal(graph.nodes.filter(({ operator }) => operator === 'Add').length, 3);
    const endless = { ...source, initializers: { go: bool(true), limit: scalar(10_000_000) } };
    await assert.rejects(
      specialized(endless),
      /Loop_last \(Loop\): written out it takes more than 4096 nodes/,
    );
    const never = await assertSame({ ...source, initializers: { go: bool(false), limit: scalar(1) } });
    assert.deepEqual(never.outputs[1]?.dims, [0, 2, 3]);
  });

  test('refused where the number of runs is open', async () => {
    const nodes = [
      node('Shape', ['x'], ['s']),
      node('Gather', ['s', 'axis'], ['trips']),
      node('Loop', ['trips', '', 'x'], ['last', 'y'], { body: step() }),
    ];
    const source = { inputs: x, nodes, outputs: { last: null, y: null }, initializers: { axis: scalar(0) } };
    await assert.rejects(specialized(source), /\(Loop\): its number of runs depends on/);
  });
});

describe('sequences', () => {
  test('are resolved to their values', async () => {
    const graph = await assertSame({
      inputs: x,
      nodes: [
        node('SplitToSequence', ['x'], ['columns'], { axis: 1 }),
        node('SequenceLength', ['columns'], ['length']),
        node('SequenceAt', ['columns', 'second'], ['b']),
        node('SequenceInsert', ['columns', 'b', 'zero'], ['four']),
        node('SequenceErase', ['four'], ['three']),
        node('ConcatFromSequence', ['three'], ['wide'], { axis: 1 }),
        node('SequenceConstruct', ['wide', 'x'], ['pair']),
        node('ConcatFromSequence', ['pair'], ['y'], { axis: -1, new_axis: 1 }),
        node('SequenceEmpty', [], ['none']),
        node('SequenceInsert', ['none', 'y'], ['one']),
        node('SequenceAt', ['one', 'last'], ['z']),
      ],
      outputs: { y: null, z: null },
      initializers: { second: scalar(-2), zero: scalar(0), last: scalar(-1) },
    });
    assert.ok(operators(graph).every((operator) => !operator.includes('Sequence')));
  });

  test('SplitToSequence by sizes, by a size, and without the axis', async () => {
    await assertSame({
      inputs: x,
      nodes: [
        node('SplitToSequence', ['x', 'sizes'], ['parts'], { axis: 1 }),
        node('SequenceAt', ['parts', 'i'], ['a']),
        node('SplitToSequence', ['x', 'i2'], ['pieces'], { axis: -1 }),
        node('SequenceAt', ['pieces', 'i'], ['b']),
        node('SplitToSequence', ['x'], ['rows'], { axis: 1, keepdims: 0 }),
        node('SequenceAt', ['rows', 'i'], ['c']),
      ],
      outputs: { a: null, b: null, c: null },
      initializers: { sizes: int64s([1, 2]), i: scalar(1), i2: scalar(2) },
    });
  });

  test('SequenceMap runs its body for every value', async () => {
    await assertSame({
      inputs: x,
      nodes: [
        node('SequenceConstruct', ['x', 'k'], ['s']),
        node('SequenceMap', ['s', 'k'], ['m'], {
          body: body({
            inputs: { each: null, same: null },
            nodes: [node('Mul', ['each', 'same'], ['r'])],
            outputs: { r: null },
          }),
        }),
        node('SequenceAt', ['m', 'zero'], ['y']),
      ],
      initializers: { k: floats([], [3]), zero: scalar(0) },
    });
  });

  test('an output that is a sequence, and a position that is not there', async () => {
    const split = node('SplitToSequence', ['x'], ['y'], { axis: 1 });
    await assert.rejects(
      specialized({ inputs: x, nodes: [split] }),
      /the output y is a sequence, not a tensor/,
    );
    const beyond = [node('SequenceConstruct', ['x'], ['s']), node('SequenceAt', ['s', 'p'], ['y'])];
    const source = { inputs: x, nodes: beyond, initializers: { p: scalar(1) } };
    await assert.rejects(specialized(source), /its position 1 lies outside a sequence of 1/);
    const relu = [node('SequenceConstruct', ['x'], ['s']), node('Relu', ['s'], ['y'])];
    await assert.rejects(
      specialized({ inputs: x, nodes: relu }),
      /reads s, a sequence, and takes tensors only/,
    );
  });
});

test('Scan in each direction and along each axis', async () => {
  const attributes = {
    num_scan_inputs: 2,
    scan_input_axes: [1, -1],
    scan_input_directions: [0, 1],
    scan_output_axes: [1, -1],
    scan_output_directions: [0, 1],
    body: body({
      inputs: { state: ['N'], a: ['N'], b: ['N'] },
      nodes: [
        node('Add', ['state', 'a'], ['next']),
        node('Mul', ['next', 'b'], ['p']),
        node('Sub', ['b', 'next'], ['q']),
      ],
      outputs: { next: ['N'], p: ['N'], q: ['N'] },
    }),
  };
  await assertSame({
    inputs: x,
    nodes: [
      node('ReduceSum', ['x', 'axes'], ['first'], { keepdims: 0 }),
      node('Scan', ['first', 'x', 'x'], ['last', 'y', 'z'], attributes),
    ],
    outputs: { last: ['N'], y: ['N', 3], z: ['N', 3] },
    initializers: { axes: int64s([1]) },
  });
});

test('optionals are resolved to what they hold', async () => {
  const graph = (
    await specialized({
      inputs: x,
      nodes: [
        node('Optional', ['x'], ['o']),
        node('OptionalHasElement', ['o'], ['c']),
        node('If', ['c'], ['y'], {
          then_branch: body({ nodes: [node('OptionalGetElement', ['o'], ['t'])], outputs: { t: null } }),
          else_branch: body({ nodes: [node('Neg', ['x'], ['t'])], outputs: { t: null } }),
        }),
      ],
    })
  ).graph;
  assert.deepEqual(
    graph.nodes.map(({ operator, inputs }) => [operator, inputs]),
    [['Identity', ['x']]],
  );
});

test('Dropout in training mode is brought to inference form, with a note', async () => {
  const source = decodeModel(
    modelBytes({
      inputs: x,
      nodes: [node('Dropout', ['x', 'ratio', 'training'], ['d']), node('Relu', ['d'], ['y'])],
      initializers: { ratio: floats([], [0.5]), training: bool(true) },
    }),
    'm',
  ).graph;
  const { graph, notes } = await specialize(source);
  assert.deepEqual(operators(graph), ['Relu']);
  assert.deepEqual(notes, ['Dropout_d was in training mode and is evaluated in inference form']);
});

test('BatchNormalization in training mode has its statistics named', async () => {
  const four = Object.fromEntries(['s', 'b', 'm', 'v'].map((name) => [name, floats([3], [1, 2, 3])]));
  const train = node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['y'], { training_mode: 1 });
  const { graph } = await specialized({ inputs: x, nodes: [train], opset: 15, initializers: four });
  assert.equal(graph.nodes[0]?.outputs.filter((output) => output !== '').length, 3);
  await assertRuns(graph);
});

async function assertRuns(graph: Graph): Promise<void> {
  const compiled = await engine.compile(graph);
  const { y } = await compiled.run({ x: float32([2, 3], [1, 2, 3, 4, 5, 6]) });
  await compiled.dispose();
  assert.ok((y?.data as Float32Array).every(Number.isFinite));
}

for (const [operator, extra] of [
  ['AveragePool', {}],
  ['AveragePool', { count_include_pad: 1 }],
  ['MaxPool', {}],
  ['MaxPool', { dilations: [2, 1] }],
] as const) {
  for (const pads of [
    [0, 0, 0, 0],
    [1, 0, 1, 1],
  ]) {
    test(`${operator} in ceil mode with a window beyond the input, ${JSON.stringify({ ...extra, pads })}`, async () => {
      const windows = { kernel_shape: [99, 2], strides: [299, 2], ceil_mode: 1, pads, ...extra };
      const graph = await assertSame(
        {
          nodes: [node(operator, ['x'], ['y'], windows)],
          inputs: { x: [2, 3, 4, 5] },
          outputs: { y: null },
        },
        [2, 3, 4, 5],
        1e-6,
      );
      const [kernel] = attribute(graph.nodes[0]!, 'kernel_shape', 'ints') ?? [];
      assert.ok((kernel ?? 99) <= 6, `the window is ${String(kernel)} wide`);
    });
  }
}

test('EyeLike of a known shape and Compress of a known choice', async () => {
  const graph = await assertSame({
    inputs: x,
    nodes: [
      node('EyeLike', ['like'], ['eye'], { dtype: 1, k: -1 }),
      node('MatMul', ['x', 'eye'], ['shifted']),
      node('Compress', ['shifted', 'choice'], ['a'], { axis: 1 }),
      node('Compress', ['x', 'choice'], ['b']),
    ],
    outputs: { a: null, b: null },
    initializers: {
      like: rawTensor(6, [3, 3], new Int32Array(9)),
      choice: rawTensor(9, [3], Uint8Array.of(1, 0, 1)),
    },
  });
  assert.deepEqual(operators(graph), ['MatMul', 'Gather', 'Reshape', 'Gather', 'Identity', 'Identity']);
  const open = [node('Greater', ['row', 'zero'], ['c']), node('Compress', ['x', 'c'], ['y'], { axis: 1 })];
  const reduced = [node('ReduceSum', ['x', 'axes'], ['row'], { keepdims: 0 }), ...open];
  const source = { inputs: x, nodes: reduced, initializers: { zero: floats([], [0]), axes: int64s([0]) } };
  await assert.rejects(specialized(source), /\(Compress\): what it keeps depends on/);
});

describe('constants', () => {
  test('are computed by the engine where the toolkit has no rule, of several outputs too', async () => {
    const nodes = [
      node('TopK', ['c', 'k'], ['values', 'places'], { axis: -1 }),
      node('Cast', ['places'], ['f'], { to: 1 }),
      node('Tanh', ['values'], ['t']),
      node('Add', ['t', 'f'], ['sum']),
      node('Mul', ['x', 'sum'], ['y']),
    ];
    const source = { inputs: x, nodes, initializers: { c: floats([4], [3, 1, 4, 2]), k: int64s([3]) } };
    assert.deepEqual(operators(await assertSame(source)), ['Mul']);
    const alone = await specialize(decodeModel(modelBytes(source), 'm').graph);
    assert.ok(operators(alone.graph).includes('TopK'));
  });

  test('drawn ones and those much larger than what makes them are left to the run', async () => {
    const nodes = [
      node('ConstantOfShape', ['large'], ['zeros']),
      node('Exp', ['zeros'], ['ones']),
      node('ReduceSum', ['ones'], ['count'], { keepdims: 0 }),
      node('Mul', ['x', 'count'], ['y']),
    ];
    const { graph } = await specialized({ inputs: x, nodes, initializers: { large: int64s([4096, 64]) } });
    assert.ok(operators(graph).includes('ConstantOfShape'));
  });

  test('what the engine refuses stays in the graph', async () => {
    const refusing = () => Promise.reject(new InputError('no kernel'));
    const source = decodeModel(
      modelBytes({
        inputs: x,
        nodes: [node('Tanh', ['c'], ['t']), node('Mul', ['x', 't'], ['y'])],
        initializers: { c: floats([3], [1, 2, 3]) },
      }),
      'm',
    ).graph;
    assert.deepEqual(operators((await specialize(source, { evaluate: refusing })).graph), ['Tanh', 'Mul']);
    const failing = () => Promise.reject(new Error('a fault'));
    await assert.rejects(specialize(source, { evaluate: failing }), /a fault/);
  });
});
