/** What an evaluation refuses, each in one line that names what is wrong. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Attack } from '../../src/attacks/create-attack.ts';
import { attackSettings } from '../../src/attacks/settings.ts';
import { fgsm } from '../../src/attacks/gradient/fgsm.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { InputError } from '../../src/core/errors.ts';
import { probabilityFinding } from '../../src/core/probability-finding.ts';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import type { EvaluationPlan } from '../../src/evaluation/plan.ts';
import { randomLinearModel, withoutGradient } from '../attacks/linear-classifier.ts';
import { createMemoryDataset, randomBytes } from './memory-dataset.ts';

const shape = [1, 2, 2];
const model = randomLinearModel(1, 3, shape, { name: 'model' });
const other = randomLinearModel(2, 3, shape, { name: 'other' });
const plain = withoutGradient(model);
const content = { shape, classCount: 3, inputs: randomBytes(1, 40), labels: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0] };
const values = Float32Array.from(content.inputs, (byte) => byte / 255);
const floats = (change: (copy: Float32Array) => unknown) => {
  const copy = values.slice();
  change(copy);
  return createMemoryDataset({ ...content, inputs: copy, range: { lower: 0, upper: 1 } });
};
const plan: EvaluationPlan = {
  dataset: createMemoryDataset(content),
  indices: Int32Array.of(0, 1, 2, 3, 4, 5),
  batchSize: 4,
  whiteBox: [model],
  attacks: [{ attack: fgsm, settings: attackSettings(fgsm) }],
};
const softmax: Classifier = {
  ...model,
  logits: async (inputs) => {
    const raw = await model.logits(inputs);
    const rows = Array.from({ length: raw.length / 3 }, (_, k) =>
      [...raw.subarray(3 * k, 3 * k + 3)].map(Math.exp),
    );
    return Float32Array.from(rows.flatMap((row) => row.map((power) => power / row.reduce((a, b) => a + b))));
  },
};
const withLogits = (change: (values: Float32Array) => Float32Array): Classifier => ({
  ...model,
  logits: async (inputs) => change(await model.logits(inputs)),
});

describe('evaluate refuses', () => {
  const cases: [string, Partial<EvaluationPlan>, RegExp][] = [
    ['another input shape', { whiteBox: [{ ...model, inputShape: [3, 2, 2] }] }, /\[3, 2, 2\].*\[1, 2, 2\]/],
    [
      'as many numbers in an order of their own',
      {
        whiteBox: [{ ...model, inputShape: [12] }],
        dataset: createMemoryDataset({ ...content, shape: [3, 2, 2], inputs: randomBytes(1, 120) }),
      },
      /as many numbers, .*write --input-shape 3,2,2/,
    ],
    [
      'too few classes',
      { whiteBox: [{ ...model, classCount: 2 }] },
      /has 2 classes and the data memory has 3/,
    ],
    ['no model', { whiteBox: [] }, /no model/],
    ['two models of a name', { whiteBox: [model, { ...model }] }, /two models are named model/],
    ['no example', { indices: new Int32Array(0) }, /no example of memory is chosen/],
    ['an example that is not there', { indices: Int32Array.of(0, 10) }, /no example 10 .* 0 to 9/],
    ['a negative example', { indices: Int32Array.of(-1) }, /no example -1/],
    ['an example twice', { indices: Int32Array.of(1, 1) }, /chosen twice/],
    ['a batch size of 0', { batchSize: 0 }, /batch size 0/],
    ['a white box without gradients', { whiteBox: [plain] }, /FGSM needs input gradients/],
    [
      'a source without gradients',
      { whiteBox: [], blackBox: { source: plain, targets: [other] } },
      /needs input/,
    ],
    ['a black box without target', { blackBox: { source: model, targets: [] } }, /has no target/],
    [
      'a source as its own target',
      { blackBox: { source: model, targets: [model] } },
      /its own black-box target/,
    ],
    ['a target twice', { blackBox: { source: model, targets: [other, other] } }, /named twice/],
    [
      'a black box without attack',
      { attacks: [], blackBox: { source: model, targets: [other] } },
      /needs an attack/,
    ],
    [
      'a label out of range',
      { dataset: createMemoryDataset({ ...content, labels: content.labels.with(5, 3) }) },
      /example 5 of memory has the label 3: labels must be 0 to 2/,
    ],
    [
      'NaN',
      { dataset: floats((copy) => copy.fill(NaN, 9, 10)) },
      /example 2 of memory has the value NaN at position 1/,
    ],
    [
      'a value out of range',
      { dataset: floats((copy) => copy.fill(1.5, 0, 1)) },
      /example 0 .* 1.5 .*\[0, 1\]/,
    ],
    ['NaN logits', { whiteBox: [withLogits((row) => row.fill(NaN, 3, 4))] }, /the logit NaN for example 1/],
    [
      'missing logits',
      { whiteBox: [withLogits((row) => row.slice(1))] },
      /returned 16 logits for 6 examples/,
    ],
    [
      'probabilities for logits',
      { whiteBox: [softmax] },
      /outputs of the model model are probabilities .*--outputs probabilities/,
    ],
    [
      'probabilities for logits, whatever the batch size',
      { whiteBox: [softmax], batchSize: 1 },
      /outputs of the model model are probabilities/,
    ],
  ];
  for (const [title, change, message] of cases) {
    test(title, async () => {
      await assert.rejects(
        evaluate({ ...plan, ...change }),
        (error: unknown) =>
          error instanceof InputError && message.test(error.message) && !error.message.includes('\n'),
      );
    });
  }

  test('probabilities no more once they are declared to be logits', async () => {
    const { attacks, clean } = await evaluate({ ...plan, whiteBox: [softmax], declaredLogits: ['model'] });
    assert.equal(attacks.length, 1);
    // What the warning of a result is drawn from.
    assert.equal(probabilityFinding(clean[0]!.outputs)?.kind, 'sum to 1');
  });

  test('nothing of the unchanged plan', async () => {
    const { attacks, labels } = await evaluate(plan);
    assert.equal(attacks.length, 1);
    assert.deepEqual([...labels], [0, 1, 2, 0, 1, 2]);
    const scored = await evaluate({ ...plan, whiteBox: [], blackBox: { source: other, targets: [softmax] } });
    assert.deepEqual(scored.clean[1]?.score.ranks, (await evaluate(plan)).clean[0]?.score.ranks);
  });
});

describe('an attack that breaks its promise is caught', () => {
  const broken = (change: (inputs: Float32Array) => Float32Array): Attack => ({
    ...fgsm,
    async perturb(...args) {
      const output = await fgsm.perturb(...args);
      return { ...output, inputs: change(output.inputs) };
    },
  });
  const cases: [string, (inputs: Float32Array) => Float32Array, RegExp][] = [
    [
      'out of the ball',
      (made) => made.map((value) => (value > 0.5 ? value - 0.1 : value + 0.1)),
      /left its ball/,
    ],
    ['out of the bounds', (made) => made.fill(-0.001, 0, 1), /left the bounds/],
    ['not a number', (made) => made.fill(NaN, 2, 3), /left the bounds: it made the value NaN/],
    ['of another size', (made) => made.slice(1), /returned 23 values for 24/],
  ];
  for (const [title, change, message] of cases) {
    test(title, async () => {
      const attacks = [{ attack: broken(change), settings: attackSettings(fgsm) }];
      await assert.rejects(evaluate({ ...plan, attacks }), message);
    });
  }
});
