/** On a linear model the strongest perturbation is known: each element goes to the edge that its weight points to. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type GivenSettings, attackSettings } from '../../src/attacks/settings.ts';
import { fgsm } from '../../src/attacks/gradient/fgsm.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import { randomInputs, randomLinearModel } from './linear-classifier.ts';
import { crossEntropyOf } from '../../src/classifier/objective.ts';

const count = 60;
const features = 12;

function closedForm(bounds: { lower: number; upper: number }, epsilon: number) {
  const model = randomLinearModel(5, 2, [features], { bounds, scale: 4 / (bounds.upper - bounds.lower) });
  const inputs = randomInputs(6, count * features, bounds);
  const labels = Int32Array.from({ length: count }, (_, example) => example % 2);
  const radius = Math.fround(epsilon * (bounds.upper - bounds.lower));
  // For the classes a (label) and b the loss is softplus((w_b − w_a)·x + …): it grows along sign(w_b − w_a).
  const best = inputs.map((value, index) => {
    const label = labels[Math.floor(index / features)]!;
    const weight = model.weights[1 - label]![index % features]! - model.weights[label]![index % features]!;
    return Math.min(Math.max(Math.fround(value + Math.sign(weight) * radius), bounds.lower), bounds.upper);
  });
  return { model, best, batch: { inputs, labels, indices: labels.map((_, index) => index) } };
}

async function lossAndErrors(
  model: ReturnType<typeof closedForm>['model'],
  inputs: Float32Array,
  labels: Int32Array,
) {
  const { losses, logits } = await model.gradient(inputs, crossEntropyOf(labels));
  const errors = labels.filter(
    (label, example) => logits[2 * example + label]! < logits[2 * example + 1 - label]!,
  );
  return { losses: [...losses], errors: errors.length };
}

describe('closed forms of a linear model of two classes', () => {
  for (const bounds of [
    { lower: 0, upper: 1 },
    { lower: 0, upper: 255 },
    { lower: -1, upper: 1 },
  ]) {
    const place = `[${String(bounds.lower)}, ${String(bounds.upper)}]`;
    const exact: [string, typeof fgsm, GivenSettings][] = [
      ['FGSM', fgsm, {}],
      ['I-FGSM with steps that overshoot', ifgsm, { parameters: { steps: 10, stepSize: 0.02 } }],
    ];
    for (const [title, attack, given] of exact) {
      test(`${title} finds the optimum on ${place} exactly`, async () => {
        const { model, best, batch } = closedForm(bounds, 0.1);
        const output = await attack.perturb(model, batch, attackSettings(attack, { ...given, radius: 0.1 }));
        assert.deepEqual(output.inputs, best);
      });
    }

    test(`I-FGSM of 10 steps of ε/10 reaches the optimal loss and error on ${place}`, async () => {
      const { model, best, batch } = closedForm(bounds, 0.1);
      const output = await ifgsm.perturb(model, batch, attackSettings(ifgsm, { radius: 0.1 }));
      const optimum = await lossAndErrors(model, best, batch.labels);
      const reached = await lossAndErrors(model, output.inputs, batch.labels);
      assert.equal(reached.errors, optimum.errors);
      reached.losses.forEach((loss, example) => {
        assert.ok(Math.abs(loss - optimum.losses[example]!) <= 1e-5 * Math.max(1, optimum.losses[example]!));
      });
      const clean = await lossAndErrors(model, batch.inputs, batch.labels);
      assert.ok(
        optimum.errors > clean.errors + 5,
        'the optimum must differ from the clean error to test anything',
      );
    });
  }

  test('few steps of ε/10 move by their sum, no further', async () => {
    const { model, batch } = closedForm({ lower: 0, upper: 1 }, 0.1);
    const output = await ifgsm.perturb(
      model,
      batch,
      attackSettings(ifgsm, { radius: 0.1, parameters: { steps: 3 } }),
    );
    const moved = output.inputs.map((value, index) => Math.abs(value - batch.inputs[index]!));
    assert.ok(Math.abs(Math.max(...moved) - 0.03) < 1e-6);
    assert.deepEqual(output.gradientCounts, new Int32Array(count).fill(3));
  });
});

describe('labels and targets', () => {
  test('the predicted label turns the attack on examples that are wrong already', async () => {
    const { model, batch } = closedForm({ lower: 0, upper: 1 }, 0.1);
    const logits = await model.logits(batch.inputs);
    const predicted = batch.labels.map((_, example) =>
      logits[2 * example + 1]! > logits[2 * example]! ? 1 : 0,
    );
    const byPrediction = await fgsm.perturb(model, batch, attackSettings(fgsm, { label: 'predicted' }));
    const byLabel = await fgsm.perturb(model, { ...batch, labels: predicted }, attackSettings(fgsm));
    assert.deepEqual(byPrediction.inputs, byLabel.inputs);
    const byTruth = await fgsm.perturb(model, batch, attackSettings(fgsm));
    assert.notDeepEqual(byPrediction.inputs, byTruth.inputs);
    const given = await fgsm.perturb(
      model,
      { ...batch, cleanLogits: logits },
      attackSettings(fgsm, { label: 'predicted' }),
    );
    assert.deepEqual(given.inputs, byPrediction.inputs);
  });

  test('with two classes the targeted attack towards the other class is the untargeted one', async () => {
    const { model, best, batch } = closedForm({ lower: 0, upper: 1 }, 0.1);
    for (const target of ['next', 'least-likely', 'random'] as const) {
      const output = await fgsm.perturb(model, batch, attackSettings(fgsm, { radius: 0.1, target }));
      assert.deepEqual(output.inputs, best);
      assert.deepEqual(
        output.targets,
        batch.labels.map((label) => 1 - label),
      );
    }
  });

  test('a targeted attack lowers the loss of its target, and leaves examples of that class alone', async () => {
    const model = randomLinearModel(9, 5, [features]);
    const inputs = randomInputs(10, count * features, model.bounds);
    const labels = Int32Array.from({ length: count }, (_, example) => example % 5);
    const batch = { inputs, labels, indices: labels };
    const output = await ifgsm.perturb(model, batch, attackSettings(ifgsm, { target: 3 }));
    const targets = new Int32Array(count).fill(3);
    const before = (await model.gradient(inputs, crossEntropyOf(targets))).losses;
    const after = (await model.gradient(output.inputs, crossEntropyOf(targets))).losses;
    labels.forEach((label, example) => {
      if (label === 3) {
        const range = [example * features, (example + 1) * features] as const;
        assert.deepEqual(output.inputs.slice(...range), inputs.slice(...range));
      } else assert.ok(after[example]! < before[example]!);
    });
  });
});
