/** Every operator's rule against PyTorch and, along random directions, against finite differences. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gradientSupport } from '../../src/autodiff/gradient.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { float32 } from '../../src/graph/tensor.ts';
import type { Tensor } from '../../src/graph/types.ts';
import { BATCH } from '../../src/graph/types.ts';
import { families, graphOf, readCases, tensorOf, weightsFor } from './cases.ts';
import type { GradientCase } from './cases.ts';
import {
  appendWeightedGradients,
  assertMatchesFiniteDifferences,
  floatsOf,
  relativeError,
  runGraph,
} from './gradient-check.ts';

/** Cases at a kink or a tie, where the derivative is a convention and finite differences have none. */
const conventions = /ties|values at |: 0$|norm of 0|base 0$|saturated|large$/;
/** Functions with a kink near the cases' values: the elements lie at least this far from it. */
const smallSteps = new Set([
  'Abs',
  'Relu',
  'LeakyRelu',
  'PRelu',
  'ReduceL1',
  'Clip',
  'Max',
  'Min',
  'ThresholdedRelu',
  'HardSwish',
  'HardSigmoid',
  'Elu',
  'Selu',
  'Celu',
]);

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

function feeds(item: GradientCase): Record<string, Tensor> {
  return Object.fromEntries(
    item.inputs.flatMap((input, index) =>
      input === null || input.constant ? [] : [[`input_${String(index)}`, tensorOf(input)]],
    ),
  );
}

async function assertMatchesFixture(item: GradientCase, batchName?: typeof BATCH): Promise<void> {
  const { builder, output, variables } = graphOf(item, batchName);
  const names = variables.map(({ name }) => name);
  const gradients = appendWeightedGradients(builder, output, names);
  const results = await runGraph(engine, builder, [output, ...gradients], {
    ...feeds(item),
    weights: float32(item.output.dims, weightsFor(item.output.values.length)),
  });
  assert.deepEqual(results[output]?.dims, item.output.dims);
  const forward = relativeError(floatsOf(results[output]), item.output.values);
  assert.ok(forward < 1e-5, `the output is off by ${String(forward)}`);
  variables.forEach(({ name, index }, place) => {
    const gradient = results[gradients[place]!];
    assert.deepEqual(gradient?.dims, item.inputs[index]?.dims, `the shape of the gradient by ${name}`);
    const error = relativeError(floatsOf(gradient), item.gradients[index]!);
    assert.ok(error < 1e-5, `the gradient by input ${String(index)} is off by ${String(error)}`);
  });
}

for (const family of families) {
  describe(`gradients of ${family}`, () => {
    for (const item of readCases(family)) {
      it(`${item.name} as PyTorch`, async () => {
        assert.equal(gradientSupport(item.operator), 'gradient');
        await assertMatchesFixture(item);
        if (item.batch) await assertMatchesFixture(item, BATCH);
      });

      if (conventions.test(item.name)) continue;
      it(`${item.name} as finite differences`, async () => {
        const { builder, output, variables } = graphOf(item);
        await assertMatchesFiniteDifferences(engine, {
          builder,
          output,
          outputDims: item.output.dims,
          inputs: feeds(item),
          variables: variables.map(({ name }) => name),
          ...(smallSteps.has(item.operator) ? { step: 4e-3 } : {}),
        });
      });
    }
  });
}
