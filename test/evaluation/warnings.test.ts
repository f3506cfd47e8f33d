import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attackSettings } from '../../src/attacks/settings.ts';
import { fgsm } from '../../src/attacks/gradient/fgsm.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import { predictions } from '../../src/classifier/oracle.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { scaleToBounds } from '../../src/data/scale.ts';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import type { EvaluationPlan } from '../../src/evaluation/plan.ts';
import { type LinearModel, randomLinearModel } from '../attacks/linear-classifier.ts';
import { createMemoryDataset, randomBytes } from './memory-dataset.ts';

const shape = [16];
const count = 60;
const unit = { lower: 0, upper: 1 };
const model = randomLinearModel(1, 4, shape, { name: 'model', scale: 2 });
const inputs = randomBytes(2, count * 16);
const right = predictions(await model.logits(scaleToBounds(inputs, { lower: 0, upper: 255 }, unit)), 4);
const dataset = createMemoryDataset({ shape, classCount: 4, inputs, labels: [...right] });
const plan: EvaluationPlan = {
  dataset,
  indices: right.map((_, index) => index),
  batchSize: 32,
  whiteBox: [model],
  attacks: [fgsm, ifgsm].map((attack) => ({ attack, settings: attackSettings(attack) })),
};

/** The model with its gradient changed, as a defence that masks it would. */
const masked = (name: string, change: (gradient: number) => number): LinearModel => ({
  ...model,
  name,
  lossGradient: async (...args) => {
    const result = await model.gradient(...args);
    return { ...result, gradients: result.gradients.map(change) };
  },
});

async function warnings(change: Partial<EvaluationPlan>): Promise<string[]> {
  const found = (await evaluate({ ...plan, ...change })).warnings;
  for (const { text } of found) assert.ok(text.length > 40 && !text.includes('\n'));
  return found.map(({ check }) => check);
}

test('a sound evaluation gives none', async () => {
  const target = { ...model, name: 'copy' };
  assert.deepEqual(await warnings({ blackBox: { source: model, targets: [target] } }), []);
});

test('outputs that look like probabilities are noticed where they are attacked, whatever their sum', async () => {
  const powers = async (points: Float32Array): Promise<number[][]> => {
    const logits = await model.logits(points);
    return Array.from({ length: logits.length / 4 }, (_, row) => {
      const own = [...logits.subarray(4 * row, 4 * row + 4)].map(Math.exp);
      return own.map((power) => power / own.reduce((a, b) => a + b));
    });
  };
  const outputs = (name: string, change: (p: number) => number): Classifier => ({
    ...model,
    name,
    logits: async (points) => Float32Array.from((await powers(points)).flat(), change),
  });
  const cases: [string, (p: number) => number, RegExp | null][] = [
    ['half', (p) => p / 2, /none is negative and each row sums to 0\.5/],
    ['percent', (p) => 100 * p, /none is negative and each row sums to 100\)/],
    [
      'clipped',
      (p) => Math.min(Math.max(p, 0.001), 0.999),
      /all lie in \[0, 1\] and each row sums to nearly 1/,
    ],
    ['logarithms', (p) => Math.log(p), null],
    ['squares', (p) => p * p, null],
  ];
  for (const [name, change, text] of cases) {
    const whiteBox = [outputs(name, change)];
    const { warnings: found } = await evaluate({ ...plan, whiteBox });
    const own = found.filter(({ check }) => check === 'outputs-look-like-probabilities');
    assert.equal(own.length, text === null ? 0 : 1, name);
    if (text !== null) assert.match(own[0]!.text, text);
    // A target of examples from elsewhere is right with probabilities: only its best class counts.
    const target = await evaluate({ ...plan, whiteBox: [], blackBox: { source: model, targets: whiteBox } });
    assert.ok(target.warnings.every(({ check }) => check !== 'outputs-look-like-probabilities'));
  }
});

test('a clean error near chance names the usual causes', async () => {
  const other = randomLinearModel(30, 4, shape, { name: 'other' });
  const change = {
    whiteBox: [other],
    dataset: createMemoryDataset({ shape, classCount: 4, inputs, labels: [...right].map((_, k) => k % 4) }),
    attacks: [],
  };
  const { warnings: found } = await evaluate({ ...plan, ...change });
  assert.equal(found[0]?.check, 'clean-error-near-chance');
  assert.match(
    found[0].text,
    /other is \d\d\.\d %, near the 75\.0 % of chance.*bounds.*normalisation.*layout.*labels/,
  );
  // All three are wrong, which says nothing yet.
  const wrong = plan.indices.filter((index) => index % 4 !== right[index]).slice(0, 3);
  const few = await warnings({ ...change, whiteBox: [model], indices: wrong });
  assert.deepEqual(few, []);
});

test('masked gradients are noticed: zero, and weaker than the black box', async () => {
  const zero = masked('zero', () => 0);
  assert.deepEqual(await warnings({ whiteBox: [zero] }), ['zero-gradients']);
  assert.deepEqual(await warnings({ whiteBox: [], blackBox: { source: zero, targets: [model] } }), [
    'zero-gradients',
  ]);
  const reversed = masked('reversed', (gradient) => -gradient);
  const found = await warnings({ whiteBox: [reversed], blackBox: { source: model, targets: [reversed] } });
  assert.deepEqual(new Set(found), new Set(['black-box-beats-white-box']));
});

test('more gradients with less error are noticed', async () => {
  const settings = attackSettings(ifgsm, { parameters: { steps: 2, stepSize: 0.0001 } });
  assert.deepEqual(await warnings({ attacks: [plan.attacks[0]!, { attack: ifgsm, settings }] }), [
    'more-gradients-less-error',
  ]);
  const short = attackSettings(ifgsm, { parameters: { steps: 1 } });
  assert.deepEqual(await warnings({ attacks: [{ attack: ifgsm, settings: short }, plan.attacks[1]!] }), []);
  const smaller = attackSettings(ifgsm, { radius: 0.0001 });
  assert.deepEqual(await warnings({ attacks: [plan.attacks[0]!, { attack: ifgsm, settings: smaller }] }), []);
});

test('saturated logits are noticed on a model that is attacked', async () => {
  const sharp: Classifier = {
    ...model,
    name: 'sharp',
    logits: async (points) => (await model.logits(points)).map((logit) => 100 * logit),
  };
  assert.ok((await warnings({ whiteBox: [sharp] })).includes('saturated-logits'));
  assert.deepEqual(await warnings({ whiteBox: [sharp], attacks: [] }), []);
});
