/** What a result warns of, from the models to the sentence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attackSettings } from '../../src/attacks/settings.ts';
import { type AttackBenchmark, runAttackBenchmark } from '../../src/benchmark/attack-benchmark.ts';
import { fgsm } from '../../src/attacks/gradient/fgsm.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import { predictions } from '../../src/classifier/oracle.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { scaleToBounds } from '../../src/data/scale.ts';
import { type LinearModel, randomLinearModel } from '../attacks/linear-classifier.ts';
import type { ResultWarning } from '../../src/results/result.ts';
import { createMemoryDataset, randomBytes } from '../evaluation/memory-dataset.ts';

const shape = [16];
const count = 60;
const unit = { lower: 0, upper: 1 };
const model = randomLinearModel(1, 4, shape, { name: 'model', scale: 2 });
const inputs = randomBytes(2, count * 16);
const right = predictions(await model.logits(scaleToBounds(inputs, { lower: 0, upper: 255 }, unit)), 4);
const dataset = createMemoryDataset({ shape, classCount: 4, inputs, labels: [...right] });

type Attacks = AttackBenchmark['attacks'];
const attacks: Attacks = [fgsm, ifgsm].map((attack) => ({ attack, settings: attackSettings(attack) }));
const indices = right.map((_, index) => index);

interface Roles {
  readonly whiteBox?: readonly Classifier[];
  readonly blackBox?: { readonly source: Classifier; readonly target: Classifier };
  readonly attacks?: Attacks;
  readonly dataset?: Dataset;
  readonly indices?: Int32Array;
  readonly declaredLogits?: boolean;
}

async function warned({
  whiteBox = [model],
  blackBox,
  declaredLogits = false,
  ...change
}: Roles): Promise<ResultWarning[]> {
  const roles = [...whiteBox, ...(blackBox === undefined ? [] : [blackBox.source, blackBox.target])];
  const { warnings } = await runAttackBenchmark({
    models: [...new Set(roles)].map((classifier) => ({ id: classifier.name, classifier, declaredLogits })),
    whiteBox: whiteBox.map(({ name }) => name),
    ...(blackBox === undefined
      ? {}
      : { blackBox: { source: blackBox.source.name, targets: [blackBox.target.name] } }),
    attacks: change.attacks ?? attacks,
    dataset: change.dataset ?? dataset,
    indices: change.indices ?? indices,
    selection: { limit: null, indices: null },
    seed: 0,
    batchSize: 32,
    engine: { name: 'function', provider: 'javascript', runtime: 'none' },
    threads: null,
  });
  return warnings;
}

/** The model with its gradient changed, as a defence that masks it would. */
const masked = (name: string, change: (gradient: number) => number): LinearModel => ({
  ...model,
  name,
  gradient: async (...args) => {
    const result = await model.gradient(...args);
    return { ...result, gradients: result.gradients.map(change) };
  },
});

async function warnings(change: Roles): Promise<string[]> {
  const found = await warned(change);
  for (const { text } of found) assert.ok(text.length > 40 && !text.includes('\n'));
  return found.map(({ check }) => check);
}

test('a sound evaluation gives none', async () => {
  const target = { ...model, name: 'copy' };
  assert.deepEqual(await warnings({ blackBox: { source: model, target } }), []);
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
    const found = await warned({ whiteBox });
    const own = found.filter(({ check }) => check === 'outputs-look-like-probabilities');
    assert.equal(own.length, text === null ? 0 : 1, name);
    if (text !== null) assert.match(own[0]!.text, text);
    // A target of examples from elsewhere is right with probabilities: only its best class counts.
    const target = await warned({ whiteBox: [], blackBox: { source: model, target: whiteBox[0]! } });
    assert.ok(target.every(({ check }) => check !== 'outputs-look-like-probabilities'));
  }
});

test('a clean error near chance names the usual causes', async () => {
  const other = randomLinearModel(30, 4, shape, { name: 'other' });
  const change = {
    whiteBox: [other],
    dataset: createMemoryDataset({ shape, classCount: 4, inputs, labels: [...right].map((_, k) => k % 4) }),
    attacks: [],
  };
  const found = await warned(change);
  assert.equal(found[0]?.check, 'clean-error-near-chance');
  assert.match(
    found[0].text,
    /other is \d\d\.\d %, near the 75\.0 % of chance.*bounds.*normalisation.*layout.*labels/,
  );
  // All three are wrong, which says nothing yet.
  const wrong = indices.filter((index) => index % 4 !== right[index]).slice(0, 3);
  const few = await warnings({ ...change, whiteBox: [model], indices: wrong });
  assert.deepEqual(few, []);
});

test('masked gradients are noticed: zero, and weaker than the black box', async () => {
  const zero = masked('zero', () => 0);
  assert.deepEqual(await warnings({ whiteBox: [zero] }), ['zero-gradients']);
  assert.deepEqual(await warnings({ whiteBox: [], blackBox: { source: zero, target: model } }), [
    'zero-gradients',
  ]);
  const reversed = masked('reversed', (gradient) => -gradient);
  const found = await warnings({ whiteBox: [reversed], blackBox: { source: model, target: reversed } });
  assert.deepEqual(new Set(found), new Set(['black-box-beats-white-box']));
});

test('more gradients with less error are noticed', async () => {
  const settings = attackSettings(ifgsm, { parameters: { steps: 2, stepSize: 0.0001 } });
  assert.deepEqual(await warnings({ attacks: [attacks[0]!, { attack: ifgsm, settings }] }), [
    'more-gradients-less-error',
  ]);
  const short = attackSettings(ifgsm, { parameters: { steps: 1 } });
  assert.deepEqual(await warnings({ attacks: [{ attack: ifgsm, settings: short }, attacks[1]!] }), []);
  const smaller = attackSettings(ifgsm, { radius: 0.0001 });
  assert.deepEqual(await warnings({ attacks: [attacks[0]!, { attack: ifgsm, settings: smaller }] }), []);
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

test('probabilities declared to be logits are attacked with a warning', async () => {
  const soft: Classifier = {
    ...model,
    name: 'soft',
    logits: async (points) => {
      const logits = await model.logits(points);
      const powers = logits.map(Math.exp);
      return powers.map(
        (power, k) => power / powers.subarray(k - (k % 4), k - (k % 4) + 4).reduce((a, b) => a + b),
      );
    },
  };
  await assert.rejects(warned({ whiteBox: [soft] }), /the outputs of the model soft are probabilities/);
  const found = await warned({ whiteBox: [soft], declaredLogits: true });
  const [text = ''] = found
    .filter(({ check }) => check === 'outputs-look-like-probabilities')
    .map((each) => each.text);
  assert.match(text, /soft look like probabilities .*sums to 1.*declared to be logits/);
});

test('labels of logit −∞ are counted', async () => {
  const never: Classifier = {
    ...model,
    name: 'never',
    logits: async (points) =>
      (await model.logits(points)).map((logit, k) => (k % 4 === 1 ? -Infinity : logit)),
  };
  const [{ check, text } = assert.fail()] = await warned({ whiteBox: [never], attacks: [] });
  assert.equal(check, 'labels-never-predicted');
  assert.match(text, /^never gives the label of \d+\.\d % of the examples the logit -Infinity/);
  const share = Number(/(\d+\.\d) %/.exec(text)?.[1]);
  const ones = right.filter((label) => label === 1).length;
  assert.ok(ones > 0 && Math.abs(share - (100 * ones) / count) < 0.051);
});
