/** The two ways to a convolution's kernel gradient agree wherever both apply. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { appendShiftedProduct, keepsSize } from '../../src/autodiff/rules/convolution-weight-shifted.ts';
import { appendTapProducts } from '../../src/autodiff/rules/convolution-weight-taps.ts';
import type { KernelGradient } from '../../src/autodiff/rules/convolution-weight.ts';
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
      const names = [appendShiftedProduct(builder, gradient), appendTapProducts(builder, gradient)];
      for (const name of names) builder.output(name);
      const compiled = await engine.compile(builder.build());
      const random = (dims: number[]): Tensor => {
        const stream = randomStream(1, dims.join());
        return float32(
          dims,
          Float32Array.from({ length: sizeOf(dims) }, () => stream.normal()),
        );
      };
      const results = await compiled.run({
        x: random([batch, inputs, ...sides]),
        g: random([batch, outputs, ...sides]),
      });
      await compiled.dispose();
      const [shifted, taps] = names.map((name) => results[name]?.data as Float32Array);
      assert.equal(shifted?.length, taps?.length);
      shifted?.forEach((value, index) => {
        assert.ok(
          Math.abs(value - taps![index]!) <= 1e-5 * (1 + Math.abs(value)),
          `element ${String(index)}`,
        );
      });
    }),
    { numRuns: 60, seed: 11 },
  );
});
