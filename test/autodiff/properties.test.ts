/** Rules over random shapes, strides, pads, dilations and groups, against finite differences. */
import fc from 'fast-check';
import { after, before, it } from 'node:test';
import { randomStream } from '../../src/core/random.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { int, ints, text } from '../../src/graph/attributes.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { float32 } from '../../src/graph/tensor.ts';
import type { Attributes, Tensor } from '../../src/graph/types.ts';
import { assertMatchesFiniteDifferences } from './gradient-check.ts';

const settings = { seed: 20180427, numRuns: 15, includeErrorInReport: true };

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

type Values = 'normal' | 'apart';

/** Normal numbers, or numbers in random order at least 0.1 apart, so that no small step changes which is largest. */
function filled(dims: readonly number[], seed: number, values: Values): Tensor<'float32'> {
  const stream = randomStream(seed, 'values', ...dims);
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (values === 'normal')
    return float32(
      dims,
      Float32Array.from({ length: size }, () => stream.normal()),
    );
  const order = Array.from({ length: size }, (_, index) => ({ index, key: stream.uniform() }));
  return float32(
    dims,
    order.sort((a, b) => a.key - b.key).map(({ index }) => 0.1 * (index - size / 2)),
  );
}

/** Checks one operator on variables of the given shapes, followed by inputs that are constant shapes or indices. */
async function check(
  operator: string,
  shapes: readonly (readonly number[])[],
  options: { attributes?: Attributes; fixed?: readonly (readonly number[])[]; values?: Values } = {},
): Promise<void> {
  const builder = new GraphBuilder('property');
  const variables = shapes.map((dims, index) => builder.input(`x${String(index)}`, 'float32', dims));
  const fixed = (options.fixed ?? []).map((values) => builder.shapeConstant(values));
  const output = builder.apply(operator, [...variables, ...fixed], options.attributes);
  await assertMatchesFiniteDifferences(engine, {
    builder,
    output,
    outputDims: builder.staticDims(output)!,
    inputs: Object.fromEntries(
      shapes.map((dims, index) => [variables[index]!, filled(dims, index, options.values ?? 'normal')]),
    ),
    variables,
  });
}

const axis = fc.record({
  size: fc.integer({ min: 3, max: 7 }),
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  begin: fc.integer({ min: 0, max: 3 }),
  end: fc.integer({ min: 0, max: 3 }),
  extra: fc.integer({ min: 0, max: 2 }),
});
const geometry = fc.record({
  axes: fc.array(axis, { minLength: 1, maxLength: 2 }),
  group: fc.integer({ min: 1, max: 3 }),
  inputs: fc.integer({ min: 1, max: 2 }),
  outputs: fc.integer({ min: 1, max: 2 }),
  flag: fc.boolean(),
  ceil: fc.boolean(),
});

it('Conv', async () => {
  await fc.assert(
    fc.asyncProperty(geometry, async ({ axes, group, inputs, outputs }) => {
      fc.pre(
        axes.every(({ size, kernel, dilation, begin, end }) => size + begin + end > (kernel - 1) * dilation),
      );
      await check(
        'Conv',
        [
          [2, group * inputs, ...axes.map(({ size }) => size)],
          [group * outputs, inputs, ...axes.map(({ kernel }) => kernel)],
          [group * outputs],
        ],
        {
          attributes: {
            strides: ints(axes.map(({ stride }) => stride)),
            dilations: ints(axes.map(({ dilation }) => dilation)),
            pads: ints([...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)]),
            group: int(group),
          },
        },
      );
    }),
    settings,
  );
});

it('Conv with automatic padding', async () => {
  const mode = fc.constantFrom('SAME_UPPER', 'SAME_LOWER', 'VALID');
  await fc.assert(
    fc.asyncProperty(geometry, mode, async ({ axes, inputs, outputs }, automatic) => {
      await check(
        'Conv',
        [
          [1, inputs, ...axes.map(({ size }) => size)],
          [outputs, inputs, ...axes.map(({ kernel }) => kernel)],
        ],
        { attributes: { strides: ints(axes.map(({ stride }) => stride)), auto_pad: text(automatic) } },
      );
    }),
    settings,
  );
});

it('ConvTranspose', async () => {
  await fc.assert(
    fc.asyncProperty(geometry, async ({ axes, group, inputs, outputs }) => {
      const extra = axes.map(({ extra, stride }) => Math.min(extra, stride - 1));
      fc.pre(
        axes.every(({ size, kernel, stride, dilation, begin, end }) => {
          return (size - 1) * stride + (kernel - 1) * dilation + 1 - begin - end > 0;
        }),
      );
      await check(
        'ConvTranspose',
        [
          [2, group * inputs, ...axes.map(({ size }) => size)],
          [group * inputs, outputs, ...axes.map(({ kernel }) => kernel)],
        ],
        {
          attributes: {
            strides: ints(axes.map(({ stride }) => stride)),
            dilations: ints(axes.map(({ dilation }) => dilation)),
            pads: ints([...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)]),
            output_padding: ints(extra),
            group: int(group),
          },
        },
      );
    }),
    settings,
  );
});

for (const operator of ['MaxPool', 'AveragePool']) {
  it(operator, async () => {
    await fc.assert(
      fc.asyncProperty(geometry, async ({ axes, inputs, flag, ceil }) => {
        const pads = axes.map(({ begin, end, kernel }) => [
          Math.min(begin, kernel - 1),
          Math.min(end, kernel - 1),
        ]);
        // A ceil-mode window wholly in the padding is dropped by the operator, but not by onnxruntime's shape check.
        fc.pre(
          axes.every(({ size, kernel, stride }, axis) => {
            const [begin, end] = [pads[axis]![0]!, pads[axis]![1]!];
            return Math.ceil((size + begin + end - kernel) / stride) * stride < size + begin;
          }),
        );
        await check(operator, [[2, inputs, ...axes.map(({ size }) => size)]], {
          values: 'apart',
          attributes: {
            kernel_shape: ints(axes.map(({ kernel }) => kernel)),
            strides: ints(axes.map(({ stride }) => stride)),
            pads: ints([...pads.map(([begin]) => begin!), ...pads.map(([, end]) => end!)]),
            ceil_mode: int(ceil ? 1 : 0),
            ...(operator === 'AveragePool' ? { count_include_pad: int(flag ? 1 : 0) } : {}),
          },
        });
      }),
      settings,
    );
  });
}

it('MatMul', async () => {
  const size = fc.integer({ min: 1, max: 3 });
  const stretch = fc.array(fc.tuple(size, fc.constantFrom('both', 'left', 'right')), { maxLength: 2 });
  const missing = fc.integer({ min: 0, max: 2 });
  await fc.assert(
    fc.asyncProperty(
      size,
      size,
      size,
      stretch,
      missing,
      missing,
      async (m, k, n, batch, cutLeft, cutRight) => {
        const left = batch.map(([dim, where]) => (where === 'right' ? 1 : dim)).slice(cutLeft);
        const right = batch.map(([dim, where]) => (where === 'left' ? 1 : dim)).slice(cutRight);
        await check('MatMul', [
          [...left, m, k],
          [...right, k, n],
        ]);
      },
    ),
    settings,
  );
});

for (const operator of ['Add', 'Sub', 'Mul', 'Max']) {
  it(`${operator} with broadcasting`, async () => {
    const dim = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom('both', 'left', 'right'));
    const cut = fc.integer({ min: 0, max: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(dim, { maxLength: 3 }), cut, async (dims, missing) => {
        const left = dims.map(([size, where]) => (where === 'right' ? 1 : size));
        const right = dims.map(([size, where]) => (where === 'left' ? 1 : size)).slice(missing);
        await check(operator, operator === 'Max' ? [left] : [left, right], { values: 'apart' });
        if (operator !== 'Max') return;
        // Two variables that are nowhere near each other: the second lies between the first's numbers.
        const builder = new GraphBuilder('property');
        const [a, b] = [builder.input('a', 'float32', left), builder.input('b', 'float32', right)];
        const output = builder.apply('Max', [a, b]);
        const between = filled(right, 2, 'apart');
        await assertMatchesFiniteDifferences(engine, {
          builder,
          output,
          outputDims: builder.staticDims(output)!,
          inputs: {
            a: filled(left, 1, 'apart'),
            b: float32(
              right,
              between.data.map((value) => value + 0.025),
            ),
          },
          variables: [a, b],
          step: 5e-3,
        });
      }),
      settings,
    );
  });
}

for (const operator of ['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceLogSumExp']) {
  it(operator, async () => {
    const shape = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shape, fc.integer({ min: 1, max: 15 }), fc.boolean(), async (dims, chosen, keep) => {
        const axes = dims.flatMap((_, axis) => ((chosen >> axis) % 2 === 1 ? [axis] : []));
        fc.pre(axes.length > 0);
        await check(operator, [dims], {
          values: 'apart',
          attributes: { keepdims: int(keep ? 1 : 0) },
          fixed: [axes],
        });
      }),
      settings,
    );
  });
}

it('Slice', async () => {
  const cut = fc.record({
    size: fc.integer({ min: 2, max: 7 }),
    start: fc.integer({ min: -8, max: 8 }),
    end: fc.integer({ min: -8, max: 8 }),
    step: fc.constantFrom(-3, -2, -1, 1, 2, 3),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 2 }), async (cuts) => {
      const nonEmpty = cuts.every(({ size, start, end, step }) => {
        const clamp = (position: number): number => {
          const counted = position < 0 ? position + size : position;
          return step > 0 ? Math.min(Math.max(counted, 0), size) : Math.min(Math.max(counted, -1), size - 1);
        };
        return (clamp(end) - Math.max(clamp(start), 0)) * step > 0;
      });
      fc.pre(nonEmpty);
      await check('Slice', [[2, ...cuts.map(({ size }) => size)]], {
        fixed: [
          cuts.map(({ start }) => start),
          cuts.map(({ end }) => end),
          cuts.map((_, index) => index + 1),
          cuts.map(({ step }) => step),
        ],
      });
    }),
    settings,
  );
});

for (const mode of ['constant', 'reflect', 'edge']) {
  it(`Pad, ${mode}`, async () => {
    const margin = fc.record({
      size: fc.integer({ min: 4, max: 6 }),
      begin: fc.integer({ min: -1, max: 2 }),
      end: fc.integer({ min: -1, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(margin, { minLength: 1, maxLength: 3 }), async (margins) => {
        const pads = [...margins.map(({ begin }) => begin), ...margins.map(({ end }) => end)];
        await check('Pad', [margins.map(({ size }) => size)], {
          attributes: { mode: text(mode) },
          fixed: [pads],
        });
      }),
      settings,
    );
  });
}

it('BatchNormalization by the batch', async () => {
  const size = fc.integer({ min: 1, max: 3 });
  await fc.assert(
    fc.asyncProperty(size, fc.array(size, { maxLength: 2 }), async (channels, spatial) => {
      const builder = new GraphBuilder('property');
      const dims = [4, channels, ...spatial];
      const [x, scale, bias] = [
        builder.input('x', 'float32', dims),
        builder.input('scale', 'float32', [channels]),
        builder.input('bias', 'float32', [channels]),
      ];
      const zeros = builder.constant(float32([channels], new Float32Array(channels)));
      const output = builder.node(
        'BatchNormalization',
        [x, scale, bias, zeros, zeros],
        { training_mode: int(1) },
        { outputs: ['y', 'mean', 'variance'] },
      )[0]!;
      await assertMatchesFiniteDifferences(engine, {
        builder,
        output,
        outputDims: dims,
        inputs: {
          x: filled(dims, 1, 'normal'),
          scale: filled([channels], 2, 'normal'),
          bias: filled([channels], 3, 'normal'),
        },
        variables: [x, scale, bias],
      });
    }),
    settings,
  );
});
