/** What every minimum-norm attack promises, whatever it does. An attack joins by a row of the table. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AttackBatch } from '../../../src/attacks/attack.ts';
import { perturbationSizes, roundingTolerance } from '../../../src/attacks/balls/sizes.ts';
import type { Attack } from '../../../src/attacks/create-attack.ts';
import { attacks } from '../../../src/attacks/index.ts';
import { alma } from '../../../src/attacks/minimum-norm/alma.ts';
import { carliniWagner } from '../../../src/attacks/minimum-norm/carlini-wagner.ts';
import { ddn } from '../../../src/attacks/minimum-norm/ddn.ts';
import { deepfool } from '../../../src/attacks/minimum-norm/deepfool.ts';
import { ead } from '../../../src/attacks/minimum-norm/ead.ts';
import { fabTargeted } from '../../../src/attacks/minimum-norm/fab-targeted.ts';
import { fab } from '../../../src/attacks/minimum-norm/fab.ts';
import { fmn } from '../../../src/attacks/minimum-norm/fmn.ts';
import { jsma } from '../../../src/attacks/minimum-norm/jsma.ts';
import { pdpgd } from '../../../src/attacks/minimum-norm/pdpgd.ts';
import { sigmaZero } from '../../../src/attacks/minimum-norm/sigma-zero.ts';
import { attackSettings, type GivenSettings } from '../../../src/attacks/settings.ts';
import { absoluteSize } from '../../../src/attacks/size.ts';
import type { Classifier } from '../../../src/classifier/classifier.ts';
import { predictions } from '../../../src/classifier/oracle.ts';
import { InputError } from '../../../src/core/errors.ts';
import { createLinearModel, randomInputs, randomLinearModel } from '../linear-classifier.ts';

interface Row {
  readonly attack: Attack;
  /** Parameters that make it quick. */
  readonly quick: NonNullable<GivenSettings['parameters']>;
}

const rows: readonly Row[] = [
  { attack: fab, quick: { iterations: 8, restarts: 2 } },
  { attack: fabTargeted, quick: { iterations: 8, restarts: 2, targets: 2 } },
  { attack: deepfool, quick: {} },
  { attack: ddn, quick: { steps: 25 } },
  { attack: fmn, quick: { steps: 25 } },
  { attack: carliniWagner, quick: { searches: 5, steps: 25, stepSize: 0.05 } },
  { attack: ead, quick: { searches: 5, steps: 25 } },
  { attack: jsma, quick: { gamma: 1, targets: 2 } },
  { attack: alma, quick: { steps: 60 } },
  { attack: pdpgd, quick: { steps: 60 } },
  { attack: sigmaZero, quick: { steps: 25 } },
];

const shape = [2, 3, 3];
const size = 18;
const count = 12;
const classCount = 4;

function setup(bounds: { lower: number; upper: number }) {
  const model = randomLinearModel(21, classCount, shape, {
    bounds,
    scale: 2 / (bounds.upper - bounds.lower),
  });
  const inputs = randomInputs(22, count * size, bounds);
  // Elements on the very bounds are the ones an attack may push out.
  inputs.fill(bounds.lower, 0, size / 2).fill(bounds.upper, size / 2, size);
  const labels = Int32Array.from({ length: count }, (_, example) => example % classCount);
  const indices = Int32Array.from({ length: count }, (_, example) => 100 + 3 * example);
  return { model, batch: { inputs, labels, indices } };
}

function pick({ inputs, labels, indices }: AttackBatch, examples: readonly number[]): AttackBatch {
  return {
    inputs: Float32Array.from(examples.flatMap((k) => [...inputs.subarray(k * size, (k + 1) * size)])),
    labels: Int32Array.from(examples, (k) => labels[k]!),
    indices: Int32Array.from(examples, (k) => indices[k]!),
  };
}

const predict = async (model: Classifier, inputs: Float32Array) =>
  predictions(await model.logits(inputs), model.classCount);

test('every minimum-norm attack of the index has its row', () => {
  assert.deepEqual(
    new Set(rows.map(({ attack }) => attack)),
    new Set(attacks.filter(({ aim }) => aim === 'minimum-norm')),
  );
});

for (const { attack, quick } of rows) {
  describe(attack.title, () => {
    for (const norm of attack.norms) {
      const radii = { linf: 0.1, l2: 0.25, l1: 0.8, l0: 2 };
      const variants: readonly [GivenSettings, { lower: number; upper: number }][] = [
        [{}, { lower: 0, upper: 1 }],
        [{ label: 'predicted' }, { lower: 0, upper: 255 }],
        [{ target: 'next' }, { lower: -1, upper: 1 }],
        [{ radius: radii[norm] }, { lower: 0, upper: 255 }],
        [{ radius: 0 }, { lower: 0, upper: 1 }],
      ];
      for (const [given, bounds] of variants) {
        const settings = attackSettings(attack, { norm, parameters: quick, seed: 3, ...given });
        const place = `[${String(bounds.lower)}, ${String(bounds.upper)}]`;
        test(`${norm} ${JSON.stringify(given)} on ${place}`, async () => {
          const { model, batch } = setup(bounds);
          const before = batch.inputs.slice();
          const output = await attack.perturb(model, batch, settings);

          assert.deepEqual(batch.inputs, before, 'the input is not changed');
          assert.ok(output.inputs.every((value) => value >= bounds.lower && value <= bounds.upper));
          const sizes = perturbationSizes(norm, batch.inputs, output.inputs, shape, 'pixels');
          const { radius } = settings;
          const greatest =
            radius === null ? Infinity : absoluteSize(radius, bounds) + roundingTolerance(norm, bounds, size);
          assert.ok(sizes.every((value) => value <= greatest));
          const clean = await predict(model, batch.inputs);
          const attacked = await predict(model, output.inputs);
          const labels = settings.label === 'true' ? batch.labels : clean;
          let won = 0;
          labels.forEach((label, example) => {
            const target = output.targets?.[example];
            const succeeds = (predicted: number) =>
              target === undefined ? predicted !== label : target !== label && predicted === target;
            if (succeeds(attacked[example]!)) won += 1;
            // Moved only where that makes an adversarial example of one that was none.
            assert.equal(sizes[example]! > 0, succeeds(attacked[example]!) && !succeeds(clean[example]!));
          });
          if (radius?.value !== 0) assert.ok(won > (radius === null ? count / 2 : 0), String(won));

          assert.deepEqual(
            await attack.perturb(model, batch, settings),
            output,
            'the same seed, the same bytes',
          );
          const order = [...batch.labels.keys()].reverse().filter((k) => k % 3 !== 0);
          const apart = await attack.perturb(model, pick(batch, order), settings);
          assert.deepEqual(apart.inputs, pick({ ...batch, inputs: output.inputs }, order).inputs);
          assert.deepEqual(
            [...apart.gradientCounts],
            order.map((k) => output.gradientCounts[k]),
          );
        });
      }

      test(`${norm}: multiplying bounds and data changes nothing but the units`, async () => {
        const { model, batch } = setup({ lower: 0, upper: 1 });
        const wide = createLinearModel({
          inputShape: shape,
          bounds: { lower: 0, upper: 256 },
          weights: model.weights.map((row) => row.map((weight) => weight / 256)),
        });
        const settings = attackSettings(attack, { norm, parameters: quick });
        const narrow = await attack.perturb(model, batch, settings);
        const output = await attack.perturb(
          wide,
          { ...batch, inputs: batch.inputs.map((value) => 256 * value) },
          settings,
        );
        output.inputs.forEach((value, index) => {
          assert.ok(Math.abs(value / 256 - narrow.inputs[index]!) < 1e-4);
        });
      });

      test(`${norm}: a zero gradient neither hangs nor gives NaN`, async () => {
        const { batch } = setup({ lower: 0, upper: 1 });
        const flat = createLinearModel({
          inputShape: shape,
          weights: Array.from({ length: classCount }, () => new Array<number>(size).fill(0)),
          biases: [1, 0, 0, 0],
        });
        const settings = attackSettings(attack, { norm, parameters: quick, label: 'predicted' });
        const output = await attack.perturb(flat, batch, settings);
        assert.deepEqual(output.inputs, batch.inputs);
        assert.ok(output.zeroGradients.every((mark) => mark === 1));
      });
    }

    test('refuses a gradient that is not a number, and losses that it lacks, in one line', async () => {
      const { model, batch } = setup({ lower: 0, upper: 1 });
      const settings = attackSettings(attack, { parameters: quick, label: 'predicted' });
      const nan = {
        ...model,
        gradient: async (...args: Parameters<typeof model.gradient>) => {
          const result = await model.gradient(...args);
          // Of the sixth example, by its first element.
          const first =
            args[0].findIndex((value) => Math.abs(value - batch.inputs[5 * size + 1]!) < 1e-5) - 1;
          if (first >= 0) result.gradients[first] = NaN;
          return result;
        },
      };
      await assert.rejects(
        attack.perturb(nan, batch, settings),
        (error: unknown) => error instanceof InputError && /not a number at example 115/.test(error.message),
      );
      const poor: Classifier = { ...model, losses: new Set() };
      await assert.rejects(
        attack.perturb(poor, batch, settings),
        (error: unknown) => error instanceof InputError && /gives only|follows/.test(error.message),
      );
    });
  });
}
