/** What moves elements: every order of the axes shows, since the images come out of a convolution, channels first. */
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

type Build = (g: GraphDef, x: string) => string | readonly string[];
type Case = readonly [build: Build, options?: Comparison & { shape?: readonly number[] }];
const none: Comparison = { gradient: 'none' };
/** tfjs has no gradient of it, or another than the derivative. */
const affine: Comparison = { gradient: 'differences' };

/** A convolution to 4 channels over 6×8. */
function conved(g: GraphDef): string {
  return g.node('Conv2D', ['x', g.random([2, 2, 3, 4])], conv());
}

/** tfjs has no gradient of it. */
function strided(
  begin: number[],
  end: number[],
  strides: number[],
  masks: Record<string, number> = {},
): Case {
  const flags = Object.entries(masks).map(([name, mask]) => [`${name}_mask`, attr.int(mask)] as const);
  const places = [begin, end, strides];
  return [
    (g, x) =>
      g.node('StridedSlice', [x, ...places.map((place) => g.ints(...place))], Object.fromEntries(flags)),
    affine,
  ];
}

const cases: Readonly<Record<string, Case>> = {
  'Reshape to rows': [(g, x) => g.node('Reshape', [x, g.ints(-1, 192)])],
  'Reshape by the batch size': [
    (g, x) => {
      const batch = g.node('StridedSlice', [g.node('Shape', [x]), g.ints(0), g.ints(1), g.ints(1)], {
        shrink_axis_mask: attr.int(1),
      });
      return g.node('Reshape', [x, g.node('Pack', [batch, g.int(12), g.int(16)])]);
    },
  ],
  'Reshape by a product of sizes': [
    (g, x) => {
      const shape = g.node('Shape', [x]);
      const spatial = g.node('GatherV2', [shape, g.ints(1, 2), g.int(0)]);
      const area = g.node('Prod', [spatial, g.ints(0)]);
      const batch = g.node('GatherV2', [shape, g.int(0), g.int(0)]);
      return g.node('Reshape', [x, g.node('Pack', [batch, area, g.int(4)])]);
    },
  ],
  'Reshape by a split shape': [
    (g, x) => {
      const parts = g.node('Split', [g.int(0), g.node('Shape', [x])], { num_split: attr.int(2) });
      const one = g.node('ConcatV2', [parts, g.ints(32), g.int(0)]);
      const squared = g.node('ConcatV2', [
        g.node('StridedSlice', [one, g.ints(0), g.ints(1), g.ints(1)]),
        g.ints(-1),
        g.int(0),
      ]);
      return g.node('Reshape', [x, squared]);
    },
  ],
  'Reshape by unpacked sizes': [
    (g, x) => {
      const sizes = g.node('Unpack', [g.node('Shape', [x])], { num: attr.int(4), axis: attr.int(0) });
      const rows = g.node('Mul', [`${sizes}:1`, `${sizes}:2`]);
      return g.node('Reshape', [x, g.node('Pack', [sizes, rows, `${sizes}:3`])]);
    },
  ],
  ExpandDims: [(g, x) => [0, 1, 3, -1].map((axis) => g.node('ExpandDims', [x, g.int(axis)]))],
  Squeeze: [
    (g, x) => {
      const pooled = g.node('Mean', [x, g.ints(1, 2)], { keep_dims: attr.flag(true) });
      return [
        g.node('Squeeze', [pooled], { squeeze_dims: attr.ints(1, 2) }),
        g.node('Squeeze', [pooled], { squeeze_dims: attr.ints(-2) }),
        g.node('Squeeze', [pooled]),
      ];
    },
  ],
  Transpose: [
    (g, x) =>
      [
        [0, 3, 1, 2],
        [0, 2, 1, 3],
        [3, 0, 2, 1],
      ].map((order) => g.node('Transpose', [x, g.ints(...order)])),
  ],
  'Transpose twice and a sum': [
    (g, x) => {
      const there = g.node('Tanh', [g.node('Transpose', [x, g.ints(0, 3, 1, 2)])]);
      return g.node('AddV2', [x, g.node('Transpose', [there, g.ints(0, 2, 3, 1)])]);
    },
  ],
  'ConcatV2 of values in different orders': [
    (g, x) => {
      const other = g.node('Reshape', [x, g.ints(-1, 6, 8, 4)]);
      return [1, 2, 3, -1].map((axis) => g.node('ConcatV2', [x, g.node('Tanh', [other]), g.int(axis)]));
    },
  ],
  Pack: [
    (g, x) => [0, 1, 4].map((axis) => g.node('Pack', [x, g.node('Tanh', [x])], { axis: attr.int(axis) })),
  ],
  Unpack: [
    (g, x) =>
      [1, 3].map(
        (axis) => `${g.node('Unpack', [x], { num: attr.int(axis === 1 ? 6 : 4), axis: attr.int(axis) })}:2`,
      ),
  ],
  Split: [
    (g, x) => {
      const parts = g.node('Split', [g.int(3), x], { num_split: attr.int(2) });
      return g.node('Sub', [parts, `${parts}:1`]);
    },
  ],
  SplitV: [
    (g, x) => {
      const parts = g.node('SplitV', [x, g.ints(1, 3, -1), g.int(1)], { num_split: attr.int(3) });
      return [parts, `${parts}:1`, `${parts}:2`];
    },
  ],
  Slice: [(g, x) => g.node('Slice', [x, g.ints(0, 1, 2, 1), g.ints(-1, 3, -1, 2)])],
  'StridedSlice with strides': strided([0, 1, 0, 0], [0, 6, 8, 4], [1, 2, 3, 1], { end: 1 }),
  'StridedSlice backwards': strided([0, 4, -1, 0], [0, 0, 1, 0], [1, -2, -3, -1], { begin: 9, end: 9 }),
  'StridedSlice beyond the ends': strided([0, -20, 3, 0], [0, 20, 100, -1], [1, 1, 1, 1], {
    begin: 1,
    end: 1,
  }),
  'StridedSlice that drops axes': strided([0, 2, -1], [0, 3, 0], [1, 1, 1], {
    begin: 1,
    end: 1,
    shrink_axis: 6,
  }),
  'StridedSlice with an ellipsis': strided([0, 1], [0, 3], [1, 1], { ellipsis: 1 }),
  'StridedSlice with an ellipsis in the middle': strided([0, 0, -1], [0, 0, 0], [1, 1, 1], {
    begin: 1,
    end: 1,
    ellipsis: 2,
    shrink_axis: 4,
  }),
  'StridedSlice with new axes': strided([0, 0, 1, 0], [0, 0, 4, 0], [1, 1, 1, 1], {
    begin: 1,
    end: 1,
    new_axis: 10,
  }),
  'StridedSlice with an ellipsis, a new axis and a dropped one': strided(
    [0, 0, 0, 2],
    [0, 0, 0, 3],
    [1, 1, 1, 1],
    {
      begin: 1,
      end: 1,
      ellipsis: 2,
      new_axis: 4,
      shrink_axis: 8,
    },
  ),
  'GatherV2 along each axis': [
    (g, x) => [1, 2, 3].map((axis) => g.node('GatherV2', [x, g.ints(2, 0, 2), g.int(axis)])),
  ],
  'GatherV2 by a scalar': [(g, x) => g.node('GatherV2', [x, g.int(3), g.int(3)])],
  'GatherV2 by a matrix': [
    (g, x) => g.node('GatherV2', [x, g.constant([2, 2], [0, 1, 3, 2], 'int32'), g.int(2)]),
    affine,
  ],
  GatherNd: [(g, x) => g.node('GatherNd', [x, g.constant([2, 3], [0, 1, 2, 1, 5, 7], 'int32')]), affine],
  ReverseV2: [(g, x) => g.node('ReverseV2', [x, g.ints(1, 3)])],
  Pad: [(g, x) => g.node('Pad', [x, g.constant([4, 2], [0, 0, 1, 2, 0, 3, 1, 0], 'int32')])],
  PadV2: [
    (g, x) =>
      g.node('PadV2', [x, g.constant([4, 2], [0, 0, 1, 2, 0, 3, 1, 0], 'int32'), g.constant([], [-1.5])], {
        T: attr.type('DT_FLOAT'),
      }),
  ],
  MirrorPad: [
    (g, x) =>
      ['REFLECT', 'SYMMETRIC'].map((mode) =>
        g.node('MirrorPad', [x, g.constant([4, 2], [0, 0, 1, 2, 0, 3, 1, 0], 'int32')], {
          mode: attr.text(mode),
        }),
      ),
    // tfjs leaves the mirrored elements out of its gradient.
    affine,
  ],
  Tile: [(g, x) => g.node('Tile', [x, g.ints(1, 2, 1, 3)])],
  BroadcastTo: [
    (g, x) =>
      g.node('BroadcastTo', [
        g.node('Mean', [x, g.ints(1)], { keep_dims: attr.flag(true) }),
        g.ints(2, 5, 8, 4),
      ]),
    { shape: [2, 6, 8, 3] },
  ],
  comparisons: [
    (g, x) =>
      ['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual'].map((op) =>
        g.node('SelectV2', [
          g.node(op, [x, g.random([4], 0.2)]),
          g.node('Tanh', [x]),
          g.node('ZerosLike', [x]),
        ]),
      ),
    none,
  ],
  'Select by a comparison': [
    (g, x) =>
      g.node('Select', [
        g.node('GreaterEqual', [x, g.node('ZerosLike', [x])]),
        g.node('Tanh', [x]),
        g.node('Square', [x]),
      ]),
  ],
  'SelectV2 by a mask': [
    (g, x) =>
      g.node('SelectV2', [g.constant([8, 1], [1, 0, 1, 1, 0, 0, 1, 0], 'bool'), x, g.node('Square', [x])]),
  ],
  'logic of masks': [
    (g, x) => {
      const zero = g.constant([], [0]);
      const a = g.node('Greater', [x, zero]);
      const b = g.node('Less', [x, g.constant([], [0.5])]);
      return ['LogicalAnd', 'LogicalOr']
        .map((op) => g.node(op, [a, b]))
        .concat(g.node('LogicalNot', [a]))
        .map((mask) => g.node('Cast', [mask], { DstT: attr.type('DT_FLOAT') }));
    },
    none,
  ],
  'Cast to integers and back': [
    (g, x) => {
      const scaled = g.node('Mul', [x, g.constant([], [10])]);
      const whole = g.node('Cast', [scaled], { DstT: attr.type('DT_INT32') });
      return [whole, g.node('Cast', [whole], { DstT: attr.type('DT_FLOAT') })];
    },
    none,
  ],
  'Fill, OnesLike, Range and OneHot': [
    (g, x) => [
      g.node('AddV2', [x, g.node('Fill', [g.ints(8, 4), g.constant([], [2.5])])]),
      g.node('AddV2', [x, g.node('OnesLike', [x])]),
      g.node('AddV2', [
        x,
        g.node('Cast', [g.node('Range', [g.int(1), g.int(9), g.int(2)])], { DstT: attr.type('DT_FLOAT') }),
      ]),
      g.node('MatMul', [
        g.node('Mean', [x, g.ints(1, 2)]),
        g.node('OneHot', [g.ints(2, 0, 1, 2), g.int(3), g.constant([], [1]), g.constant([], [0])], {
          axis: attr.int(-1),
          dtype: attr.type('DT_FLOAT'),
        }),
      ]),
    ],
  ],
  'Size and Rank': [(g, x) => [g.node('Rank', [x]), g.node('Size', [x])], none],
  'nodes that pass on': [
    (g, x) => {
      const through = ['Identity', 'StopGradient', 'Snapshot'].reduce((value, op) => g.node(op, [value]), x);
      const several = g.node('IdentityN', [through, g.node('Tanh', [x])]);
      return [several, `${several}:1`];
    },
  ],
  'control inputs': [(g, x) => g.node('Identity', [x, `^${g.node('NoOp', [])}`])],
  PlaceholderWithDefault: [
    (g, x) =>
      g.node('Mul', [
        x,
        g.node('PlaceholderWithDefault', [g.constant([], [0.5])], {
          dtype: attr.type('DT_FLOAT'),
          shape: attr.shape([]),
        }),
      ]),
  ],
  DepthToSpace: [
    (g, x) => g.node('DepthToSpace', [x], { block_size: attr.int(2), data_format: attr.text('NHWC') }),
    affine,
  ],
  'SpaceToBatchND and back': [
    (g, x) => {
      const apart = g.node('SpaceToBatchND', [x, g.ints(2, 3), g.constant([2, 2], [1, 1, 0, 1], 'int32')]);
      const active = g.node('Tanh', [apart]);
      return g.node('BatchToSpaceND', [active, g.ints(2, 3), g.constant([2, 2], [1, 0, 2, 1], 'int32')]);
    },
  ],
  'a convolution dilated by SpaceToBatchND': [
    (g, x) =>
      ['Conv2D', 'DepthwiseConv2dNative'].map((op) => {
        const apart = g.node('SpaceToBatchND', [x, g.ints(2, 2), g.constant([2, 2], [2, 2, 2, 2], 'int32')]);
        const inner = g.node(op, [apart, g.random([3, 3, 4, 2])], conv({ padding: 'VALID' }));
        return g.node('BatchToSpaceND', [inner, g.ints(2, 2), g.constant([2, 2], [0, 0, 0, 0], 'int32')]);
      }),
  ],
  ...Object.fromEntries(
    (['bilinear', 'nearest'] as const).flatMap((method) =>
      [0, 0.75].map((beyond) => {
        const build: Case[0] = (g, x) => {
          const boxes = [0, 0, 1, 1, 0.1, 0.2, 0.7, 0.9, -0.3, 0.4, 1.2, 1.1, 0.9, 0.8, 0.3, 0.1];
          const inputs = [x, g.constant([4, 4], boxes), g.ints(0, 0, 0, 0), g.ints(5, 3)];
          const crops = { method: attr.text(method), extrapolation_value: attr.float(beyond) };
          const one = [x, g.constant([1, 4], [0.2, 0.1, 0.8, 0.7]), g.ints(0), g.ints(1, 1)];
          return [g.node('CropAndResize', inputs, crops), g.node('CropAndResize', one, crops)];
        };
        const label = `CropAndResize, ${method}, ${String(beyond)} beyond`;
        return [label, [build, { ...affine, shape: [1, 6, 8, 3] }]] as const;
      }),
    ),
  ),
  ...Object.fromEntries(
    (
      [
        [12, 16],
        [4, 11],
        [3, 4],
        [9, 5],
        [1, 1],
      ] as const
    ).flatMap(([height, width]) =>
      [{}, { align_corners: attr.flag(true) }, { half_pixel_centers: attr.flag(true) }].map((corners) => {
        const label = `to ${String(height)}×${String(width)}, ${Object.keys(corners)[0] ?? 'corners as they are'}`;
        const build: Case[0] = (g, x) => g.node('ResizeNearestNeighbor', [x, g.ints(height, width)], corners);
        return [`ResizeNearestNeighbor ${label}`, [build, affine]] as const;
      }),
    ),
  ),
  ...Object.fromEntries(
    (
      [
        [12, 16],
        [4, 11],
        [1, 1],
      ] as const
    ).flatMap(([height, width]) =>
      [{}, { align_corners: attr.flag(true) }, { half_pixel_centers: attr.flag(true) }].map((corners) => {
        const label = `to ${String(height)}×${String(width)}, ${Object.keys(corners)[0] ?? 'corners as they are'}`;
        const build: Case[0] = (g, x) => g.node('ResizeBilinear', [x, g.ints(height, width)], corners);
        return [`ResizeBilinear ${label}`, [build, affine]] as const;
      }),
    ),
  ),
};

describe('operators that move elements', () => {
  for (const [name, [build, options = {}]] of Object.entries(cases)) {
    test(name, async () => {
      const def = new GraphDef(options.shape ?? [-1, 6, 8, 3]);
      const built = build(def, conved(def));
      const names = typeof built === 'string' ? [built] : built;
      def.outputs = Object.fromEntries(names.map((output, index) => [`out${String(index)}`, output]));
      await assertSame(def, engine, options);
    });
  }
});
