/** The tfjs engine runs the gradient graphs of every operator, with the values that PyTorch gives. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createEngine } from '../../../src/engine/select.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { float32 } from '../../../src/graph/tensor.ts';
import { BATCH } from '../../../src/graph/types.ts';
import {
  families,
  graphOf,
  readCases,
  tensorOf,
  weightsFor,
  type GradientCase,
} from '../../autodiff/cases.ts';
import { appendWeightedGradients, floatsOf, relativeError, runGraph } from '../../autodiff/gradient-check.ts';
import { tfjsSpecifications } from '../specifications.ts';

const TOLERANCE = 1e-5;

async function assertMatchesFixture(engine: Engine, item: GradientCase): Promise<void> {
  const { builder, output, variables } = graphOf(item, item.batch ? BATCH : undefined);
  const gradients = appendWeightedGradients(
    builder,
    output,
    variables.map(({ name }) => name),
  );
  const results = await runGraph(engine, builder, [output, ...gradients], {
    ...Object.fromEntries(variables.map(({ name, index }) => [name, tensorOf(item.inputs[index]!)])),
    weights: float32(item.output.dims, weightsFor(item.output.values.length)),
  });
  const error = relativeError(floatsOf(results[output]), item.output.values);
  assert.ok(error < TOLERANCE, `the output is off by ${String(error)}`);
  variables.forEach(({ index }, place) => {
    const gradient = results[gradients[place]!];
    assert.deepEqual(gradient?.dims, item.inputs[index]?.dims);
    const off = relativeError(floatsOf(gradient), item.gradients[index]!);
    assert.ok(off < TOLERANCE, `the gradient by input ${String(index)} is off by ${String(off)}`);
  });
}

for (const specification of tfjsSpecifications) {
  describe(specification, () => {
    let engine: Engine;
    before(async () => {
      engine = await createEngine(specification);
    });
    after(() => engine.dispose());

    for (const family of families) {
      for (const item of readCases(family)) {
        test(`${family}: ${item.name}`, () => assertMatchesFixture(engine, item));
      }
    }
  });
}
