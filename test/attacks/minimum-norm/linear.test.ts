/** On a linear model the nearest adversarial example is known, within the bounds and with any number of classes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Attack } from '../../../src/attacks/create-attack.ts';
import type { Norm } from '../../../src/attacks/balls/ball.ts';
import { perturbationSizes } from '../../../src/attacks/balls/sizes.ts';
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
import { predictions } from '../../../src/classifier/oracle.ts';
import { createLinearModel, randomInputs, randomLinearModel } from '../linear-classifier.ts';
import { classDistances } from './closed-forms.ts';

const count = 24;
const features = 20;

interface Row {
  readonly attack: Attack;
  readonly norm: Norm;
  readonly parameters?: NonNullable<GivenSettings['parameters']>;
  /** How much of the range around its middle the inputs are drawn from: 1 puts some at the bounds. */
  readonly spread?: number;
  /** In ranges, what the distance may exceed the optimum by beside 1 %. */
  readonly slack?: number;
  /** Of the weights, in 1 / range. */
  readonly scale?: number;
  /** How many of the examples may be further. */
  readonly further?: number;
}

/** With few features the bounds cut off many a shortest way; only FAB's and the L0 attacks' steps know of them. */
const rows: readonly Row[] = [
  { attack: fab, norm: 'linf' },
  { attack: fab, norm: 'l2' },
  { attack: fab, norm: 'l1' },
  { attack: fabTargeted, norm: 'linf' },
  { attack: fabTargeted, norm: 'l2' },
  { attack: fabTargeted, norm: 'l1' },
  // Each of its steps is 10⁻⁴ too long.
  { attack: deepfool, norm: 'l2', parameters: { overshoot: 0.002 }, spread: 0.2, slack: 2e-4 },
  { attack: deepfool, norm: 'linf', parameters: { overshoot: 0.002 }, spread: 0.2, slack: 2e-4 },
  { attack: ddn, norm: 'l2', parameters: { steps: 300 }, spread: 0.2 },
  { attack: fmn, norm: 'l2', parameters: { steps: 300 }, spread: 0.2 },
  { attack: fmn, norm: 'linf', parameters: { steps: 300 }, spread: 0.2 },
  { attack: fmn, norm: 'l1', parameters: { steps: 300 }, spread: 0.2 },
  { attack: fmn, norm: 'l0', parameters: { steps: 1000 }, further: 1 },
  { attack: carliniWagner, norm: 'l2', parameters: { stepSize: 0.001 }, spread: 0.2, scale: 2 },
  { attack: ead, norm: 'l1', parameters: { beta: 0.05, searches: 16 }, spread: 0.2, scale: 10 },
  { attack: alma, norm: 'l2', parameters: { stepSize: 0.003 }, spread: 0.2, scale: 2 },
  { attack: alma, norm: 'l1', parameters: { stepSize: 0.001 }, spread: 0.2, scale: 2 },
  {
    attack: pdpgd,
    norm: 'l2',
    parameters: { stepSize: 0.01, proximalSteps: 30, proximalTolerance: 1e-4 },
    spread: 0.2,
    scale: 20,
  },
  {
    attack: pdpgd,
    norm: 'linf',
    parameters: { stepSize: 0.01, proximalSteps: 30, proximalTolerance: 1e-4 },
    spread: 0.2,
    scale: 20,
  },
  {
    attack: pdpgd,
    norm: 'l1',
    parameters: { steps: 2000, weightStep: 0.03, stepSize: 0.01, proximalSteps: 30, proximalTolerance: 1e-4 },
    spread: 0.2,
    scale: 20,
  },
  { attack: sigmaZero, norm: 'l0', parameters: {} },
];

/** Steep, so that the cross-entropy's gradient is that of the two greatest logits. */
async function setup(
  classCount: number,
  spread: number,
  scale: number,
  bounds: { lower: number; upper: number },
) {
  const width = bounds.upper - bounds.lower;
  const model = randomLinearModel(40 + classCount, classCount, [features], { bounds, scale: scale / width });
  const middle = (bounds.upper + bounds.lower) / 2;
  const drawn = randomInputs(41, 6 * count * features, bounds).map(
    (value) => middle + spread * (value - middle),
  );
  const classes = predictions(await model.logits(drawn), classCount);
  const input = (example: number) => drawn.subarray(example * features, (example + 1) * features);
  const distances = Array.from(classes, (label, example) =>
    classDistances('l2', model, input(example), label)
      .filter((_, k) => k !== label)
      .sort((a, b) => a - b),
  );
  // Those far from the boundary, so that a step that is a part of the range is a small one, and to one class.
  const chosen = [...distances.keys()]
    .filter((example) =>
      distances[example]!.every((distance, k) => k === 0 || distance > 1.4 * distances[example]![0]!),
    )
    .sort((a, b) => distances[b]![0]! - distances[a]![0]!)
    .slice(0, count);
  const inputs = Float32Array.from(chosen.flatMap((example) => [...input(example)]));
  const labels = Int32Array.from(chosen, (example) => classes[example]!);
  return { model, batch: { inputs, labels, indices: Int32Array.from(labels.keys()) } };
}

const tables = [
  [2, { lower: 0, upper: 1 }],
  [2, { lower: 0, upper: 255 }],
  [3, { lower: -1, upper: 1 }],
] as const;

for (const { attack, norm, parameters = {}, spread = 0.9, slack = 0, scale = 100, further = 0 } of rows) {
  describe(`${attack.title} in ${norm}`, () => {
    for (const [classCount, bounds] of tables) {
      test(`reaches the optimum of ${String(classCount)} classes on [${String(bounds.lower)}, ${String(bounds.upper)}]`, async () => {
        const { model, batch } = await setup(classCount, spread, scale, bounds);
        const width = bounds.upper - bounds.lower;
        const output = await attack.perturb(model, batch, attackSettings(attack, { norm, parameters }));
        const predicted = predictions(await model.logits(output.inputs), classCount);
        const distances = perturbationSizes(norm, batch.inputs, output.inputs, [features]);
        const isNear = (found: number, optimum: number) =>
          norm === 'l0' ? found === optimum : found <= 1.01 * optimum + slack * width;
        let nearestOfAll = 0;
        const strays: string[] = [];
        batch.labels.forEach((label, example) => {
          const input = batch.inputs.subarray(example * features, (example + 1) * features);
          const optima = classDistances(norm, model, input, label);
          const least = Math.min(...optima.filter((_, k) => k !== label));
          const found = distances[example]!;
          assert.notEqual(predicted[example], label, `example ${String(example)} is adversarial`);
          if (!isNear(found, optima[predicted[example]!]!))
            strays.push(`${String(found)} against ${optima.join(' ')}`);
          assert.ok(found >= least * (1 - 1e-5), 'nothing is nearer than the optimum');
          if (isNear(found, least)) nearestOfAll += 1;
        });
        // Where two boundaries meet, the cross-entropy leads between them.
        assert.ok(strays.length <= further + (classCount === 2 ? 0 : 1), strays.join('\n'));
        // The class of the greatest logit, which most attacks follow, need not be the nearest of three.
        assert.ok(nearestOfAll >= count - further - (classCount === 2 ? 0 : 3), String(nearestOfAll));
      });
    }
  });
}

test('JSMA changes no more elements than it takes, where a pair at a time upwards is the best there is', async () => {
  const weights = Array.from({ length: features }, (_, index) => 1 + ((index * 7) % features) / features);
  for (const [change, needed] of [
    [3.5, 2],
    [7, 4],
    [10.4, 6],
  ] as const) {
    const model = createLinearModel({
      inputShape: [features],
      weights: [weights.map((weight) => -weight / 2), weights.map((weight) => weight / 2)],
      biases: [change, 0],
    });
    const inputs = new Float32Array(features);
    const batch = { inputs, labels: Int32Array.of(0), indices: Int32Array.of(0) };
    const output = await jsma.perturb(model, batch, attackSettings(jsma, { parameters: { gamma: 1 } }));
    assert.equal(classDistances('l0', model, inputs, 0)[1], needed);
    assert.deepEqual([...perturbationSizes('l0', inputs, output.inputs, [features])], [needed]);
    assert.deepEqual([...output.gradientCounts], [needed]);
    const short = await jsma.perturb(
      model,
      batch,
      attackSettings(jsma, { radius: needed - 1, parameters: { gamma: 1 } }),
    );
    assert.deepEqual(short.inputs, inputs, 'nothing lies within a smaller radius');
  }
});
