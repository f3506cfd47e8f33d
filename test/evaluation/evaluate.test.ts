import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type GivenSettings, attackSettings } from '../../src/attacks/settings.ts';
import { roundingTolerance } from '../../src/attacks/balls/sizes.ts';
import { fgsm } from '../../src/attacks/gradient/fgsm.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import { predictions } from '../../src/classifier/oracle.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { roundTo8Bit, scaleToBounds } from '../../src/data/scale.ts';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import { scoreRows } from '../../src/evaluation/score.ts';
import type { Evaluation } from '../../src/evaluation/outcomes.ts';
import type { AdversarialExamples, EvaluationPlan, Progress } from '../../src/evaluation/plan.ts';
import { createLinearModel, randomLinearModel, withoutGradient } from '../attacks/linear-classifier.ts';
import { createMemoryDataset, randomBytes } from './memory-dataset.ts';
import { crossEntropyOf } from '../../src/classifier/objective.ts';

const shape = [3, 2, 2];
const size = 12;
const count = 50;
const classCount = 7;

const unit = { lower: 0, upper: 1 };
const bytes = { lower: 0, upper: 255 };
const first = randomLinearModel(1, classCount, shape, { name: 'first', bounds: unit, scale: 2 });
const second = randomLinearModel(2, classCount, shape, { name: 'second', bounds: unit, scale: 2 });
/** The model `second` for inputs in [0, 255]. */
const secondOnBytes = createLinearModel({
  name: 'second-on-bytes',
  inputShape: shape,
  bounds: bytes,
  weights: second.weights.map((row) => row.map((weight) => weight / 255)),
});

/** Labels that `first` gets right, every seventh spoiled. */
const inputs = randomBytes(3, count * size);
const truth = predictions(await first.logits(scaleToBounds(inputs, bytes, unit)), classCount);
const labels = [...truth].map((label, index) => (index % 7 === 0 ? (label + 2) % classCount : label));
const dataset = createMemoryDataset({ shape, classCount, inputs, labels });
const all = Int32Array.from({ length: count }, (_, index) => index);
/** Not a whole number of levels, so that rounding to 8 bits changes the examples. */
const epsilon = 16.4 / 255;
const run = (attack: typeof fgsm, given: GivenSettings = {}) => ({
  attack,
  settings: attackSettings(attack, { radius: epsilon, ...given }),
});

const plan: EvaluationPlan = {
  dataset,
  indices: all,
  batchSize: 16,
  whiteBox: [first, second],
  blackBox: { source: first, targets: [second, secondOnBytes] },
  eightBit: true,
  attacks: [run(fgsm), run(ifgsm), run(ifgsm, { target: 'random', seed: 4 })],
};

function find(evaluation: Evaluation, source: string, target: string, attack = 0) {
  const found = evaluation.attacks.find(
    (outcome) =>
      outcome.source === source && outcome.target === target && outcome.run === plan.attacks[attack],
  );
  assert.ok(found);
  return found;
}

describe('evaluate', async () => {
  const evaluation = await evaluate(plan);

  test('lists every model clean, then white box before black box', () => {
    assert.deepEqual(
      evaluation.clean.map(({ model }) => model),
      ['first', 'second', 'second-on-bytes'],
    );
    assert.equal(evaluation.clean[0]!.score.top1Errors, 8);
    assert.deepEqual([...evaluation.labels], labels);
    assert.deepEqual(
      evaluation.attacks.map(({ box, source, target, run: { attack } }) =>
        [box, source, target, attack.id].join(' '),
      ),
      [
        'white first first fgsm',
        'white first first ifgsm',
        'white first first ifgsm',
        'white second second fgsm',
        'white second second ifgsm',
        'white second second ifgsm',
        'black first second fgsm',
        'black first second-on-bytes fgsm',
        'black first second ifgsm',
        'black first second-on-bytes ifgsm',
        'black first second ifgsm',
        'black first second-on-bytes ifgsm',
      ],
    );
  });

  test('agrees with the attack run by hand on the whole set', async () => {
    const clean = scaleToBounds(inputs, bytes, unit);
    const made = await fgsm.perturb(
      first,
      { inputs: clean, labels: Int32Array.from(labels), indices: all },
      plan.attacks[0]!.settings,
    );
    for (const target of [first, second]) {
      const outcome = find(evaluation, 'first', target.name);
      assert.deepEqual(outcome.score.predictions, predictions(await target.logits(made.inputs), classCount));
      assert.deepEqual(
        outcome.rounded?.predictions,
        predictions(await target.logits(roundTo8Bit(made.inputs, unit)), classCount),
      );
      assert.equal(
        outcome.score.top1Errors,
        outcome.score.predictions.filter((label, example) => label !== labels[example]).length,
      );
      const { losses } = await target.gradient(made.inputs, crossEntropyOf(Int32Array.from(labels)));
      losses.forEach((loss, example) => {
        assert.ok(Math.abs(loss - outcome.score.losses[example]!) < 1e-4);
      });
      const rounded = await target.logits(roundTo8Bit(made.inputs, unit));
      assert.deepEqual(outcome.rounded.ranks, scoreRows(target, rounded, evaluation.labels, all).ranks);
    }
    const white = find(evaluation, 'first', 'first');
    assert.ok(white.score.top1Errors > 20);
    assert.ok(white.score.top5Errors > 0 && white.score.top5Errors < white.score.top1Errors);
    const delta = made.inputs.map((value, index) => value - clean[index]!);
    all.forEach((example) => {
      const own = delta.subarray(example * size, (example + 1) * size);
      assert.ok(Math.abs(white.perturbation.linf[example]! - Math.max(...own.map(Math.abs))) < 1e-7);
      assert.ok(Math.abs(white.perturbation.l2[example]! - Math.hypot(...own)) < 1e-6);
    });
  });

  test('a target in other units is scored on the same examples', () => {
    for (const attack of [0, 1, 2]) {
      const unitTarget = find(evaluation, 'first', 'second', attack);
      const byteTarget = find(evaluation, 'first', 'second-on-bytes', attack);
      assert.deepEqual(byteTarget.score.ranks, unitTarget.score.ranks);
      assert.ok(unitTarget.rounded);
      assert.deepEqual(byteTarget.rounded, unitTarget.rounded);
      assert.ok(Math.abs(byteTarget.score.meanLoss - unitTarget.score.meanLoss) < 1e-5);
    }
  });

  test('perturbations are parts of the range and within ε, whatever the units', async () => {
    const onBytes = await evaluate({
      ...plan,
      whiteBox: [secondOnBytes],
      blackBox: { source: secondOnBytes, targets: [second] },
    });
    const white = find(onBytes, 'second-on-bytes', 'second-on-bytes');
    assert.deepEqual(white.score.ranks, find(onBytes, 'second-on-bytes', 'second').score.ranks);
    assert.deepEqual(white.score.ranks, find(evaluation, 'second', 'second').score.ranks);
    for (const { perturbation } of [...evaluation.attacks, ...onBytes.attacks]) {
      const greatest = Math.max(...perturbation.linf);
      assert.ok(Math.abs(greatest - epsilon) <= 2 * roundingTolerance('linf', unit, size));
    }
  });

  test('targeted attacks count the examples that reach their target', () => {
    const { targets, led, targetCounts, score } = find(evaluation, 'first', 'first', 2);
    assert.ok(targets && led && targetCounts && targetCounts.reached > 0);
    assert.ok(targets.every((target, example) => target !== labels[example]));
    assert.ok(led.every((isLed) => isLed === 1));
    const reached = score.predictions.filter((label, k) => label === targets[k]).length;
    assert.deepEqual(targetCounts, { possible: count, reached, predicted: reached });
    const untargeted = find(evaluation, 'first', 'first');
    assert.deepEqual([untargeted.targets, untargeted.led, untargeted.targetCounts], [null, null, null]);
  });

  test('the outcomes do not depend on the batch size', async () => {
    for (const batchSize of [1, 7, 1000]) {
      assert.deepEqual(await evaluate({ ...plan, batchSize }), evaluation);
    }
  });

  test('the outcome of an example does not depend on the others chosen, nor on their order', async () => {
    const indices = Int32Array.of(41, 3, 17, 22);
    const part = await evaluate({ ...plan, indices, batchSize: 3 });
    part.attacks.forEach((outcome, position) => {
      const whole = evaluation.attacks[position]!;
      indices.forEach((index, place) => {
        assert.equal(outcome.score.predictions[place], whole.score.predictions[index]);
        assert.equal(outcome.score.ranks[place], whole.score.ranks[index]);
        assert.equal(outcome.rounded!.ranks[place], whole.rounded!.ranks[index]);
        assert.equal(outcome.roundedPerturbation!.linf[place], whole.roundedPerturbation!.linf[index]);
        assert.equal(outcome.gradientCounts[place], whole.gradientCounts[index]);
        assert.equal(outcome.score.losses[place], whole.score.losses[index]);
        assert.equal(outcome.perturbation.l2[place], whole.perturbation.l2[index]);
        assert.equal(outcome.targets?.[place], whole.targets?.[index]);
      });
    });
  });

  test('each source makes its examples once, and hands them over', async () => {
    let gradients = 0;
    const counting: Classifier = {
      ...first,
      gradient: (points, objective) => {
        gradients += points.length / size;
        return first.gradient(points, objective);
      },
    };
    const received: AdversarialExamples[] = [];
    await evaluate({
      ...plan,
      whiteBox: [counting],
      blackBox: { source: counting, targets: [second] },
      attacks: [run(ifgsm)],
      onExamples: (examples) => {
        received.push(examples);
      },
    });
    assert.equal(gradients, 10 * count);
    assert.deepEqual(
      received.flatMap(({ indices }) => [...indices]),
      [...all],
    );
    assert.ok(received.every(({ source, bounds }) => source === 'first' && bounds === unit));
    const adversarial = received.flatMap((examples) => [...examples.adversarial]);
    const clean = received.flatMap((examples) => [...examples.clean]);
    assert.deepEqual(Float32Array.from(clean), scaleToBounds(inputs, bytes, unit));
    const errors = predictions(await first.logits(Float32Array.from(adversarial)), classCount).filter(
      (label, example) => label !== labels[example],
    );
    assert.equal(errors.length, find(evaluation, 'first', 'first', 1).score.top1Errors);
  });

  test('progress grows to the total', async () => {
    const seen: Progress[] = [];
    await evaluate({ ...plan, onProgress: (progress) => seen.push(progress) });
    assert.equal(seen.at(-1)?.completed, seen.at(-1)?.total);
    assert.equal(seen.at(-1)?.total, count * (3 + 2 * 3));
    assert.ok(seen.every(({ completed }, k) => k === 0 || completed > seen[k - 1]!.completed));
    assert.equal(seen[0]?.task, 'clean inputs on first');
    assert.equal(seen[3]?.task, 'FGSM on first');
  });

  test('an aborted evaluation throws the reason', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    const promise = evaluate({
      ...plan,
      signal: controller.signal,
      onProgress: ({ task }) => {
        if (task.startsWith('I-FGSM')) controller.abort(reason);
      },
    });
    await assert.rejects(promise, reason);
  });

  test('clean scores alone need no attack and no gradient', async () => {
    const plain = withoutGradient(first);
    const { clean, attacks } = await evaluate({
      dataset,
      indices: all,
      batchSize: 9,
      whiteBox: [plain],
      attacks: [],
    });
    assert.deepEqual(clean[0]?.score, evaluation.clean[0]?.score);
    assert.deepEqual(attacks, []);
    const asTarget = await evaluate({
      ...plan,
      whiteBox: [],
      blackBox: { source: second, targets: [plain] },
    });
    assert.deepEqual(
      asTarget.attacks.map(({ box, target }) => `${box} ${target}`),
      Array(3).fill('black first'),
    );
  });
});
