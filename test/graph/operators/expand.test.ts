/** Expansions of operators that the runtime has a kernel for: both must give the same numbers. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { InputError } from '../../../src/core/errors.ts';
import { randomStream } from '../../../src/core/random.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { float, int, ints, text } from '../../../src/graph/attributes.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { expandGraph } from '../../../src/graph/operators/expand.ts';
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

  it('is refused where a region of interest is meant', () => {
    const item = {
      operator: 'Resize',
      x: normal(1, 1, 4, 4),
      others: [float32([8], [0, 0, 0, 0, 1, 1, 1, 1]), undefined, int64s([1, 1, 2, 2])],
      attributes: { mode: text('linear'), coordinate_transformation_mode: text('tf_crop_and_resize') },
    };
    assert.throws(
      () => expandGraph(graphOf(item), () => true),
      (error) => error instanceof InputError && /tf_crop_and_resize has no expansion/.test(error.message),
    );
  });
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

  it('are refused in forms that are not covered', () => {
    const refused: readonly (readonly [Attributes, RegExp])[] = [
      [{ clip: float(1) }, /clipped gates/],
      [{ input_forget: int(1) }, /coupled gates/],
      [{ activations: { kind: 'strings', value: ['Affine', 'Tanh', 'Tanh'] } }, /activation Affine/],
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
