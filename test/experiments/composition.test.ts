/** How the parts of a result are made of what was evaluated. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attackSettings } from '../../src/attacks/settings.ts';
import { attackOf } from '../../src/attacks/index.ts';
import { runAttackBenchmark } from '../../src/experiments/attack-benchmark.ts';
import { describeAttack } from '../../src/experiments/attacks.ts';
import { describeData } from '../../src/experiments/data.ts';
import { describeModels } from '../../src/experiments/models.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { wrapFunction } from '../../src/classifier/wrap.ts';
import type { ModelDescription } from '../../src/models/open.ts';
import { derive } from '../../src/results/derive.ts';
import { planHash } from '../../src/results/plan.ts';
import type { Result, ResultModel } from '../../src/results/result.ts';
import { validateResult } from '../../src/results/validate.ts';
import { createMemoryDataset, randomBytes } from '../evaluation/memory-dataset.ts';

const run = (id: string, radius: number, parameters: Record<string, number> = {}) => {
  const attack = attackOf(id);
  return { attack, settings: attackSettings(attack, { radius, parameters }) };
};

describe('attacks', () => {
  test('ids say what differs from the defaults, and nothing else', () => {
    const targeted = run('fgsm', 4 / 255);
    assert.deepEqual(
      [
        run('fgsm', 4 / 255),
        run('ifgsm', 0.1),
        run('ifgsm', 8 / 255, { steps: 5 }),
        run('ifgsm', 8 / 255, { steps: 5, stepSize: 2 / 255 }),
        { ...targeted, settings: { ...targeted.settings, target: 3, label: 'predicted' as const } },
      ].map((each) => describeAttack(each).id),
      [
        'fgsm@linf:4/255',
        'ifgsm@linf:25.5/255',
        'ifgsm[steps=5]@linf:8/255',
        'ifgsm[steps=5,stepSize=2/255]@linf:8/255',
        'fgsm[target=3,label=predicted]@linf:4/255',
      ],
    );
  });

  test('a description holds every setting', () => {
    const iterated = run('ifgsm', 8 / 255, { steps: 5, stepSize: 0.01 });
    assert.deepEqual(describeAttack(iterated), {
      id: 'ifgsm[steps=5,stepSize=2.55/255]@linf:8/255',
      method: 'ifgsm',
      title: 'I-FGSM',
      citation: attackOf('ifgsm').citation,
      access: 'gradient',
      aim: 'bounded',
      norm: 'linf',
      radius: { text: '8/255', value: 8 / 255, unit: 'fraction of range' },
      label: 'true',
      target: null,
      parameters: { steps: 5, stepSize: 0.01 },
    });
    const single = run('fgsm', 0.1);
    const targeted = { ...single, settings: { ...single.settings, target: 3, label: 'predicted' as const } };
    const described = describeAttack(targeted);
    assert.deepEqual([described.target, described.label, described.parameters], ['3', 'predicted', {}]);
  });
});

/** Four values as parts of their sum. */
function probabilitiesOf(inputs: Float32Array): Float32Array {
  return inputs.map((value, index) => {
    const start = index - (index % 4);
    return (value + 1) / (4 + inputs.subarray(start, start + 4).reduce((a, b) => a + b, 0));
  });
}

/** Classifies by which of the first values is greatest; no gradient. */
const byValue = (name: string) =>
  wrapFunction({
    name,
    inputShape: [1, 2, 2],
    classCount: 4,
    bounds: { lower: 0, upper: 255 },
    logits: (inputs) => inputs,
  });

describe('the whole', () => {
  const dataset = {
    ...createMemoryDataset({
      shape: [1, 2, 2],
      classCount: 4,
      inputs: randomBytes(1, 20 * 4),
      labels: Array.from({ length: 20 }, (_, index) => index % 4),
    }),
    hash: () => Promise.resolve('a'.repeat(64)),
  };
  const benchmark = {
    models: [{ id: 'one', classifier: byValue('one') }],
    whiteBox: ['one'],
    attacks: [],
    dataset,
    indices: Int32Array.from({ length: 20 }, (_, index) => index),
    selection: { limit: null, indices: null },
    seed: 'a word',
    batchSize: 8,
    engine: { name: 'function', provider: 'javascript', runtime: 'none' },
    threads: null,
  };

  test('a function without gradient is scored on clean data; the result is valid and has no top-5 of four classes', async () => {
    const result: Result = await validateResult(await runAttackBenchmark(benchmark), 'result');
    assert.equal(result.models[0]?.format, 'function');
    assert.equal(result.models[0].file, null);
    const { evaluations } = derive(result);
    assert.equal(evaluations[0]?.top5, null);
    assert.equal(evaluations.length, 1);
    assert.equal(result.part, null);
    assert.equal(result.plan, planHash(result));
    assert.ok(result.run.durationMs > 0);
    assert.ok(result.run.timings[0]!.examplesPerSecond! > 0);
  });

  test('a class of logit −∞ leaves a result that is valid and can be read again', async () => {
    const masked = wrapFunction({
      name: 'one',
      inputShape: [1, 2, 2],
      classCount: 5,
      bounds: { lower: 0, upper: 255 },
      logits: (inputs, count) =>
        Array.from({ length: 5 * count }, (_, place) =>
          place % 5 === 4 ? -Infinity : inputs[4 * Math.floor(place / 5) + (place % 5)]!,
        ),
    });
    const made = await runAttackBenchmark({ ...benchmark, models: [{ id: 'one', classifier: masked }] });
    const result = await validateResult(JSON.parse(JSON.stringify(made)), 'result');
    assert.deepEqual([result.clean[0]?.logits?.leastSum, result.clean[0]?.logits?.greatestSum], [null, null]);
    assert.deepEqual(result, made);
  });

  test('a white-box attack on it is refused, the black box offered', async () => {
    await assert.rejects(runAttackBenchmark({ ...benchmark, attacks: [run('fgsm', 4 / 255)] }), {
      name: 'InputError',
      message: /needs input gradients and the model one has none.*black-box/,
    });
  });

  test('an aborted signal ends it with its reason', async () => {
    const reason = new Error('enough');
    await assert.rejects(runAttackBenchmark({ ...benchmark, signal: AbortSignal.abort(reason) }), reason);
  });

  test('a function states of its reading what is known, the bounds', () => {
    const [plain] = describeModels(benchmark);
    assert.deepEqual(plain?.bounds, { lower: 0, upper: 255 });
    for (const field of ['layout', 'normalization', 'fixedBatch', 'notes', 'approximateGradient', 'check']) {
      assert.ok(!(field in plain), field);
    }
  });

  test('a file states all that changes its numbers', () => {
    const check = { examples: 2, tolerance: 1e-3, optimisedAgainstUnoptimised: 1e-7, batchOpened: true };
    const description: ModelDescription = {
      name: 'one',
      file: 'one.onnx',
      sha256: 'a'.repeat(64),
      format: 'onnx',
      program: {
        kind: 'graph',
        graph: { name: 'one', inputs: [], outputs: [], nodes: [], initializers: new Map() },
        fixedBatch: 1,
      },
      inputShape: [1, 2, 2],
      classCount: 4,
      outputs: 'softmax removed',
      parameterCount: 5,
      producer: '',
      normalization: { mean: [0.5], std: [0.25] },
      layout: 'channels-last',
      notes: ['something was done'],
    };
    const [model] = benchmark.models;
    const stated = (known: Partial<ModelDescription>, found: Partial<Classifier>): ResultModel => {
      const classifier = { ...model!.classifier, ...found };
      const models = [{ ...model!, classifier, description: { ...description, ...known } }];
      return describeModels({ ...benchmark, models })[0]!;
    };
    const {
      outputs,
      layout,
      normalization,
      fixedBatch,
      notes,
      approximateGradient,
      check: found,
    } = stated({}, { check, notes: ['something was found'] });
    assert.deepEqual(
      { outputs, layout, normalization, fixedBatch, notes, approximateGradient, found },
      {
        outputs: 'softmax removed',
        layout: 'channels-last',
        normalization: { mean: [0.5], std: [0.25] },
        fixedBatch: 1,
        notes: ['something was done', 'something was found'],
        approximateGradient: null,
        found: check,
      },
    );
    assert.ok(!('check' in stated({}, {})));
    const approximate = stated({ approximateGradient: 'straight-through' }, {});
    assert.equal(approximate.approximateGradient, 'straight-through');
  });

  test('data state their range, and their settings where they have any', async () => {
    assert.deepEqual((await describeData(dataset)).range, { lower: 0, upper: 255 });
    assert.ok(!('settings' in (await describeData(dataset))));
    const settings = { imageSize: 8, resized: true, order: 'numeric' };
    assert.deepEqual((await describeData({ ...dataset, settings })).settings, settings);
  });

  test('outputs declared to be logits are attacked with a warning where they look like probabilities', async () => {
    const soft = wrapFunction({
      name: 'soft',
      inputShape: [1, 2, 2],
      classCount: 4,
      bounds: { lower: 0, upper: 255 },
      logits: probabilitiesOf,
      lossGradient: (inputs, labels) => ({
        losses: new Float32Array(labels.length),
        gradients: inputs.map(Math.sqrt),
        logits: probabilitiesOf(inputs),
      }),
    });
    const attacks = [run('fgsm', 4 / 255)];
    const models = [{ id: 'one', classifier: soft }];
    await assert.rejects(runAttackBenchmark({ ...benchmark, attacks, models }), /soft are probabilities/);
    const declared = models.map((model) => ({ ...model, declaredLogits: true }));
    const { warnings } = await runAttackBenchmark({ ...benchmark, attacks, models: declared });
    assert.ok(warnings.some(({ text }) => /^the outputs of soft look like probabilities/.test(text)));
  });

  test('roles', () => {
    const models = ['a', 'b', 'c'].map((id) => ({ id, classifier: byValue(id) }));
    const roles = describeModels({
      ...benchmark,
      models,
      whiteBox: ['a', 'b'],
      blackBox: { source: 'a', targets: ['c'] },
    });
    assert.deepEqual(
      roles.map((model) => model.roles),
      [['source', 'target'], ['target'], ['target']],
    );
  });
});
