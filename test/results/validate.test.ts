import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { canonicalJson } from '../../src/results/canonical.ts';
import { readResult, writeResult } from '../../src/results/file.ts';
import type { Result } from '../../src/results/result.ts';
import { validateResult } from '../../src/results/validate.ts';
import { earlierResult, errorRate, exampleResult, targetedResult } from './example-result.ts';

const folder = await mkdtemp(join(tmpdir(), 'robust-bench-results-'));
after(() => rm(folder, { recursive: true }));

type Draft = Record<string, never> & Result;

/** The message that a changed example result is refused with; fails when it is accepted or takes two lines. */
async function refusalOf(change: (draft: Draft) => void): Promise<string> {
  const draft = exampleResult() as Draft;
  change(draft);
  return messageOfRefusal(() => validateResult(draft, 'r.json'));
}

async function messageOfRefusal(attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt();
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    assert.ok(!/[\r\n]/.test(error.message), error.message);
    return error.message;
  }
  assert.fail('it was accepted');
}

/** Sets a field to a value that its type forbids. */
function set(target: object, field: string, value: unknown): void {
  (target as Record<string, unknown>)[field] = value;
}

test('the example result is valid, with and without optional fields', async () => {
  const result = exampleResult();
  assert.equal(await validateResult(result, 'r.json'), result);
  delete result.models[0]!.training;
  result.data.classNames = Array.from({ length: 10 }, (_, index) => `class ${String(index)}`);
  result.seed = 'a text';
  await validateResult(result, 'r.json');
});

test('a result that does not record how things were read, as earlier versions wrote it, is valid as it is', async () => {
  const result = earlierResult();
  assert.equal(await validateResult(result, 'r.json'), result);
});

test('a targeted result is valid, and so is one whose examples could not be led anywhere', async () => {
  const result = targetedResult();
  assert.equal(await validateResult(result, 'r.json'), result);
  assert.equal(result.evaluations[3]!.targetsPossible, 36);
  const nowhere = targetedResult();
  for (const evaluation of nowhere.evaluations.filter(({ attack }) => attack === 'fgsm')) {
    evaluation.outcomes.targets = evaluation.outcomes.targets!.map(() => null);
    Object.assign(evaluation, { targetsReached: 0, targetsPossible: 0, targetRate: null });
  }
  await validateResult(nowhere, 'r.json');
});

const schemaCases: readonly [string, (draft: Draft) => void, RegExp][] = [
  [
    'a missing field',
    (r) => {
      set(r, 'seed', undefined);
    },
    /^r\.json is not a valid result: the whole lacks the field "seed"$/,
  ],
  [
    'an unknown field',
    (r) => {
      set(r.models[1]!, 'colour', 'red');
    },
    /: \/models\/1 has the unknown field "colour"$/,
  ],
  [
    'a wrong type',
    (r) => {
      set(r.evaluations[0]!, 'count', '40');
    },
    /: \/evaluations\/0\/count is "40", expected a whole number$/,
  ],
  [
    'a fraction for a count',
    (r) => {
      set(r.examples, 'count', 1.5);
    },
    /\/examples\/count is 1\.5, expected a whole number/,
  ],
  [
    'an unknown word',
    (r) => {
      set(r.attacks[0]!, 'norm', 'L7');
    },
    /\/attacks\/0\/norm is "L7", expected one of "Linf"/,
  ],
  [
    'a number out of range',
    (r) => {
      set(r.attacks[0]!, 'epsilon', 4);
    },
    /\/attacks\/0\/epsilon is 4, expected a number <= 1/,
  ],
  [
    'NaN',
    (r) => {
      set(r.run, 'durationMs', NaN);
    },
    /\/run\/durationMs is NaN, expected a number/,
  ],
  [
    'a bad hash',
    (r) => {
      set(r.data, 'sha256', 'xyz');
    },
    /\/data\/sha256 is "xyz", expected this: A SHA-256 digest, 64 lower-case/,
  ],
  [
    'a path for a file name',
    (r) => {
      set(r.models[0]!, 'file', 'a/b.onnx');
    },
    /\/models\/0\/file is "a\/b\.onnx", expected this: The base name/,
  ],
  [
    'a control character',
    (r) => {
      set(r.models[0]!, 'name', 'a\u001b[31m');
    },
    /\/models\/0\/name is "a\\u001b\[31m", expected/,
  ],
  [
    'an empty list',
    (r) => {
      set(r, 'models', []);
    },
    /\/models is an empty list, expected a list of at least 1/,
  ],
  [
    'neither object nor null',
    (r) => {
      set(r.evaluations[0]!, 'perturbation', 5);
    },
    /\/evaluations\/0\/perturbation is 5, expected an object or null$/,
  ],
  [
    'a fault inside a choice with null',
    (r) => {
      set(r.evaluations[4]!.top5!, 'errors', -1);
    },
    /: \/evaluations\/4\/top5\/errors is -1, expected a number >= 0$/,
  ],
  [
    'a standard deviation of 0',
    (r) => {
      set(r.models[2]!.normalization!, 'std', [0]);
    },
    /\/models\/2\/normalization\/std\/0 is 0, expected a number > 0/,
  ],
  [
    'a setting of the data that is no plain value',
    (r) => {
      set(r.data.settings!, 'crop', [1, 2]);
    },
    /\/data\/settings\/crop is a list of 2, expected a text or a number or true or false$/,
  ],
  [
    'a setting of several lines',
    (r) => {
      set(r.data.settings!, 'crop', 'a\nb');
    },
    /\/data\/settings\/crop is "a\\nb", expected this: A number, true or false, or text of one line/,
  ],
  [
    'a date that is none',
    (r) => {
      set(r.run, 'startedAt', 'today');
    },
    /\/run\/startedAt is "today", expected this: When it started, ISO 8601/,
  ],
  [
    'many faults',
    (r) => {
      r.evaluations.forEach((e) => {
        set(e, 'count', 'x');
      });
    },
    /(?:; [^;]*){2}; and \d+ more$/,
  ],
];

for (const [name, change, message] of schemaCases) {
  test(`the schema refuses ${name}`, async () => {
    assert.match(await refusalOf(change), message);
  });
}

test('what is no result, or one of another version, is refused as such', async () => {
  for (const value of [null, 5, 'text', [], {}, { schema: 5 }, { schema: 'other/1' }]) {
    const message = await messageOfRefusal(() => validateResult(value, 'r.json'));
    assert.match(
      message,
      /^r\.json is no robust-bench result: its field "schema" is .+, expected "robust-bench\/result\/1"$/,
    );
  }
  const message = await refusalOf((r) => {
    set(r, 'schema', 'robust-bench/result/2');
  });
  assert.match(
    message,
    /has the format "robust-bench\/result\/2" and this version reads "robust-bench\/result\/1"/,
  );
});

const inconsistent: readonly [string, (draft: Draft) => void, RegExp][] = [
  [
    'too few indices',
    (r) => r.examples.indices.pop(),
    /\/examples\/indices has 39 entries, expected one for each of the 40/,
  ],
  ['too many labels', (r) => r.examples.labels.push(1), /\/examples\/labels has 41 entries/],
  [
    'an index beyond the split',
    (r) => (r.examples.indices[2] = 2000),
    /\/examples\/indices\/2 is 2000, but the split has only 2000/,
  ],
  [
    'an example named twice',
    (r) => (r.examples.indices[1] = 0),
    /\/examples\/indices names an example twice/,
  ],
  [
    'a label beyond the classes',
    (r) => (r.examples.labels[3] = 10),
    /\/examples\/labels\/3 is 10, but there are only 10 classes/,
  ],
  [
    'a class without a name',
    (r) => (r.data.classNames = ['one']),
    /\/data\/classNames has 1 names for 10 classes/,
  ],
  [
    'two models of one id',
    (r) => (r.models[1]!.id = 'erm-1'),
    /\/models\/1\/id is "erm-1", as is that of an earlier entry/,
  ],
  ['two attacks of one id', (r) => (r.attacks[1]!.id = 'fgsm'), /\/attacks\/1\/id is "fgsm"/],
  ['bounds the wrong way round', (r) => (r.models[0]!.bounds.upper = 0), /\/models\/0\/bounds are 0 to 0/],
  [
    'a model of too few classes',
    (r) => (r.models[0]!.classCount = 9),
    /\/models\/0\/classCount is 9, fewer than the 10/,
  ],
  [
    'a target rule without being targeted',
    (r) => (r.attacks[0]!.target = 'next'),
    /\/attacks\/0\/target is "next", but targeted is false/,
  ],
  [
    'an unknown target',
    (r) => (r.evaluations[0]!.target = 'x'),
    /\/evaluations\/0\/target is "x", which is no id in \/models/,
  ],
  [
    'an unknown attack',
    (r) => (r.evaluations[3]!.attack = 'x'),
    /\/evaluations\/3\/attack is "x", which is no id in \/attacks/,
  ],
  [
    'an unknown source',
    (r) => (r.evaluations[3]!.source = 'x'),
    /\/evaluations\/3\/source is "x", which is no id in \/models/,
  ],
  ['a white box of two models', (r) => (r.evaluations[3]!.source = 'mixup'), /is no white-box setting/],
  ['a black box of one model', (r) => (r.evaluations[9]!.source = 'erm-2'), /is no black-box setting/],
  [
    'a source without the role',
    (r) => (r.models[0]!.roles = ['target']),
    /\/source is "erm-1", which lacks the role source/,
  ],
  [
    'an attack on clean examples',
    (r) => (r.evaluations[0]!.attack = 'fgsm'),
    /\/evaluations\/0\/attack is given, but a clean/,
  ],
  [
    'an attack without a perturbation',
    (r) => (r.evaluations[3]!.perturbation = null),
    /\/evaluations\/3\/perturbation is null, but the setting is white-box/,
  ],
  [
    'targets reached without any',
    (r) => (r.evaluations[3]!.targetsReached = 1),
    /targetsReached is 1, but the attack "fgsm" is untargeted/,
  ],
  [
    'means without their standard deviations',
    (r) => r.models[2]!.normalization!.mean.push(0.5),
    /\/models\/2\/normalization has 2 means and 1 standard deviations/,
  ],
  [
    'possible targets without any',
    (r) => (r.evaluations[3]!.targetsPossible = 1),
    /targetsPossible is given, but the attack "fgsm" is untargeted/,
  ],
  [
    'a list of targets without any',
    (r) => (r.evaluations[3]!.outcomes.targets = []),
    /outcomes\/targets is given, but the attack "fgsm" is untargeted/,
  ],
  [
    'targets of clean examples',
    (r) => (r.evaluations[0]!.targetsPredicted = 1),
    /\/evaluations\/0\/targetsPredicted is given, but a clean evaluation has none/,
  ],
  [
    'an 8-bit perturbation over epsilon',
    (r) => (r.evaluations[3]!.rounded8Bit!.perturbation!.linf.max = 0.0158),
    /rounded8Bit\/perturbation\/linf\/max is 0\.0158, above the attack's epsilon/,
  ],
  ['an evaluation given twice', (r) => r.evaluations.push(r.evaluations[0]!), /\/evaluations\/13 repeats/],
  [
    'a perturbation over epsilon',
    (r) => (r.evaluations[3]!.perturbation!.linf.max = 0.0158),
    /linf\/max is 0\.0158, above the attack's epsilon/,
  ],
  [
    'a mean over the max',
    (r) => (r.evaluations[3]!.perturbation!.l2.mean = 1),
    /l2\/mean is 1, above the max/,
  ],
  [
    'another number of examples',
    (r) => (r.evaluations[0]!.count = 41),
    /\/evaluations\/0\/count is 41, but \/examples\/count is 40/,
  ],
  [
    'too few outcomes',
    (r) => r.evaluations[0]!.outcomes.ranks.pop(),
    /\/evaluations\/0\/outcomes\/ranks has 39 entries/,
  ],
  [
    'a prediction beyond the classes',
    (r) => (r.evaluations[0]!.outcomes.predictions[0] = 10),
    /predictions\/0 is 10, but the model has only 10/,
  ],
  [
    'a rank that the prediction denies',
    (r) => (r.evaluations[0]!.outcomes.ranks[1] = 2),
    /ranks\/1 is 2, but the prediction is 7 and the label 7/,
  ],
  [
    'errors that the ranks deny',
    (r) => (r.evaluations[0]!.top1 = errorRate(5)),
    /\/evaluations\/0\/top1\/errors is 5, but the ranks say 4/,
  ],
  [
    'top-5 errors that the ranks deny',
    (r) => (r.evaluations[0]!.top5 = errorRate(7)),
    /\/evaluations\/0\/top5\/errors is 7, but the ranks say/,
  ],
  [
    'a rate that is not errors by count',
    (r) => (r.evaluations[0]!.top1.rate = 0.11),
    /top1\/rate is 0\.11, but 4 errors of 40 make 0\.1/,
  ],
  [
    'an interval beside its rate',
    (r) => (r.evaluations[0]!.top1.interval.lower = 0.2),
    /top1\/interval is 0\.2 to .*, which does not hold the rate 0\.1/,
  ],
  [
    'no top-5 error of ten classes',
    (r) => (r.evaluations[0]!.top5 = null),
    /\/evaluations\/0\/top5 is null, but the model has 10 classes/,
  ],
  [
    'more rounded errors than examples',
    (r) => (r.evaluations[3]!.rounded8Bit!.top1 = { ...errorRate(40), errors: 41 }),
    /rounded8Bit\/top1\/errors is 41, more than the 40/,
  ],
  [
    'a comparison with nothing',
    (r) => (r.comparisons[0]!.baseline = 'x'),
    /\/comparisons\/0\/baseline is "x", of which \/evaluations has no such top1/,
  ],
  [
    'a ratio that the errors deny',
    (r) => (r.comparisons[0]!.accuracyRatio = 2),
    /\/comparisons\/0\/accuracyRatio is 2, but the evaluations make 4/,
  ],
  [
    'a ratio where there is none',
    (r) => (r.comparisons[1]!.accuracyRatio = 2),
    /\/comparisons\/1\/accuracyRatio is 2, but the evaluations make null/,
  ],
  [
    'a ratio without its interval',
    (r) => (r.comparisons[0]!.interval = null),
    /\/comparisons\/0\/interval is null, but accuracyRatio is 4/,
  ],
  [
    'a white-box comparison with a source',
    (r) => (r.comparisons[0]!.source = 'erm-1'),
    /\/comparisons\/0\/source is "erm-1", but the setting is white-box/,
  ],
];

const wrongTargets: readonly [string, (evaluation: Draft['evaluations'][number]) => unknown, RegExp][] = [
  ['no rate', (e) => delete e.targetRate, /\/outcomes\/targets is given, but targetRate is not$/],
  [
    'more reached than possible',
    (e) => Object.assign(e, { targetsReached: 38 }),
    /targetsReached is 38, more than the 36 of targetsPossible/,
  ],
  ['more possible than examples', (e) => (e.targetsPossible = 41), /targetsPossible is 41 of 40 examples/],
  [
    'more predicted than there can be',
    (e) => (e.targetsPredicted = 40),
    /targetsPredicted is 40, which .* 40 examples cannot make/,
  ],
  [
    'a rate that the counts deny',
    (e) => (e.targetRate!.rate = 0.5),
    /targetRate\/rate is 0\.5, but \d+ of 36 make/,
  ],
  ['a rate of nothing', (e) => (e.targetRate = null), /targetRate is null, but targetsPossible is 36/],
  [
    'too few targets',
    (e) => e.outcomes.targets!.pop(),
    /outcomes\/targets has 39 entries, expected one for each of the 40/,
  ],
  [
    'a target that the attack does not have',
    (e) => (e.outcomes.targets![0] = 5),
    /outcomes\/targets\/0 is 5, but the target is 4 of 10 classes/,
  ],
  [
    'counts that the outcomes deny',
    (e) => (e.outcomes.targets![0] = null),
    /targetsPossible is 36, but the outcomes say 35/,
  ],
];

for (const [name, change, message] of wrongTargets) {
  test(`the checks beyond the schema refuse targets with ${name}`, async () => {
    const draft = targetedResult();
    change(draft.evaluations[3]!);
    const refusal = await messageOfRefusal(() => validateResult(draft, 'r.json'));
    assert.match(refusal, /^r\.json contradicts itself: /);
    assert.match(refusal, message);
  });
}

for (const [name, change, message] of inconsistent) {
  test(`the checks beyond the schema refuse ${name}`, async () => {
    const refusal = await refusalOf(change);
    assert.match(refusal, /^r\.json contradicts itself: /);
    assert.match(refusal, message);
  });
}

test('with five classes or fewer there is no top-5 error', async () => {
  const result = exampleResult();
  const small = { ...result, comparisons: [], attacks: [], evaluations: result.evaluations.slice(0, 1) };
  small.data = { ...small.data, classes: 5 };
  small.models = small.models.map((model) => ({ ...model, classCount: 5 }));
  small.examples = { ...small.examples, labels: small.examples.labels.map(() => 1) };
  const outcomes = { predictions: small.examples.labels, ranks: small.examples.labels.map(() => 0) };
  const evaluation = { ...small.evaluations[0]!, top1: errorRate(0), top5: null, outcomes };
  await validateResult({ ...small, evaluations: [evaluation] }, 'r.json');
  const given = { ...small, evaluations: [{ ...evaluation, top5: errorRate(0) }] };
  assert.match(
    await messageOfRefusal(() => validateResult(given, 'r.json')),
    /top5 is given, but the model has 5 classes/,
  );
});

test('what is written is canonical and reads back equal', async () => {
  const path = join(folder, 'deep', 'result.json');
  const result = exampleResult();
  await writeResult(path, result);
  assert.equal(await readFile(path, 'utf8'), canonicalJson(result));
  assert.deepEqual(await readResult(path), result);
});

test('an invalid result is not written', async () => {
  const path = join(folder, 'never.json');
  const result = exampleResult();
  result.examples.labels.pop();
  assert.match(
    await messageOfRefusal(() => writeResult(path, result)),
    /the result to be written contradicts/,
  );
  assert.ok(!(await readdir(folder)).includes('never.json'));
});

test('files that are missing, truncated or not text are refused in one line', async () => {
  assert.match(await messageOfRefusal(() => readResult(join(folder, 'none.json'))), /there is no such file$/);
  const path = join(folder, 'bad.json');
  const whole = canonicalJson(exampleResult());
  for (const content of ['', 'not\njson\n', whole.slice(0, 500), Buffer.from([0xff, 0xfe, 0x00])]) {
    await writeFile(path, content);
    assert.match(
      await messageOfRefusal(() => readResult(path)),
      /bad\.json is no valid JSON \(.+\): is the file whole/,
    );
  }
});
