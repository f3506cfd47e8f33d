/** Expansions of operators that the runtime has a kernel for: both must give the same numbers. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { InputError } from '../../../src/core/errors.ts';
import { randomStream } from '../../../src/core/random.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { float, int, ints, text } from '../../../src/graph/attributes.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { expandGraph, isWrittenOut } from '../../../src/graph/operators/expand.ts';
import { float32, int64s, sizeOf, tensor } from '../../../src/graph/tensor.ts';
import type { Attribute, Attributes, Graph, Tensor } from '../../../src/graph/types.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

const stream = randomStream(3, 'expansions');
const normal = (...dims: readonly number[]): Tensor<'float32'> =>
  float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => stream.normal()),
  );

interface Case {
  readonly operator: string;
  readonly x: Tensor;
  /** What follows the first input; undefined for one left out. */
  readonly others?: readonly (Tensor | undefined)[];
  readonly attributes?: Attributes;
  readonly outputs?: readonly string[];
}

function graphOf({ operator, x, others = [], attributes = {}, outputs = ['y'] }: Case): Graph {
  const builder = new GraphBuilder('case');
  const inputs = others.map((value) => (value === undefined ? '' : builder.constant(value)));
  builder.node(operator, [builder.input('x', 'float32', x.dims), ...inputs], attributes, { outputs });
  for (const output of outputs) builder.output(output);
  return builder.build();
}

async function run(graph: Graph, x: Tensor): Promise<Readonly<Record<string, Tensor>>> {
  const compiled = await engine.compile(graph);
  try {
    return await compiled.run({ x });
  } finally {
    await compiled.dispose();
  }
}

async function assertSame(item: Case, tolerance = 2e-6): Promise<void> {
  const graph = graphOf(item);
  const written = expandGraph(graph, (operator) => operator === item.operator);
  assert.ok(written.nodes.every(({ operator }) => operator !== item.operator));
  const [expected, actual] = [await run(graph, item.x), await run(written, item.x)];
  for (const [name, value] of Object.entries(expected)) {
    assert.deepEqual(actual[name]?.dims, value.dims);
    const values = value.data as Float32Array;
    const scale = values.reduce((most, element) => Math.max(most, Math.abs(element)), 1e-30);
    values.forEach((element, index) => {
      const other = (actual[name]!.data as Float32Array)[index]!;
      assert.ok(
        Math.abs(element - other) <= tolerance * scale,
        `${name}[${String(index)}] is ${String(other)}, expected ${String(element)}`,
      );
    });
  }
}

const coordinates = [
  'half_pixel',
  'pytorch_half_pixel',
  'asymmetric',
  'align_corners',
  'tf_half_pixel_for_nn',
];
const roundings = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];
const targets = [
  [8, 10],
  [7, 3],
  [1, 13],
  [2, 5],
];

describe('Resize as the runtime has it', () => {
  const resized = (
    attributes: Readonly<Record<string, Attribute>>,
    others: readonly (Tensor | undefined)[],
  ): Promise<void> => assertSame({ operator: 'Resize', x: normal(1, 2, 4, 5), others, attributes }, 4e-6);

  for (const mode of coordinates) {
    const at = { coordinate_transformation_mode: text(mode) };
    for (const target of targets) {
      const sizes = [undefined, undefined, int64s([1, 2, ...target])];
      it(`nearest, ${mode}, to ${target.join(' × ')}`, async () => {
        for (const rounding of roundings) {
          await resized({ mode: text('nearest'), nearest_mode: text(rounding), ...at }, sizes);
        }
      });
      it(`linear and cubic, ${mode}, to ${target.join(' × ')}`, async () => {
        await resized({ mode: text('linear'), ...at }, sizes);
        await resized({ mode: text('cubic'), ...at }, sizes);
        await resized(
          { mode: text('cubic'), cubic_coeff_a: float(-0.5), exclude_outside: int(1), ...at },
          sizes,
        );
      });
    }
  }

  it('with antialiasing', async () => {
    for (const mode of ['linear', 'cubic']) {
      for (const target of targets) {
        for (const exclude of [0, 1]) {
          await resized({ mode: text(mode), antialias: int(1), exclude_outside: int(exclude) }, [
            undefined,
            undefined,
            int64s([1, 2, ...target]),
          ]);
        }
      }
    }
  });

  it('by scales that give no whole sizes', async () => {
    for (const scales of [
      [1, 1, 1.7, 0.7],
      [1, 1, 0.3, 2.45],
    ]) {
      for (const mode of ['nearest', 'linear', 'cubic']) {
        await resized({ mode: text(mode) }, [undefined, float32([4], scales)]);
      }
    }
  });

  it('of some axes, with the aspect ratio kept', async () => {
    for (const policy of ['not_larger', 'not_smaller']) {
      await resized({ mode: text('linear'), axes: ints([2, 3]), keep_aspect_ratio_policy: text(policy) }, [
        undefined,
        undefined,
        int64s([7, 7]),
      ]);
    }
  });

  it('to sizes of which the batch is open, as the input has it', async () => {
    const builder = new GraphBuilder('open');
    const x = builder.input('x', 'float32', ['N', 2, 4, 5]);
    const batch = builder.slice(builder.shape(x), { starts: [0], ends: [1], axes: [0] });
    const sizes = builder.concat([batch, builder.shapeConstant([2, 7, 3])], 0);
    builder.output(builder.apply('Resize', [x, '', '', sizes], { mode: text('linear') }, 'y'));
    const graph = builder.build();
    const written = expandGraph(graph, () => true);
    assert.ok(written.nodes.every(({ operator }) => operator !== 'Resize'));
    const value = normal(3, 2, 4, 5);
    const [expected, actual] = [(await run(graph, value))['y'], (await run(written, value))['y']];
    assert.deepEqual(actual?.dims, [3, 2, 7, 3]);
    (expected!.data as Float32Array).forEach((element, index) => {
      assert.ok(Math.abs((actual.data as Float32Array)[index]! - element) < 1e-5);
    });
  });

  /** To sizes that a graph computes, of which the batch's is open. */
  const toComputed = (sizes: (builder: GraphBuilder) => string): Graph => {
    const builder = new GraphBuilder('open');
    builder.input('x', 'float32', ['N', 2, 4, 5]);
    builder.output(builder.apply('Resize', ['x', '', '', sizes(builder)], { mode: text('linear') }));
    return builder.build();
  };

  it('is refused where the size of a picture is open', () => {
    const graph = toComputed((b) => {
      const batch = b.apply('Shape', ['x'], { start: int(0), end: int(1) });
      return b.concat([batch, b.shapeConstant([2, 7]), batch], 0);
    });
    assert.throws(
      () => expandGraph(graph, () => true),
      (error) =>
        error instanceof InputError && /size of axis 3 is known only at run time/.test(error.message),
    );
  });

  for (const [sizes, what] of [
    [[1, 1, 2, 2], 'meant'],
    [[1, 1, 4, 4], 'meant, at the size that the input has'],
  ] as const) {
    it(`is refused where a region of interest is ${what}`, () => {
      const item = {
        operator: 'Resize',
        x: normal(1, 1, 4, 4),
        others: [float32([8], [0, 0, 0, 0, 1, 1, 0.5, 1]), undefined, int64s(sizes)],
        attributes: { mode: text('linear'), coordinate_transformation_mode: text('tf_crop_and_resize') },
      };
      assert.throws(
        () => expandGraph(graphOf(item), () => true),
        (error) => error instanceof InputError && /tf_crop_and_resize has no expansion/.test(error.message),
      );
    });
  }
});

describe('recurrent layers as the runtime has them', () => {
  const [length, batch, width, hidden] = [4, 2, 3, 2];
  const x = normal(length, batch, width);
  const weights = (directions: number, gates: number): Tensor[] => [
    normal(directions, gates * hidden, width),
    normal(directions, gates * hidden, hidden),
    normal(directions, 2 * gates * hidden),
  ];
  const size = { hidden_size: int(hidden) };

  it('LSTM with peepholes, states and all outputs, both ways', () =>
    assertSame({
      operator: 'LSTM',
      x,
      others: [
        ...weights(2, 4),
        undefined,
        normal(2, batch, hidden),
        normal(2, batch, hidden),
        normal(2, 3 * hidden),
      ],
      attributes: { ...size, direction: text('bidirectional') },
      outputs: ['y', 'last', 'cells'],
    }));

  it('LSTM with other activations', () =>
    assertSame({
      operator: 'LSTM',
      x,
      others: weights(1, 4),
      attributes: { ...size, activations: { kind: 'strings', value: ['HardSigmoid', 'Softsign', 'Relu'] } },
    }));

  for (const before of [0, 1]) {
    it(`GRU with linear_before_reset ${String(before)}, with a state and without`, async () => {
      for (const state of [undefined, normal(1, batch, hidden)]) {
        await assertSame({
          operator: 'GRU',
          x,
          others: [...weights(1, 3), undefined, ...(state === undefined ? [] : [state])],
          attributes: { ...size, linear_before_reset: int(before), direction: text('reverse') },
          outputs: ['y', 'last'],
        });
      }
    });
  }

  it('RNN', () => assertSame({ operator: 'RNN', x, others: weights(1, 1), attributes: size }));

  for (const direction of ['forward', 'reverse', 'bidirectional']) {
    it(`with uneven lengths, ${direction}`, async () => {
      for (const lengths of [
        [4, 2],
        [1, 3],
        [2, 2],
        [0, 3],
      ]) {
        for (const [operator, gates] of [
          ['LSTM', 4],
          ['GRU', 3],
          ['RNN', 1],
        ] as const) {
          const directions = direction === 'bidirectional' ? 2 : 1;
          await assertSame({
            operator,
            x,
            others: [
              ...weights(directions, gates),
              tensor('int32', [batch], Int32Array.from(lengths)),
              normal(directions, batch, hidden),
            ],
            attributes: { ...size, direction: text(direction) },
            outputs: ['y', 'last', ...(operator === 'LSTM' ? ['cells'] : [])],
          });
        }
      }
    });
  }

  it('refuse lengths beyond the sequence', () => {
    const lengths = tensor('int32', [batch], Int32Array.of(5, 2));
    const item = { operator: 'RNN', x, others: [...weights(1, 1), lengths], attributes: size };
    assert.throws(
      () => expandGraph(graphOf(item), () => true),
      /a sequence is 5 steps long, expected 0 to 4/,
    );
  });

  const named = (...value: string[]): Attribute => ({ kind: 'strings', value });
  const numbers = (...value: number[]): Attribute => ({ kind: 'floats', value });

  it('with clipped and coupled gates', async () => {
    for (const [operator, gates] of [
      ['LSTM', 4],
      ['GRU', 3],
      ['RNN', 1],
    ] as const) {
      const attributes = { ...size, clip: float(0.4) };
      await assertSame({ operator, x, others: weights(1, gates), attributes });
    }
    const attributes = { ...size, input_forget: int(1) };
    const cell = [undefined, normal(1, batch, hidden), normal(1, batch, hidden)];
    await assertSame({ operator: 'LSTM', x, others: [...weights(1, 4), ...cell], attributes });
  });

  it('with parameters of the activations, which go on from one direction to the next', async () => {
    for (const [activations, alphas, betas] of [
      [['HardSigmoid', 'LeakyRelu', 'Affine', 'Elu', 'ScaledTanh', 'ThresholdedRelu'], 6, 3],
      [['Sigmoid', 'Elu', 'Softsign', 'Relu', 'HardSigmoid', 'Tanh'], 2, 1],
      [['LeakyRelu', 'Elu', 'Softplus', 'HardSigmoid', 'Tanh', 'Elu'], 0, 0],
    ] as const) {
      const values = [0.3, 0.2, 0.7, 0.9, 1.2, 0.1];
      await assertSame({
        operator: 'LSTM',
        x,
        others: weights(2, 4),
        attributes: {
          ...size,
          direction: text('bidirectional'),
          activations: named(...activations),
          activation_alpha: numbers(...values.slice(0, alphas)),
          activation_beta: numbers(...values.slice(0, betas)),
        },
        outputs: ['y', 'last', 'cells'],
      });
    }
  });

  it('with sequences of different lengths', async () => {
    const lengths = tensor('int32', [batch], Int32Array.of(2, 4));
    for (const [operator, gates, states] of [
      ['LSTM', 4, 2],
      ['GRU', 3, 1],
      ['RNN', 1, 1],
    ] as const) {
      for (const given of [0, states]) {
        await assertSame({
          operator,
          x,
          others: [
            ...weights(2, gates),
            lengths,
            ...Array.from({ length: given }, () => normal(2, batch, hidden)),
          ],
          attributes: { ...size, direction: text('bidirectional') },
          outputs: operator === 'LSTM' ? ['y', 'last', 'cells'] : ['y', 'last'],
        });
      }
    }
  });

  it('with the batch first, as the same layer with the steps first', async () => {
    const [states, parameters] = [[normal(2, batch, hidden), normal(2, batch, hidden)], weights(2, 4)];
    const turned = ({ dims, data }: Tensor<'float32'>): Tensor<'float32'> => {
      const [first = 0, second = 0, inner = 0] = dims;
      const places = Array.from({ length: first * second * inner }, (_, index) => {
        const row = Math.floor(index / inner);
        return ((row % first) * second + Math.floor(row / first)) * inner + (index % inner);
      });
      return float32(
        [second, first, inner],
        Float32Array.from(places, (place) => data[place]!),
      );
    };
    const attributes = { ...size, direction: text('bidirectional') };
    const outputs = ['y', 'last', 'cells'];
    const plain = await run(
      graphOf({ operator: 'LSTM', x, others: [...parameters, undefined, ...states], attributes, outputs }),
      x,
    );
    const graph = graphOf({
      operator: 'LSTM',
      x: turned(x),
      others: [...parameters, undefined, ...states.map(turned)],
      attributes: { ...attributes, layout: int(1) },
      outputs,
    });
    assert.ok(isWrittenOut(GraphBuilder.from(graph), graph.nodes[0]!), 'the runtime has no kernel for it');
    const other = await run(
      expandGraph(graph, () => true),
      turned(x),
    );
    assert.deepEqual(other['y']?.dims, [batch, length, 2, hidden]);
    for (const name of ['last', 'cells']) {
      const [expected, actual] = [turned(plain[name] as Tensor<'float32'>), other[name]];
      assert.deepEqual(actual?.dims, expected.dims);
      expected.data.forEach((value, index) => {
        assert.ok(Math.abs((actual.data as Float32Array)[index]! - value) < 1e-6, name);
      });
    }
    const width = 2 * hidden;
    for (let step = 0; step < length; step++) {
      for (let example = 0; example < batch; example++) {
        for (let unit = 0; unit < width; unit++) {
          const [direction, place] = [Math.floor(unit / hidden), unit % hidden];
          const expected = plain['y']!.data[((step * 2 + direction) * batch + example) * hidden + place];
          const actual = other['y'].data[(example * length + step) * width + unit];
          assert.ok(Math.abs(Number(actual) - Number(expected)) < 1e-6);
        }
      }
    }
  });

  it('are refused with activations that are unknown, too few or without what they need', () => {
    const refused: readonly (readonly [Attributes, RegExp])[] = [
      [{ activations: named('Cosine', 'Tanh', 'Tanh') }, /activation Cosine is unknown/],
      [{ activations: named('Tanh', 'Tanh') }, /names 2 activations, expected 3/],
      [{ activations: named('Affine', 'Tanh', 'Tanh') }, /activation Affine is without its parameters/],
    ];
    for (const [attributes, expected] of refused) {
      const item = { operator: 'LSTM', x, others: weights(1, 4), attributes: { ...size, ...attributes } };
      assert.throws(() => expandGraph(graphOf(item), () => true), expected);
    }
  });
});

describe('expandGraph', () => {
  it('leaves a graph alone that holds nothing to write out', () => {
    const graph = graphOf({ operator: 'Relu', x: normal(2, 2) });
    assert.equal(
      expandGraph(graph, () => true),
      graph,
    );
  });

  it('LRN of odd size, Col2Im and GridSample', async () => {
    await assertSame({
      operator: 'LRN',
      x: normal(2, 6, 3, 3),
      attributes: { size: int(5), alpha: float(0.3) },
    });
    await assertSame({
      operator: 'Col2Im',
      x: normal(2, 12, 6),
      others: [int64s([4, 5]), int64s([2, 3])],
      attributes: { strides: ints([1, 2]), pads: ints([0, 1, 0, 0]) },
    });
    const grid = float32(
      [2, 3, 3, 2],
      Float32Array.from({ length: 36 }, () => 3 * stream.uniform() - 1.5),
    );
    for (const mode of ['bilinear', 'nearest', 'bicubic']) {
      for (const padding of ['zeros', 'border', 'reflection']) {
        for (const align of [0, 1]) {
          const attributes = { mode: text(mode), padding_mode: text(padding), align_corners: int(align) };
          await assertSame(
            { operator: 'GridSample', x: normal(2, 2, 4, 5), others: [grid], attributes },
            1e-5,
          );
        }
      }
    }
  });
});
