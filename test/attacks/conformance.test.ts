/** What every attack promises, whatever it does. An attack joins by a row of the table. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AttackBatch } from '../../src/attacks/attack.ts';
import type { Attack } from '../../src/attacks/create-attack.ts';
import { attackSettings, type GivenSettings } from '../../src/attacks/settings.ts';
import { perturbationSizes, roundingTolerance } from '../../src/attacks/balls/sizes.ts';
import { absoluteSize } from '../../src/attacks/size.ts';
import { quick as quickEnsemble } from '../../src/attacks/ensembles/quick.ts';
import { gaussianNoise, uniformNoise } from '../../src/attacks/decision/noise.ts';
import { autoattack, standardMembers } from '../../src/attacks/ensembles/autoattack.ts';
import { ensemble } from '../../src/attacks/ensembles/ensemble.ts';
import { apgdTargeted } from '../../src/attacks/gradient/apgd-targeted.ts';
import { apgd } from '../../src/attacks/gradient/apgd.ts';
import { fgm } from '../../src/attacks/gradient/fgm.ts';
import { fgsm } from '../../src/attacks/gradient/fgsm.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import { pgd } from '../../src/attacks/gradient/pgd.ts';
import { square } from '../../src/attacks/score/square.ts';
import { mifgsm } from '../../src/attacks/transfer/mifgsm.ts';
import { nifgsm } from '../../src/attacks/transfer/nifgsm.ts';
import { sinifgsm } from '../../src/attacks/transfer/sinifgsm.ts';
import { tifgsm } from '../../src/attacks/transfer/tifgsm.ts';
import { vmifgsm, vnifgsm } from '../../src/attacks/transfer/variance-tuned.ts';
import { attackOf, attacks } from '../../src/attacks/index.ts';
import { predictions } from '../../src/classifier/oracle.ts';
import { InputError } from '../../src/core/errors.ts';
import { randomInputs, randomLinearModel, withoutGradient } from './linear-classifier.ts';
import { crossEntropyOf } from '../../src/classifier/objective.ts';

interface Row {
  readonly attack: Attack;
  /** Settings to try beside the defaults. */
  readonly variants: readonly GivenSettings[];
  /** Parameters that make it quick enough for a test. */
  readonly quick?: NonNullable<GivenSettings['parameters']>;
  /** Of an attack that moves every example, along gradients alone. */
  readonly gradientsPerExample?: number;
}

/** The members of AutoAttack in their order, with less work for each. */
const quickAutoattack = ensemble({
  ...autoattack,
  members: () =>
    standardMembers.map(({ attack, parameters }) => {
      const work = attack.id === 'square' ? { queries: 20 } : { iterations: 5 };
      return { attack, parameters: { ...parameters, ...work } };
    }),
});

const rows: readonly Row[] = [
  { attack: fgsm, variants: [{ radius: 0.3 }], gradientsPerExample: 1 },
  { attack: fgm, variants: [{ norm: 'linf' }], gradientsPerExample: 1 },
  // Its one element may be at the bounds already.
  { attack: fgm, variants: [{ norm: 'l1' }] },
  { attack: ifgsm, variants: [{ radius: 0.3, parameters: { stepSize: 0.2 } }], gradientsPerExample: 10 },
  { attack: pgd, variants: [{ norm: 'l2' }, { norm: 'l1' }, { norm: 'l0' }], quick: { steps: 5 } },
  { attack: apgd, variants: [{ norm: 'l2' }, { parameters: { loss: 'dlr' } }], quick: { iterations: 10 } },
  { attack: apgdTargeted, variants: [{ norm: 'l2' }], quick: { iterations: 10 } },
  { attack: quickEnsemble, variants: [{ norm: 'l2' }] },
  { attack: mifgsm, variants: [{ parameters: { decay: 0 } }] },
  { attack: nifgsm, variants: [] },
  { attack: tifgsm, variants: [{ parameters: { kernel: 1 } }] },
  { attack: sinifgsm, variants: [{ parameters: { copies: 1 } }] },
  { attack: vmifgsm, variants: [{ parameters: { neighbours: 1 } }] },
  { attack: vnifgsm, variants: [] },
  { attack: square, variants: [{ norm: 'l2' }, { norm: 'l2', radius: 1 }], quick: { queries: 30 } },
  { attack: uniformNoise, variants: [{ norm: 'l2' }], quick: { repeats: 5 } },
  { attack: gaussianNoise, variants: [{ norm: 'l2' }], quick: { repeats: 5 } },
  { attack: quickAutoattack, variants: [{ norm: 'l2' }] },
];

const shape = [2, 3, 3];
const size = 18;
const count = 40;
const shared: readonly GivenSettings[] = [
  {},
  { radius: 0 },
  { radius: 1 },
  { label: 'predicted' },
  { target: 'next' },
  { target: 'least-likely' },
  { target: 'random', seed: 3 },
  { target: 2 },
];

function setup(bounds: { lower: number; upper: number }) {
  const model = randomLinearModel(21, 6, shape, { bounds, scale: 2 / (bounds.upper - bounds.lower) });
  const inputs = randomInputs(22, count * size, bounds);
  // Elements on the very bounds are the ones an attack may push out.
  inputs.fill(bounds.lower, 0, size / 2).fill(bounds.upper, size / 2, size);
  const labels = Int32Array.from({ length: count }, (_, example) => (example * 5) % 6);
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

test('every bounded attack of the index has its row, and an id of its own', () => {
  const bounded = attacks.filter(({ aim }) => aim === 'bounded');
  assert.deepEqual(new Set(rows.map(({ attack }) => attack.id)), new Set(bounded.map(({ id }) => id)));
  assert.equal(new Set(attacks.map(({ id }) => id)).size, attacks.length);
  for (const attack of attacks) assert.equal(attackOf(attack.id), attack);
  assert.throws(() => attackOf('fsgm'), /one of fgsm, fgm, ifgsm/);
});

for (const { attack, variants, quick = {}, gradientsPerExample } of rows) {
  const movesAll = gradientsPerExample !== undefined;
  describe(attack.title, () => {
    for (const bounds of [
      { lower: 0, upper: 1 },
      { lower: 0, upper: 255 },
      { lower: -1, upper: 1 },
    ]) {
      for (const given of [...shared, ...variants]) {
        const settings = attackSettings(attack, { ...given, parameters: { ...quick, ...given.parameters } });
        test(`${JSON.stringify(given)} on [${String(bounds.lower)}, ${String(bounds.upper)}]`, async () => {
          const { model: whole, batch } = setup(bounds);
          const model = attack.access === 'gradient' ? whole : withoutGradient(whole);
          const before = batch.inputs.slice();
          const output = await attack.perturb(model, batch, settings);

          assert.deepEqual(batch.inputs, before, 'the input is not changed');
          assert.notEqual(output.inputs.buffer, batch.inputs.buffer);
          assert.ok(output.inputs.every((value) => value >= bounds.lower && value <= bounds.upper));
          const { norm } = settings;
          const sizes = perturbationSizes(norm, batch.inputs, output.inputs, shape, 'pixels');
          const greatest = absoluteSize(settings.radius!, bounds) + roundingTolerance(norm, bounds, size);
          assert.ok(sizes.every((value) => value <= greatest));
          if (movesAll && settings.radius!.value > 0 && settings.target === null)
            assert.ok(sizes.every((value) => value > 0));
          assert.equal(output.targets === null, settings.target === null);
          assert.equal(output.zeroGradients.length, count);

          assert.deepEqual(
            await attack.perturb(model, batch, settings),
            output,
            'the same seed, the same bytes',
          );
          const order = [...batch.labels.keys()].reverse().filter((k) => k % 3 !== 0);
          const apart = await attack.perturb(model, pick(batch, order), settings);
          assert.deepEqual(apart.inputs, pick({ ...batch, inputs: output.inputs }, order).inputs);

          if (settings.target !== null || settings.label !== 'true') return;
          const clean = await whole.gradient(batch.inputs, crossEntropyOf(batch.labels));
          const attacked = await whole.gradient(output.inputs, crossEntropyOf(batch.labels));
          attacked.losses.forEach((loss, example) => {
            if (!movesAll) return;
            assert.ok(loss >= clean.losses[example]! - 1e-6, 'the loss does not fall');
          });
          const errors = (logits: Float32Array) =>
            predictions(logits, 6).filter((label, example) => label !== batch.labels[example]).length;
          assert.ok(errors(attacked.logits) >= errors(clean.logits), 'the error does not fall');
        });
      }
    }

    test('refuses parameters it does not have or cannot take', () => {
      assert.throws(() => attackSettings(attack, { parameters: { speed: 1 } }), /has no parameter speed/);
      assert.throws(() => attackSettings(attack, { radius: NaN }), InputError);
    });

    if (!movesAll) return;

    test('counts its gradients', async () => {
      const { model, batch } = setup({ lower: 0, upper: 1 });
      let calls = 0;
      const counting = {
        ...model,
        gradient: (...args: Parameters<typeof model.gradient>) => {
          calls += 1;
          return model.gradient(...args);
        },
      };
      const output = await attack.perturb(counting, batch, attackSettings(attack));
      assert.equal(calls, gradientsPerExample);
      assert.deepEqual(output.gradientCounts, new Int32Array(count).fill(gradientsPerExample));
      assert.deepEqual(output.queryCounts, new Int32Array(count));
    });

    test('a zero gradient is noticed, and moves nothing', async () => {
      const { batch } = setup({ lower: 0, upper: 1 });
      const flat = randomLinearModel(1, 6, shape, { scale: 0 });
      const output = await attack.perturb(flat, batch, attackSettings(attack));
      assert.deepEqual(output.inputs, batch.inputs);
      assert.ok(output.zeroGradients.every((mark) => mark === 1));
    });

    test('refuses what it cannot attack, in one line', async () => {
      const { model, batch } = setup({ lower: 0, upper: 1 });
      const settings = attackSettings(attack);
      const nan = {
        ...model,
        gradient: async (...args: Parameters<typeof model.gradient>) => {
          const result = await model.gradient(...args);
          return { ...result, gradients: result.gradients.fill(NaN, 5 * size, 5 * size + 1) };
        },
      };
      const outside = { ...batch, inputs: batch.inputs.map((value) => 255 * value) };
      const cases: [Promise<unknown>, RegExp][] = [
        [
          attack.perturb(withoutGradient(model), batch, settings),
          /needs input gradients and the model linear has none/,
        ],
        [attack.perturb(nan, batch, settings), /gradient of the model linear is not a number at example 115/],
        [attack.perturb(model, outside, settings), /outside the bounds \[0, 1\]/],
        [attack.perturb(model, { ...batch, labels: batch.labels.slice(1) }, settings), /input elements/],
        [
          attack.perturb(model, batch, {
            ...settings,
            norm: 'linf',
            radius: { value: -4, unit: 'fraction of range' },
          }),
          /ε = -4/,
        ],
        [attack.perturb(model, batch, { ...settings, target: 6 }), /target class 6 does not exist/],
      ];
      for (const [promise, message] of cases) {
        await assert.rejects(
          promise,
          (error: unknown) =>
            error instanceof InputError && message.test(error.message) && !error.message.includes('\n'),
        );
      }
    });
  });
}

test('I-FGSM takes whole numbers of steps and positive steps', () => {
  assert.deepEqual(attackSettings(ifgsm, { radius: 0.5 }).parameters, { steps: 10, stepSize: 0.05 });
  for (const parameters of [
    { steps: 0 },
    { steps: 1.5 },
    { stepSize: 0 },
    { stepSize: -1 },
    { stepSize: 2 },
  ]) {
    assert.throws(() => attackSettings(ifgsm, { parameters }), /must be/);
  }
});
