/** On a linear model of two classes it is known where each pixel goes, and so what an evaluation must count. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attackSettings, type GivenSettings } from '../../src/attacks/settings.ts';
import { fgsm } from '../../src/attacks/gradient/fgsm.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import { predictions } from '../../src/classifier/oracle.ts';
import { scaleToBounds } from '../../src/data/scale.ts';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import type { AdversarialExamples } from '../../src/evaluation/plan.ts';
import { createLinearModel, randomLinearModel } from '../attacks/linear-classifier.ts';
import { createMemoryDataset, randomBytes } from './memory-dataset.ts';

const features = 12;
const count = 400;
const unit = { lower: 0, upper: 1 };
const bytes = { lower: 0, upper: 255 };
const drawn = randomLinearModel(5, 2, [features], { scale: 3 });
const [first = [], second = []] = drawn.weights;
/** Undecided in the middle of the bounds, so that it sees both classes. */
const middle = first.reduce((sum, weight, index) => sum + (weight - second[index]!) / 2, 0);
const model = createLinearModel({ ...drawn, biases: [0, middle] });
const inputs = randomBytes(6, count * features);
const clean = scaleToBounds(inputs, bytes, unit);
const truth = predictions(await model.logits(clean), 2);
/** The model errs on every ninth. */
const labels = [...truth].map((label, index) => (index % 9 === 0 ? 1 - label : label));
const dataset = createMemoryDataset({ shape: [features], classCount: 2, inputs, labels });
const indices = Int32Array.from({ length: count }, (_, index) => index);
/** Where the difference of the two logits, second less first, grows. */
const towardsSecond = second.map((weight, index) => Math.sign(weight - first[index]!));

const attackedBy = (attack: typeof fgsm, epsilonInLevels: number, given: GivenSettings = {}) =>
  evaluate({
    dataset,
    indices,
    batchSize: 32,
    whiteBox: [model],
    eightBit: true,
    attacks: [{ attack, settings: attackSettings(attack, { radius: epsilonInLevels / 255, ...given }) }],
  });

/** The predictions on bytes of which each was moved by whole levels along the gradient of an example's loss. */
async function predictedAfter(levels: number): Promise<Int32Array> {
  const moved = inputs.map((byte, index) => {
    const away = labels[Math.floor(index / features)] === 0 ? 1 : -1;
    return Math.min(255, Math.max(0, byte + away * levels * towardsSecond[index % features]!));
  });
  return predictions(await model.logits(scaleToBounds(moved, bytes, unit)), 2);
}

describe('8-bit examples of bytes', () => {
  for (const [epsilon, levels] of [
    [0.6, 0],
    [1, 1],
    [1.5, 1],
    [1.9, 1],
    [16, 16],
    [16.7, 16],
  ] as const) {
    test(`ε of ${String(epsilon)} levels moves each pixel by ${String(levels)}`, async () => {
      for (const attack of [fgsm, ifgsm]) {
        const { attacks, clean: cleans } = await attackedBy(attack, epsilon);
        const [{ rounded, roundedPerturbation, perturbation } = assert.fail()] = attacks;
        assert.ok(rounded && roundedPerturbation);
        assert.deepEqual(rounded.predictions, await predictedAfter(levels));
        assert.ok(Math.abs(Math.max(...roundedPerturbation.linf) - levels / 255) < 1e-6);
        assert.ok(Math.abs(Math.max(...perturbation.linf) - epsilon / 255) < 1e-6);
        if (levels === 0) assert.deepEqual(rounded.ranks, cleans[0]?.score.ranks);
      }
    });
  }

  test('the errors of these sizes differ, so that a level too many would show', async () => {
    const errors = await Promise.all(
      [0, 1, 2, 16, 17].map(async (levels) => {
        const predicted = await predictedAfter(levels);
        return predicted.filter((label, example) => label !== labels[example]).length;
      }),
    );
    assert.equal(new Set(errors).size, errors.length, errors.join());
  });

  test('are handed over as the levels that were scored', async () => {
    const received: AdversarialExamples[] = [];
    await evaluate({
      dataset,
      indices,
      batchSize: 32,
      whiteBox: [model],
      attacks: [{ attack: fgsm, settings: attackSettings(fgsm, { radius: 1.9 / 255 }) }],
      onExamples: (examples) => void received.push(examples),
    });
    const levels = Uint8Array.from(received.flatMap((examples) => [...examples.levels]));
    assert.deepEqual(
      predictions(await model.logits(scaleToBounds(levels, bytes, unit)), 2),
      await predictedAfter(1),
    );
    assert.ok(levels.every((level, index) => Math.abs(level - inputs[index]!) <= 1));
  });
});

test('clean values between levels: what no level within ε can stand for is measured beyond it', async () => {
  // Every value lies half way between two levels.
  const values = Float32Array.from(inputs, (byte) => (Math.min(byte, 254) + 0.5) / 255);
  const between = createMemoryDataset({
    shape: [features],
    classCount: 2,
    inputs: values,
    labels,
    range: unit,
  });
  const run = async (radius: number) => {
    const settings = attackSettings(fgsm, { radius: radius / 255 });
    const plan = { dataset: between, indices, batchSize: 32, whiteBox: [model], eightBit: true };
    const { attacks } = await evaluate({ ...plan, attacks: [{ attack: fgsm, settings }] });
    return Math.max(...(attacks[0]?.roundedPerturbation?.linf ?? [NaN])) * 255;
  };
  assert.ok(Math.abs((await run(0.25)) - 0.5) < 1e-4);
  assert.ok(Math.abs((await run(0.5)) - 0.5) < 1e-4);
  assert.ok(Math.abs((await run(1.4)) - 0.5) < 1e-4);
  assert.ok(Math.abs((await run(1.6)) - 1.5) < 1e-4);
});

test('targets: the label itself is left out, the others reach it where the closed form does', async () => {
  const epsilon = 24;
  const edges = clean.map((value, index) => {
    const moved = Math.fround(value + towardsSecond[index % features]! * Math.fround(epsilon / 255));
    return Math.min(Math.max(moved, 0), 1);
  });
  const led = predictions(await model.logits(edges), 2);
  for (const [rule, own] of [
    ['true', labels],
    ['predicted', [...truth]],
  ] as const) {
    const { attacks } = await attackedBy(fgsm, epsilon, { target: 1, label: rule });
    const [{ targetCounts, perturbation, score } = assert.fail()] = attacks;
    const possible = own.filter((label) => label !== 1).length;
    const reached = led.filter((label, example) => label === 1 && own[example] !== 1).length;
    // Who is of the target's class stays clean.
    const stayed = truth.filter((label, example) => label === 1 && own[example] === 1).length;
    assert.ok(Math.min(reached, possible - reached, stayed) > 0, [reached, possible, stayed].join());
    assert.deepEqual(targetCounts, { possible, reached, predicted: reached + stayed });
    assert.equal(score.predictions.filter((label) => label === 1).length, reached + stayed);
    own.forEach((label, example) => {
      assert.equal(perturbation.linf[example] === 0, label === 1);
    });
  }
});

test('classes of logit −∞ change nothing for the others: not the attack, its errors, nor its targets', async () => {
  const never = -Infinity;
  const masked = createLinearModel({
    name: 'masked',
    inputShape: [features],
    weights: [...model.weights, model.weights[0]!.map(() => 1)],
    biases: [0, middle, never],
  });
  assert.ok((await masked.logits(clean)).includes(never));
  for (const given of [
    {},
    { label: 'predicted' as const },
    { target: 'least-likely' as const },
    { target: 1 },
  ]) {
    const settings = attackSettings(ifgsm, { radius: 24 / 255, ...given });
    const outcomeOf = async (own: typeof model) => {
      const attacks = [{ attack: ifgsm, settings }];
      const plan = { dataset, indices, batchSize: 32, whiteBox: [own], attacks, eightBit: true };
      const { attacks: outcomes, clean: cleans } = await evaluate(plan);
      const { score, rounded, perturbation, targets, targetCounts } = outcomes[0]!;
      return { clean: cleans[0]!.score, score, rounded, perturbation, targets, targetCounts };
    };
    assert.deepEqual(await outcomeOf(masked), await outcomeOf(model));
  }
});

test('a label of logit −∞ is an error, whatever the attack', async () => {
  const masked = createLinearModel({
    name: 'masked',
    inputShape: [features],
    weights: model.weights,
    biases: [0, -Infinity],
  });
  const plan = { dataset, indices, batchSize: 32, whiteBox: [masked] };
  const { clean: cleans } = await evaluate({ ...plan, attacks: [] });
  const seconds = labels.filter((label) => label === 1).length;
  assert.equal(cleans[0]?.score.losses.filter((loss) => loss === Infinity).length, seconds);
  assert.equal(cleans[0].score.top1Errors, seconds);
  assert.equal(cleans[0].score.meanLoss, Infinity);
  const settings = attackSettings(fgsm, { target: 1 });
  await assert.rejects(
    evaluate({ ...plan, attacks: [{ attack: fgsm, settings }] }),
    /cannot be led to the target class 1: the model gives it the logit -Infinity/,
  );
});
