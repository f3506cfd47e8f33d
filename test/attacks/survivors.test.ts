/** What attacks promise that work on survivors, and how near they come to the optimum, which linear models have. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AttackBatch } from '../../src/attacks/attack.ts';
import type { Norm } from '../../src/attacks/balls/ball.ts';
import { perturbationSizes, roundingTolerance } from '../../src/attacks/balls/sizes.ts';
import { attackSettings } from '../../src/attacks/settings.ts';
import { absoluteSize } from '../../src/attacks/size.ts';
import { predictions } from '../../src/classifier/oracle.ts';
import { randomInputs, randomLinearModel, type LinearModel } from './linear-classifier.ts';
import { survivorsOnly } from './rows.ts';

const shape = [2, 3, 3];
const size = 18;
const count = 60;
const bounds = { lower: -4, upper: 4 };
/** In ranges, so that about half of the examples can be misclassified, and no ball leaves the bounds. */
const radii: Readonly<Record<Norm, number>> = { linf: 0.02, l2: 0.08, l1: 0.09, l0: 2 };

async function setup(classCount: number) {
  const model = randomLinearModel(31 + classCount, classCount, shape, { bounds, scale: 0.4 });
  const inputs = randomInputs(32, count * size, { lower: -1, upper: 1 });
  const predicted = predictions(await model.logits(inputs), classCount);
  const labels = predicted.map((label, example) => (example % 5 === 0 ? (label + 1) % classCount : label));
  const batch = { inputs, labels, indices: labels.map((_, example) => 10 + example) };
  return { model, batch, wrong: predicted.map((label, example) => (label === labels[example] ? 0 : 1)) };
}

/** Whether a perturbation of the radius exists that misclassifies: for some class, margin < radius · dual norm. */
async function breakable(
  model: LinearModel,
  { inputs, labels }: AttackBatch,
  norm: Norm,
  radius: number,
): Promise<boolean[]> {
  const logits = await model.logits(inputs);
  return Array.from(labels, (label, example) =>
    model.weights.some((row, k) => {
      if (k === label) return false;
      const own = model.weights[label]!;
      const differences = row.map((weight, j) => weight - own[j]!);
      const dual = {
        linf: () => differences.reduce((sum, value) => sum + Math.abs(value), 0),
        l2: () => Math.hypot(...differences),
        l1: () => Math.max(...differences.map(Math.abs)),
        l0: () => NaN,
      }[norm]();
      const at = example * model.classCount;
      return logits[at + label]! - logits[at + k]! < radius * dual;
    }),
  );
}

function pick({ inputs, labels, indices }: AttackBatch, rows: readonly number[]): AttackBatch {
  return {
    inputs: Float32Array.from(rows.flatMap((k) => [...inputs.subarray(k * size, (k + 1) * size)])),
    labels: Int32Array.from(rows, (k) => labels[k]!),
    indices: Int32Array.from(rows, (k) => indices[k]!),
  };
}

for (const attack of survivorsOnly) {
  for (const norm of attack.norms) {
    describe(`${attack.title} in ${norm}`, () => {
      const settings = attackSettings(attack, { norm, radius: radii[norm] });

      for (const classCount of [2, 3, 6]) {
        test(`of ${String(classCount)} classes: in ball and bounds, counted, and near the optimum`, async () => {
          const { model, batch, wrong } = await setup(classCount);
          const before = batch.inputs.slice();
          const output = await attack.perturb(model, batch, settings);
          assert.deepEqual(batch.inputs, before, 'the input is not changed');
          assert.ok(output.inputs.every((value) => value >= bounds.lower && value <= bounds.upper));
          const sizes = perturbationSizes(norm, batch.inputs, output.inputs, shape, 'pixels');
          const greatest = absoluteSize(settings.radius!, bounds) + roundingTolerance(norm, bounds, size);
          assert.ok(sizes.every((value) => value <= greatest));
          wrong.forEach((flag, example) => {
            if (flag === 0) return;
            assert.equal(sizes[example], 0, 'what is misclassified already stays clean');
            assert.equal(output.gradientCounts[example], 0);
          });
          const found = predictions(await model.logits(output.inputs), classCount);
          const errors = found.filter((label, example) => label !== batch.labels[example]).length;
          const own = wrong.filter((flag) => flag === 1).length;
          assert.ok(errors > own);
          if (norm === 'l0') return;
          const possible = await breakable(model, batch, norm, absoluteSize(settings.radius!, bounds));
          const best = possible.filter(Boolean).length;
          assert.ok(best > own && best < count, `the radius tells examples apart: ${String(best)}`);
          const missed = norm === 'l1' ? 3 : 1;
          assert.ok(errors >= best - missed && errors <= best, `${String(errors)} of ${String(best)}`);
        });
      }

      test('an example’s outcome is its own: no other of the batch, nor their order, has a part in it', async () => {
        const { model, batch } = await setup(6);
        const output = await attack.perturb(model, batch, settings);
        assert.deepEqual(
          await attack.perturb(model, batch, settings),
          output,
          'the same seed, the same bytes',
        );
        const order = [...batch.labels.keys()].reverse().filter((k) => k % 3 !== 0);
        const apart = await attack.perturb(model, pick(batch, order), settings);
        assert.deepEqual(apart.inputs, pick({ ...batch, inputs: output.inputs }, order).inputs);
      });

      test('leads towards a target', async () => {
        const { model, batch } = await setup(6);
        const output = await attack.perturb(model, batch, { ...settings, target: 2 });
        const [found, clean] = [
          predictions(await model.logits(output.inputs), 6),
          predictions(await model.logits(batch.inputs), 6),
        ];
        const reached = (labels: Int32Array) => labels.filter((label) => label === 2).length;
        assert.ok(reached(found) > reached(clean));
      });
    });
  }
}
