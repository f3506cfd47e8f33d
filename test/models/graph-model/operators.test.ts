import { after, before, describe, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { assertSame, attr, conv, GraphDef, tf } from './graph-def.ts';
import type { Comparison } from './graph-def.ts';

let engine: Engine;
before(async () => {
  await tf.setBackend('cpu');
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

/** Makes the output from the image x; gives its node's name, or several. */
type Build = (g: GraphDef) => string | readonly string[];
type Case = readonly [build: Build, options?: Comparison & { shape?: readonly number[] }];

const image = [-1, 6, 7, 3] as const;

function suite(title: string, cases: Readonly<Record<string, Case>>): void {
  describe(title, () => {
    for (const [name, [build, options = {}]] of Object.entries(cases)) {
      test(name, async () => {
        const def = new GraphDef(options.shape ?? image);
        const built = build(def);
        const names = typeof built === 'string' ? [built] : built;
        def.outputs = Object.fromEntries(names.map((output, index) => [`out${String(index)}`, output]));
        await assertSame(def, engine, options);
      });
    }
  });
}

/** No tie and no border between two slopes lies near. */
const positive: Comparison = { input: (stream) => 0.2 + stream.uniform() };
const none: Comparison = { gradient: 'none' };
/** tfjs has no gradient of it, or another than the derivative. */
const affine: Comparison = { gradient: 'differences' };

const unary =
  (op: string): Build =>
  (g) =>
    g.node(op, ['x']);
suite('one number', {
  ...Object.fromEntries(
    'Abs Neg Exp Expm1 Square Sin Cos Tan Erf Sigmoid Tanh Relu Relu6 Elu Selu Softplus LeakyRelu Sign Floor Ceil Round'
      .split(' ')
      .map((op) => [op, [unary(op), op === 'Relu6' ? { input: (s) => s.normal() * 4 } : {}]] as const),
  ),
  ...Object.fromEntries(
    'Log Log1p Sqrt Rsqrt Reciprocal'.split(' ').map((op) => [op, [unary(op), positive]] as const),
  ),
  'LeakyRelu with a slope': [(g) => g.node('LeakyRelu', ['x'], { alpha: attr.float(0.35) })],
  'ClipByValue by scalars': [
    (g) => g.node('ClipByValue', ['x', g.constant([], [-0.5]), g.constant([], [0.7])]),
  ],
  'Prelu along the channels': [(g) => g.node('Prelu', ['x', g.random([3])])],
  'Prelu over the image': [(g) => g.node('Prelu', ['x', g.random([6, 7, 3])])],
  Softmax: [unary('Softmax')],
  LogSoftmax: [unary('LogSoftmax')],
  'IsNan, IsInf, IsFinite': [
    (g) => ['IsNan', 'IsInf', 'IsFinite'].map((op) => g.node(op, [g.node('Sqrt', ['x'])])),
    none,
  ],
});

const withConstant =
  (op: string, shape: readonly number[]): Build =>
  (g) =>
    g.node(op, ['x', g.random(shape, 0.3, 1.5)]);
const withImage =
  (op: string): Build =>
  (g) => {
    const kernel = g.random([1, 1, 3, 3]);
    const other = g.node('Conv2D', ['x', kernel], conv());
    return [g.node(op, ['x', other]), g.node(op, [other, 'x'])];
  };

const divisions = new Map([
  ['DivNoNan', affine],
  ['FloorDiv', none],
]);
suite('two numbers', {
  ...Object.fromEntries(
    'AddV2 Add Sub Mul RealDiv Div Maximum Minimum SquaredDifference FloorDiv FloorMod DivNoNan'
      .split(' ')
      .flatMap((op) => [
        [`${op} with a vector`, [withConstant(op, [3]), divisions.get(op) ?? {}]] as const,
        [`${op} with rows of an image`, [withConstant(op, [7, 1]), divisions.get(op) ?? {}]] as const,
        [`${op} with a scalar`, [withConstant(op, []), divisions.get(op) ?? {}]] as const,
      ]),
  ),
  ...Object.fromEntries(
    'AddV2 Sub Mul Maximum'.split(' ').map((op) => [`${op} of two images`, [withImage(op)]] as const),
  ),
  'Pow with a constant': [(g) => g.node('Pow', ['x', g.constant([], [3])])],
  'Pow of positive numbers': [(g) => g.node('Pow', ['x', g.random([3])]), positive],
  'DivNoNan by zeros': [(g) => g.node('DivNoNan', ['x', g.constant([3], [0, 2, 0])]), affine],
  'a constant before the image': [(g) => g.node('Sub', [g.random([6, 7, 3]), 'x'])],
  AddN: [
    (g) =>
      g.node('AddN', ['x', g.random([1, 6, 7, 3]), g.node('Square', ['x'])].slice(0, 1).concat('x', 'x')),
  ],
  BiasAdd: [(g) => g.node('BiasAdd', ['x', g.random([3])], { data_format: attr.text('NHWC') })],
  'the floor of integers': [
    (g) => {
      const whole = g.node('Cast', [g.node('Mul', ['x', g.constant([], [5])])], {
        DstT: attr.type('DT_INT32'),
      });
      return ['FloorDiv', 'FloorMod'].flatMap((op) => [
        g.node(op, [whole, g.int(3)]),
        g.node(op, [whole, g.int(-3)]),
      ]);
    },
    none,
  ],
});

const grid = [1, 2, 3].flatMap((stride) =>
  ['SAME', 'VALID'].flatMap((padding) =>
    [
      [1, 1],
      [2, 3],
      [3, 3],
      [4, 5],
    ].map(([height = 1, width = 1]) => ({ stride, padding, height, width })),
  ),
);

suite('windows', {
  ...Object.fromEntries(
    grid.flatMap(({ stride, padding, height, width }): [string, Case][] => {
      const label = `${String(height)}×${String(width)} at stride ${String(stride)}, ${padding}`;
      const pool = {
        ksize: attr.ints(1, height, width, 1),
        strides: attr.ints(1, stride, stride, 1),
        padding: attr.text(padding),
      };
      const settings = conv({ stride, padding });
      return [
        [
          `Conv2D ${label}`,
          [(g: GraphDef) => g.node('Conv2D', ['x', g.random([height, width, 3, 4])], settings)],
        ],
        [
          `DepthwiseConv2dNative ${label}`,
          [
            (g: GraphDef) =>
              g.node('DepthwiseConv2dNative', ['x', g.random([height, width, 3, 2])], settings),
          ],
        ],
        [`MaxPool ${label}`, [(g: GraphDef) => g.node('MaxPool', ['x'], pool)]],
        [`AvgPool ${label}`, [(g: GraphDef) => g.node('AvgPool', ['x'], pool), affine]],
      ];
    }),
  ),
  'Conv2D, dilated': [(g) => g.node('Conv2D', ['x', g.random([3, 2, 3, 4])], conv({ dilation: 2 })), affine],
  'DepthwiseConv2dNative, dilated': [
    (g) =>
      g.node('DepthwiseConv2dNative', ['x', g.random([3, 2, 3, 1])], conv({ dilation: 2, padding: 'VALID' })),
    affine,
  ],
  'Conv2D with explicit padding': [
    (g) => {
      const settings = conv({ padding: 'EXPLICIT', stride: 2, explicit: [0, 0, 1, 2, 0, 3, 0, 0] });
      return g.node('Conv2D', ['x', g.random([3, 3, 3, 4])], settings);
    },
  ],
  'a kernel that is computed': [
    (g) => g.node('Conv2D', ['x', g.node('Tanh', [g.random([3, 3, 3, 4])])], conv()),
  ],
  ...Object.fromEntries(
    (
      [
        [1, 'SAME', 3, 6, 7],
        [2, 'SAME', 3, 12, 14],
        [2, 'SAME', 3, 11, 13],
        [2, 'SAME', 1, 12, 14],
        [2, 'VALID', 3, 13, 15],
        [2, 'VALID', 3, 14, 16],
        [3, 'SAME', 2, 18, 21],
        [3, 'VALID', 2, 18, 21],
      ] as const
    ).map(
      ([stride, padding, size, height, width]) =>
        [
          `Conv2DBackpropInput ${String(size)} at stride ${String(stride)} to ${String(height)}×${String(width)}, ${padding}`,
          [
            (g: GraphDef) => {
              const batch = g.node(
                'StridedSlice',
                [g.node('Shape', ['x']), g.ints(0), g.ints(1), g.ints(1)],
                {
                  shrink_axis_mask: attr.int(1),
                },
              );
              const shape = g.node('Pack', [batch, g.int(height), g.int(width), g.int(4)]);
              return g.node(
                'Conv2DBackpropInput',
                [shape, g.random([size, size, 4, 3]), 'x'],
                conv({ stride, padding }),
              );
            },
          ],
        ] as const,
    ),
  ),
});

const fusions: Readonly<Record<string, (g: GraphDef) => readonly [string[], string[], object?]>> = {
  BiasAdd: (g) => [['BiasAdd'], [g.random([4])]],
  'BiasAdd and Relu': (g) => [['BiasAdd', 'Relu'], [g.random([4])]],
  'BiasAdd and Relu6': (g) => [['BiasAdd', 'Relu6'], [g.random([4])]],
  'BiasAdd and Elu': (g) => [['BiasAdd', 'Elu'], [g.random([4])]],
  'BiasAdd and Sigmoid': (g) => [['BiasAdd', 'Sigmoid'], [g.random([4])]],
  'BiasAdd and Prelu': (g) => [
    ['BiasAdd', 'Prelu'],
    [g.random([4]), g.random([4])],
  ],
  'BiasAdd and LeakyRelu': (g) => [
    ['BiasAdd', 'LeakyRelu'],
    [g.random([4])],
    { leakyrelu_alpha: attr.float(0.3) },
  ],
};
suite('fused operations', {
  ...Object.fromEntries(
    Object.entries(fusions).flatMap(([name, fuse]) => {
      const fused = (g: GraphDef, op: string, kernel: readonly number[], x = 'x'): string => {
        const [operations, args, more = {}] = fuse(g);
        return g.node(op, [x, g.random(kernel), ...args], {
          ...conv({ stride: 2 }),
          fused_ops: attr.texts(...operations),
          num_args: attr.int(args.length),
          ...more,
        });
      };
      return [
        [`${name} on a convolution`, [(g: GraphDef) => fused(g, '_FusedConv2D', [3, 3, 3, 4])]],
        // tfjs answers NaN: it forgets the slope.
        ...(name.endsWith('LeakyRelu')
          ? []
          : [
              [
                `${name} on a depthwise convolution`,
                [
                  (g: GraphDef) => {
                    const wide = g.node('Conv2D', ['x', g.random([1, 1, 3, 2])], conv());
                    return fused(g, 'FusedDepthwiseConv2dNative', [3, 3, 2, 2], wide);
                  },
                ],
              ] as const,
            ]),
        [
          `${name} on a matrix product`,
          [
            (g: GraphDef) => {
              const rows = g.node('Reshape', ['x', g.ints(-1, 126)]);
              return fused(g, '_FusedMatMul', [126, 4], rows);
            },
          ],
        ],
      ] as const;
    }),
  ),
});

const batchNorm = (g: GraphDef, op: string): string =>
  g.node(op, ['x', g.random([3], 0.3, 1), g.random([3]), g.random([3]), g.constant([3], [0.5, 1, 2])], {
    epsilon: attr.float(0.01),
    is_training: attr.flag(false),
    data_format: attr.text('NHWC'),
  });
suite('normalisation', {
  FusedBatchNorm: [(g) => batchNorm(g, 'FusedBatchNorm')],
  FusedBatchNormV3: [(g) => batchNorm(g, 'FusedBatchNormV3')],
  LRN: [
    (g) =>
      g.node('LRN', ['x'], {
        depth_radius: attr.int(1),
        bias: attr.float(2),
        alpha: attr.float(0.5),
        beta: attr.float(0.75),
      }),
    { shape: [-1, 3, 3, 6] },
  ],
});

const reduceBy =
  (op: string, axes: readonly number[], keep: boolean): Build =>
  (g) =>
    g.node(op, [conved(g), g.ints(...axes)], { keep_dims: attr.flag(keep) });

/** The image behind a convolution, so that it is channels first inside. */
const conved = (g: GraphDef): string => g.node('Conv2D', ['x', g.random([2, 2, 3, 4])], conv());

suite('reductions', {
  ...Object.fromEntries(
    ['Sum', 'Mean', 'Max', 'Min', 'Prod'].flatMap((op) =>
      [[1, 2], [3], [-1], [1], [2, 3], [0, 1]].flatMap((axes) =>
        [true, false].map(
          (keep) =>
            [
              `${op} along ${axes.join(', ')}${keep ? ', kept' : ''}`,
              // The gradient of tfjs's product fails.
              [reduceBy(op, axes, keep), op === 'Prod' ? none : {}],
            ] as const,
        ),
      ),
    ),
  ),
  'All and Any': [
    (g) => {
      const above = g.node('Greater', ['x', g.constant([], [0])]);
      return ['All', 'Any'].map((op) => g.node(op, [above, g.ints(3)], { keep_dims: attr.flag(false) }));
    },
    none,
  ],
  ArgMax: [(g) => [0, 1, 2, 3].map((axis) => g.node('ArgMax', [conved(g), g.int(axis)])), none],
  ArgMin: [(g) => g.node('ArgMin', [conved(g), g.int(-1)]), none],
  TopKV2: [(g) => g.node('TopKV2', [conved(g), g.int(2)], { sorted: attr.flag(true) }), none],
  Cumsum: [(g) => [0, 1, 3].map((axis) => g.node('Cumsum', [conved(g), g.int(axis)])), affine],
  'Cumsum, exclusive and reversed': [
    (g) => g.node('Cumsum', [conved(g), g.int(2)], { exclusive: attr.flag(true), reverse: attr.flag(true) }),
    affine,
  ],
});

const dense = (g: GraphDef): string =>
  g.node('MatMul', [g.node('Reshape', ['x', g.ints(-1, 126)]), g.random([126, 5], 0.1)]);
const stack = (g: GraphDef): string => g.node('Reshape', ['x', g.ints(-1, 2, 9, 7)]);
suite('matrices', {
  MatMul: [dense],
  'MatMul, both transposed': [
    (g) => {
      const settings = { transpose_a: attr.flag(true), transpose_b: attr.flag(true) };
      return g.node('MatMul', [g.node('Reshape', ['x', g.ints(21, -1)]), g.random([5, 21])], settings);
    },
  ],
  BatchMatMulV2: [(g) => g.node('BatchMatMulV2', [stack(g), g.random([2, 7, 4])])],
  'BatchMatMulV2 of the image with itself': [
    (g) => g.node('BatchMatMulV2', [stack(g), stack(g)], { adj_y: attr.flag(true) }),
  ],
  'BatchMatMul, the first transposed': [
    (g) => g.node('BatchMatMul', [stack(g), g.random([1, 2, 9, 4])], { adj_x: attr.flag(true) }),
    affine,
  ],
  'BatchMatMulV2 of an image': [(g) => g.node('BatchMatMulV2', [conved(g), g.random([1, 1, 4, 2])]), affine],
  'Einsum with constants': [
    (g) => [
      g.node('Einsum', [stack(g), g.random([7, 3])], { equation: attr.text('abcd,de->abce') }),
      g.node('Einsum', [conved(g), g.random([4, 2, 5])], { equation: attr.text('nhwc, cde -> nhwde') }),
    ],
    affine,
  ],
  'Einsum of the image with itself': [
    (g) => [
      g.node('Einsum', [stack(g), stack(g)], { equation: attr.text('bhqd,bhkd->bhqk') }),
      g.node('Einsum', [g.node('Softmax', [stack(g)]), stack(g)], {
        equation: attr.text('bhqd,bhkd->bqhk'),
      }),
    ],
    none,
  ],
});
