/** The ways to a convolution's kernel gradient agree wherever they apply. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { appendPatchProduct, gainsByPatches } from '../../src/autodiff/rules/convolution-weight-patches.ts';
import { appendShiftedProduct, keepsSize } from '../../src/autodiff/rules/convolution-weight-shifted.ts';
import { appendTapProducts } from '../../src/autodiff/rules/convolution-weight-taps.ts';
import type { KernelGradient } from '../../src/autodiff/rules/kernel-gradient.ts';
import { randomStream } from '../../src/core/random.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { float32, sizeOf } from '../../src/graph/tensor.ts';
import type { Tensor } from '../../src/graph/types.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(() => engine.dispose());

/** One axis of a convolution of stride 1 that keeps its size: the image's side, the kernel's, and where padding goes. */
const axis = fc
  .record({ wide: fc.integer({ min: 1, max: 7 }), kernel: fc.integer({ min: 1, max: 4 }) })
  .chain(({ wide, kernel }) =>
    fc.record({
      wide: fc.constant(wide),
      kernel: fc.constant(kernel),
      begin: fc.integer({ min: 0, max: kernel - 1 }),
    }),
  );

test('the shifted product equals one product a tap, for any kernel and padding', async () => {
  const settings = fc.record({
    axes: fc.tuple(axis, axis),
    batch: fc.integer({ min: 1, max: 3 }),
    inputs: fc.integer({ min: 1, max: 3 }),
    outputs: fc.integer({ min: 1, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(settings, async ({ axes, batch, inputs, outputs }) => {
      fc.pre(axes.some(({ kernel }) => kernel > 1));
      const builder = new GraphBuilder('kernel gradient');
      const sides = axes.map(({ wide }) => wide);
      const gradient: KernelGradient = {
        wide: builder.input('x', 'float32', ['N', inputs, ...sides]),
        counted: builder.input('g', 'float32', ['N', outputs, ...sides]),
        kernelDims: [outputs, inputs, ...axes.map(({ kernel }) => kernel)],
        windows: axes.map(({ wide, kernel, begin }) => ({
          wide,
          count: wide,
          kernel,
          stride: 1,
          dilation: 1,
          span: kernel,
          begin,
          end: kernel - 1 - begin,
          declaredEnd: kernel - 1 - begin,
        })),
        group: 1,
      };
      assert.ok(keepsSize(gradient));
      await assertAgree(builder, gradient, batch, appendShiftedProduct);
    }),
    { numRuns: 60, seed: 11 },
  );
});

/** One axis of any convolution: padding may be negative, and elements may be left over. */
const axisOf = (stride: fc.Arbitrary<number>) =>
  fc
    .record({
      kernel: fc.integer({ min: 1, max: 4 }),
      stride,
      dilation: fc.integer({ min: 1, max: 2 }),
      count: fc.integer({ min: 1, max: 4 }),
      begin: fc.integer({ min: -1, max: 3 }),
      end: fc.integer({ min: -2, max: 3 }),
    })
    .map(({ kernel, stride, dilation, count, begin, end }) => {
      const span = (kernel - 1) * dilation + 1;
      const wide = (count - 1) * stride + span - begin - end;
      return { wide, count, kernel, stride, dilation, span, begin, end, declaredEnd: end };
    })
    // What is left over is not the whole image.
    .filter(({ wide, begin, end }) => wide + Math.min(0, begin) + Math.min(0, end) >= 1);

test('the product of patches equals one product a tap, for any stride, dilation and padding', async () => {
  const settings = fc.record({
    windows: fc.oneof(
      fc
        .integer({ min: 1, max: 3 })
        .chain((stride) => fc.array(axisOf(fc.constant(stride)), { minLength: 2, maxLength: 2 })),
      fc.array(axisOf(fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 3 }),
    ),
    batch: fc.integer({ min: 1, max: 3 }),
    inputs: fc.integer({ min: 1, max: 3 }),
    outputs: fc.integer({ min: 1, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(settings, async ({ windows, batch, inputs, outputs }) => {
      const builder = new GraphBuilder('kernel gradient');
      const gradient: KernelGradient = {
        wide: builder.input('x', 'float32', ['N', inputs, ...windows.map(({ wide }) => wide)]),
        counted: builder.input('g', 'float32', ['N', outputs, ...windows.map(({ count }) => count)]),
        kernelDims: [outputs, inputs, ...windows.map(({ kernel }) => kernel)],
        windows,
        group: 1,
      };
      fc.pre(gainsByPatches(gradient));
      await assertAgree(builder, gradient, batch, appendPatchProduct);
    }),
    { numRuns: 100, seed: 12 },
  );
});

/** Compares one way with one product a tap, on drawn values. */
async function assertAgree(
  builder: GraphBuilder,
  gradient: KernelGradient,
  batch: number,
  append: typeof appendTapProducts,
): Promise<void> {
  const names = [append(builder, gradient), appendTapProducts(builder, gradient)];
  for (const name of names) builder.output(name);
  const compiled = await engine.compile(builder.build());
  const random = (dims: readonly (number | string)[]): Tensor => {
    const sizes = dims.map((dim) => (typeof dim === 'number' ? dim : batch));
    const stream = randomStream(1, sizes.join());
    return float32(
      sizes,
      Float32Array.from({ length: sizeOf(sizes) }, () => stream.normal()),
    );
  };
  const results = await compiled.run({ x: random(builder.dims('x')), g: random(builder.dims('g')) });
  await compiled.dispose();
  const [first, taps] = names.map((name) => results[name]?.data as Float32Array);
  assert.equal(first?.length, taps?.length);
  first?.forEach((value, index) => {
    assert.ok(Math.abs(value - taps![index]!) <= 1e-5 * (1 + Math.abs(value)), `element ${String(index)}`);
  });
}
