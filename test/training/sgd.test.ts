/** The update of a weight against its closed form and against the rule written out. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { float32 } from '../../src/graph/tensor.ts';
import { appendSgdUpdate, type SgdSettings } from '../../src/training/sgd.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(() => engine.dispose());

/** Weights after each step of the given gradients, from w = 1 and rate 0.1. */
async function weightsAfter(
  gradients: readonly number[],
  settings: SgdSettings,
  rate = 0.1,
): Promise<number[]> {
  const builder = new GraphBuilder('sgd');
  const [weight, gradient, velocity] = ['weight', 'gradient', 'velocity'].map((name) =>
    builder.input(name, 'float32', [1]),
  );
  const rateInput = builder.input('rate', 'float32', []);
  const renewed = appendSgdUpdate(
    builder,
    { weight: weight!, gradient: gradient!, velocity: velocity!, rate: rateInput },
    settings,
  );
  builder.output(renewed.weight);
  builder.output(renewed.velocity);
  const step = await engine.compile(builder.build(), {
    state: [
      { input: weight!, output: renewed.weight, initial: float32([1], [1]) },
      { input: velocity!, output: renewed.velocity, initial: float32([1], [0]) },
    ],
  });
  const weights: number[] = [];
  for (const value of gradients) {
    await step.run({ gradient: float32([1], [value]), rate: float32([], [rate]) });
    weights.push(Number((await step.readState())[weight!]!.data[0]));
  }
  await step.dispose();
  return weights;
}

function near(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, step) => {
    assert.ok(
      Math.abs(value - expected[step]!) < 2e-6,
      `step ${String(step)}: ${String(value)}, not ${String(expected[step])}`,
    );
  });
}

const steps = Array.from({ length: 8 }, (_, index) => index + 1);

describe('closed forms', () => {
  test('plain descent: w = 1 − ηgt', async () => {
    const weights = await weightsAfter(
      steps.map(() => 0.5),
      { momentum: 0, weightDecay: 0, nesterov: false },
    );
    near(
      weights,
      steps.map((t) => 1 - 0.1 * 0.5 * t),
    );
  });

  test('momentum μ under a constant gradient g: w = 1 − ηg Σ (1 − μⁱ)/(1 − μ)', async () => {
    const weights = await weightsAfter(
      steps.map(() => 0.5),
      { momentum: 0.9, weightDecay: 0, nesterov: false },
    );
    const moved = steps.map((t) => steps.slice(0, t).reduce((sum, i) => sum + (1 - 0.9 ** i) / (1 - 0.9), 0));
    near(
      weights,
      moved.map((sum) => 1 - 0.1 * 0.5 * sum),
    );
  });

  test('weight decay alone shrinks: w = (1 − ηλ)ᵗ', async () => {
    const weights = await weightsAfter(
      steps.map(() => 0),
      { momentum: 0, weightDecay: 0.3, nesterov: false },
    );
    near(
      weights,
      steps.map((t) => (1 - 0.1 * 0.3) ** t),
    );
  });
});

test('Nesterov, decay and changing gradients, by the rule written out', async () => {
  const gradients = [0.3, -1, 2, 0.7, -0.2];
  for (const nesterov of [false, true]) {
    let weight = 1;
    let velocity = 0;
    const expected = gradients.map((given) => {
      const gradient = given + 0.05 * weight;
      velocity = 0.8 * velocity + gradient;
      weight -= 0.1 * (nesterov ? gradient + 0.8 * velocity : velocity);
      return weight;
    });
    near(await weightsAfter(gradients, { momentum: 0.8, weightDecay: 0.05, nesterov }), expected);
  }
});
