/**
 * Every optimizer's update graph on an engine, against the rule written out in double precision and against the
 * numbers that torch.optim (PyTorch 1.13, float64) gives for the same weights, gradients and rates.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { InputError } from '../../../src/core/errors.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { createOptimizer } from '../../../src/training/optimizers/index.ts';
import type { OptimizerSettings, WeightDecay } from '../../../src/training/optimizers/optimizer.ts';
import { weightsAfter, type Run } from './updates.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(() => engine.dispose());

const none: WeightDecay = { factor: 0, on: 'all' };
const decay: WeightDecay = { factor: 0.05, on: 'all' };
const sgd = { kind: 'sgd', momentum: 0, nesterov: false } as const;
const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

function near(actual: readonly number[], expected: readonly number[], tolerance = 1e-6): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, index) => {
    assert.ok(
      Math.abs(value - expected[index]!) < tolerance,
      `${String(index)}: ${String(value)}, not ${String(expected[index])}`,
    );
  });
}

const run: Run = {
  dims: [2, 2],
  start: [1, -0.5, 0.25, 2],
  gradients: [
    [0.3, -1, 2, 0.7],
    [-0.2, 0.5, 0, 1.5],
    [1.1, 0.25, -0.6, 0.01],
    [-0.9, 0.4, 0.8, -2],
    [0.05, 0.6, -0.3, 0.9],
  ],
  rates: [0.1, 0.1, 0.05, 0.05, 0.01],
};

describe('as torch.optim', () => {
  /** The weights after the second and the fifth step. */
  const cases: [string, OptimizerSettings, number[], number[]][] = [
    ['SGD', { ...sgd, weightDecay: none }, [0.99, -0.45, 0.05, 1.78], [0.9795, -0.4885, 0.043, 1.8705]],
    [
      'SGD, weight decay',
      { ...sgd, weightDecay: decay },
      [0.980175, -0.4455125, 0.04850625, 1.7604],
      [0.964435042218, -0.481518593717, 0.041169927403, 1.841184697374],
    ],
    [
      'momentum',
      { ...sgd, momentum: 0.9, weightDecay: none },
      [0.963, -0.36, -0.13, 1.717],
      [0.8956947, -0.378259, -0.279362, 1.6273263],
    ],
    [
      'momentum, weight decay',
      { ...sgd, momentum: 0.9, weightDecay: decay },
      [0.948675, -0.3532625, -0.13261875, 1.6884],
      [0.864784689028, -0.364572462275, -0.281889849537, 1.567315522224],
    ],
    [
      'Nesterov, weight decay',
      { ...sgd, momentum: 0.8, nesterov: true, weightDecay: decay },
      [0.942167, -0.3370605, -0.24003975, 1.518096],
      [0.869571444271, -0.393325647379, -0.331511530298, 1.537688104783],
    ],
    [
      'Adam',
      { ...adam, weightDecay: none },
      [0.885547950929, -0.373366297371, 0.08299417556, 1.804237396591],
      [0.849869700716, -0.381027240329, 0.042006806719, 1.768694575154],
    ],
    [
      'Adam, weight decay',
      { ...adam, weightDecay: decay },
      [0.868882945763, -0.370895146767, 0.082717186411, 1.803448461238],
      [0.827544143036, -0.375016334494, 0.041275279039, 1.761781274503],
    ],
    [
      'Adam with other constants',
      { kind: 'adam', beta1: 0.5, beta2: 0.9, epsilon: 0.1, weightDecay: none },
      [0.934460094241, -0.409090909091, 0.109609910605, 1.816899483899],
      [0.90805455091, -0.445964292887, 0.094308046238, 1.819201828371],
    ],
  ];
  for (const [name, settings, second, fifth] of cases) {
    test(name, async () => {
      const weights = await weightsAfter(engine, settings, run);
      near(weights[1]!, second);
      near(weights[4]!, fifth);
    });
  }
});

describe('closed forms', () => {
  const steps = Array.from({ length: 8 }, (_, index) => index + 1);
  const constant = (gradient: number, rate = 0.1): Run => ({
    dims: [1],
    start: [1],
    gradients: steps.map(() => [gradient]),
    rates: steps.map(() => rate),
  });

  test('momentum μ under a constant gradient g: w = 1 − ηg Σ (1 − μⁱ)/(1 − μ)', async () => {
    const settings = { ...sgd, momentum: 0.9, weightDecay: none };
    const weights = await weightsAfter(engine, settings, constant(0.5));
    const moved = steps.map((t) => steps.slice(0, t).reduce((sum, i) => sum + (1 - 0.9 ** i) / (1 - 0.9), 0));
    near(
      weights.flat(),
      moved.map((sum) => 1 - 0.1 * 0.5 * sum),
    );
  });

  test('weight decay alone shrinks: w = (1 − ηλ)ᵗ', async () => {
    const settings = { ...sgd, weightDecay: { factor: 0.3, on: 'all' } } as const;
    const weights = await weightsAfter(engine, settings, constant(0));
    near(
      weights.flat(),
      steps.map((t) => (1 - 0.1 * 0.3) ** t),
    );
  });

  test('Adam under a constant gradient moves by the rate at each step, whatever the gradient', async () => {
    for (const gradient of [1e-3, -40]) {
      const weights = await weightsAfter(engine, { ...adam, weightDecay: none }, constant(gradient, 0.01));
      // Each step is rate·g/(|g| + ε), so 1e-5 of the rate is below what ε = 1e-8 takes from the smaller gradient.
      near(
        weights.flat(),
        steps.map((t) => 1 - Math.sign(gradient) * 0.01 * t),
        2e-6,
      );
    }
  });
});

test("Adam's bias correction keeps its digits over a thousand updates", async () => {
  const gradients = Array.from({ length: 1000 }, (_, index) => [Math.sin(index * 0.7) + 0.2]);
  const weights = await weightsAfter(
    engine,
    { ...adam, weightDecay: none },
    { dims: [1], start: [0], gradients, rates: gradients.map(() => 0.001) },
  );
  let [weight, mean, square] = [0, 0, 0];
  gradients.forEach(([gradient = 0], index) => {
    mean = 0.9 * mean + 0.1 * gradient;
    square = 0.999 * square + 0.001 * gradient ** 2;
    const moved = mean / (1 - 0.9 ** (index + 1));
    weight -= (0.001 * moved) / (Math.sqrt(square / (1 - 0.999 ** (index + 1))) + 1e-8);
    if (index === 0 || index === 9 || index === 999) {
      const error = Math.abs(weights[index]![0]! - weight);
      assert.ok(
        error < 3e-6 * Math.max(Math.abs(weight), 0.001),
        `update ${String(index + 1)}: ${String(error)}`,
      );
    }
  });
});

test('β = 0 keeps no past: with both 0 Adam descends by the sign', async () => {
  const settings = { kind: 'adam', beta1: 0, beta2: 0, epsilon: 1e-8, weightDecay: none } as const;
  const weights = await weightsAfter(engine, settings, run);
  near(weights[0]!, [0.9, -0.4, 0.15, 1.9]);
  near(weights[1]!, [1, -0.5, 0.15, 1.8]);
});

test('weight decay on kernels leaves scales, shifts and biases alone', async () => {
  const settings = { ...sgd, weightDecay: { factor: 0.5, on: 'kernels' } } as const;
  const still = { gradients: [[0, 0]], rates: [0.1], start: [1, 2] };
  assert.deepEqual(await weightsAfter(engine, settings, { ...still, dims: [2] }), [[1, 2]]);
  near((await weightsAfter(engine, settings, { ...still, dims: [2, 1] })).flat(), [0.95, 1.9]);
  const all = { ...settings, weightDecay: { factor: 0.5, on: 'all' } } as const;
  near((await weightsAfter(engine, all, { ...still, dims: [2] })).flat(), [0.95, 1.9]);
});

test('weight decay on all but normalization leaves its scales and shifts alone, and no bias', async () => {
  const settings = { ...sgd, weightDecay: { factor: 0.5, on: 'no-normalization' } } as const;
  const still = { gradients: [[0, 0]], rates: [0.1], start: [1, 2], dims: [2] };
  assert.deepEqual(await weightsAfter(engine, settings, { ...still, normalizes: true }), [[1, 2]]);
  near((await weightsAfter(engine, settings, still)).flat(), [0.95, 1.9]);
});

test('what each keeps for a weight', () => {
  const slots = (settings: OptimizerSettings) => createOptimizer(settings).slots;
  assert.deepEqual(slots({ ...sgd, weightDecay: none }), []);
  assert.deepEqual(slots({ ...sgd, momentum: 0.9, weightDecay: none }), ['velocity']);
  assert.deepEqual(slots({ ...adam, weightDecay: none }), ['first_moment', 'second_moment']);
  assert.equal(createOptimizer({ ...sgd, weightDecay: none }).countsUpdates, false);
  assert.equal(createOptimizer({ ...adam, weightDecay: none }).countsUpdates, true);
});

test('settings out of range are refused', async () => {
  const refused: [OptimizerSettings, RegExp][] = [
    [{ ...sgd, momentum: 1, weightDecay: none }, /momentum is 1/],
    [{ ...sgd, momentum: NaN, weightDecay: none }, /momentum is NaN/],
    [{ ...sgd, nesterov: true, weightDecay: none }, /needs a momentum/],
    [{ ...adam, beta1: -0.1, weightDecay: none }, /beta1 is -0.1/],
    [{ ...adam, beta2: 1, weightDecay: none }, /beta2 is 1/],
    [{ ...adam, epsilon: 0, weightDecay: none }, /epsilon is 0/],
    [{ ...sgd, weightDecay: { factor: -1, on: 'all' } }, /weight decay is -1/],
  ];
  for (const [settings, message] of refused) {
    await assert.rejects(
      weightsAfter(engine, settings, run),
      (error) => error instanceof InputError && message.test(error.message),
    );
  }
});
