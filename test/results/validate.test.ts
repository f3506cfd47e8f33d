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
import { encodeColumn } from '../../src/results/column.ts';
import { changed, exampleResult, int32, targetedResult } from './example-result.ts';

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

test('a targeted result is valid, and so is one whose examples could not be led anywhere', async () => {
  const result = targetedResult();
  assert.equal(await validateResult(result, 'r.json'), result);
  result.runs[0]!.targets = int32(new Array<number>(40).fill(-1));
  await validateResult(result, 'r.json');
});

test('a part is valid, and a minimum-norm attack without a radius', async () => {
  const result = exampleResult();
  result.part = { planned: 80, shard: { index: 2, count: 2 }, reason: 'shard' };
  Object.assign(result.attacks[0]!, { aim: 'minimum-norm', norm: 'l2', radius: null });
  await validateResult(result, 'r.json');
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
      set(r.part ?? r.examples, 'count', '40');
    },
    /: \/examples\/count is "40", expected a whole number$/,
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
    /\/attacks\/0\/norm is "L7", expected one of "linf", "l2", "l1", "l0"/,
  ],
  [
    'a number out of range',
    (r) => {
      set(r.attacks[0]!.radius!, 'value', -4);
    },
    /\/attacks\/0\/radius\/value is -4, expected a number >= 0/,
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
      set(r.attacks[0]!, 'radius', 5);
    },
    /\/attacks\/0\/radius is 5, expected an object or null$/,
  ],
  [
    'a fault inside a choice with null',
    (r) => {
      set(r.attacks[1]!.radius!, 'unit', 'miles');
    },
    /: \/attacks\/1\/radius\/unit is "miles", expected one of /,
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
      r.runs.forEach((run) => {
        set(run, 'source', 5);
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
      /^r\.json is no robust-bench result: its field "schema" is .+, expected "robust-bench\/result\/2"$/,
    );
  }
  const message = await refusalOf((r) => {
    set(r, 'schema', 'robust-bench/result/3');
  });
  assert.match(
    message,
    /has the format "robust-bench\/result\/3" and this version reads "robust-bench\/result\/1" and "robust-bench\/result\/2"/,
  );
});

const inconsistent: readonly [string, (draft: Draft) => unknown, RegExp][] = [
  [
    'too few indices',
    (r) => (r.examples.indices = int32([1, 2])),
    /\/examples\/indices\/length is 2, expected 40/,
  ],
  [
    'a column of fewer bytes than it says',
    (r) => (r.examples.labels.base64 = 'AAAAAA=='),
    /\/examples\/labels\/base64 holds 4 bytes, expected 160 for 40 of int32/,
  ],
  [
    'a column of another type',
    (r) => (r.examples.labels = encodeColumn(new Float32Array(40))),
    /\/examples\/labels\/type is "float32", expected "int32"/,
  ],
  [
    'an index beyond the split',
    (r) => (r.examples.indices = changed(r.examples.indices, 2, 2000)),
    /\/examples\/indices\/2 is 2000, but the split has only 2000/,
  ],
  [
    'an example named twice',
    (r) => (r.examples.indices = changed(r.examples.indices, 1, 0)),
    /\/examples\/indices names an example twice/,
  ],
  [
    'a negative index',
    (r) => (r.examples.indices = changed(r.examples.indices, 1, -1)),
    /\/examples\/indices\/1 is -1, expected a number of 0 or more/,
  ],
  [
    'a label beyond the classes',
    (r) => (r.examples.labels = changed(r.examples.labels, 3, 10)),
    /\/examples\/labels\/3 is 10, expected a number of 0 to below 10/,
  ],
  [
    'a class without a name',
    (r) => (r.data.classNames = ['one']),
    /\/data\/classNames has 1 names for 10 classes/,
  ],
  [
    'a part of more than was planned',
    (r) => (r.part = { planned: 39, shard: null, reason: 'shard' }),
    /\/part\/planned is 39, fewer than the 40 of \/examples\/count/,
  ],
  [
    'a part that was cut short and yet lacks nothing',
    (r) => (r.part = { planned: 40, shard: null, reason: 'budget' }),
    /\/part\/planned is 40, but .* no part of it/,
  ],
  [
    'a shard beyond their number',
    (r) => (r.part = { planned: 80, shard: { index: 3, count: 2 }, reason: 'shard' }),
    /\/part\/shard\/index is 3, but there are 2 shards/,
  ],
  [
    'two models of one id',
    (r) => (r.models[1]!.id = 'erm-1'),
    /\/models\/1\/id is "erm-1", as is that of an earlier entry/,
  ],
  ['two attacks of one id', (r) => (r.attacks[1]!.id = r.attacks[0]!.id), /\/attacks\/1\/id is "fgsm@linf:4/],
  ['bounds the wrong way round', (r) => (r.models[0]!.bounds.upper = 0), /\/models\/0\/bounds are 0 to 0/],
  [
    'a model of too few classes',
    (r) => (r.models[0]!.classCount = 9),
    /\/models\/0\/classCount is 9, fewer than the 10/,
  ],
  [
    'means without their standard deviations',
    (r) => r.models[2]!.normalization!.mean.push(0.5),
    /\/models\/2\/normalization has 2 means and 1 standard deviations/,
  ],
  [
    'a bounded attack without a radius',
    (r) => (r.attacks[0]!.radius = null),
    /radius is null, but the aim is bounded/,
  ],
  [
    'a radius in pixels of L∞',
    (r) => (r.attacks[0]!.radius!.unit = 'pixels'),
    /\/attacks\/0\/radius\/unit is "pixels", but the norm is linf/,
  ],
  [
    'a radius beyond the range',
    (r) => (r.attacks[0]!.radius!.value = 4),
    /value is 4, more than the whole range/,
  ],
  [
    'a target rule without targets',
    (r) => (r.attacks[0]!.target = 'next'),
    /\/runs\/0\/targets are missing, but the attack "fgsm@linf:4\/255" is targeted/,
  ],
  [
    'targets without a rule',
    (r) => (r.runs[0]!.targets = int32(new Array<number>(40).fill(-1))),
    /\/runs\/0\/targets are given, but the attack "fgsm@linf:4\/255" is untargeted/,
  ],
  [
    'an unknown clean model',
    (r) => (r.clean[0]!.model = 'x'),
    /\/clean\/0\/model is "x", which is no id in \/models/,
  ],
  [
    'a clean model twice',
    (r) => (r.clean[1]!.model = 'erm-1'),
    /\/clean\/1\/model is "erm-1", as is that of/,
  ],
  [
    'an unknown attack',
    (r) => (r.runs[3]!.attack = 'x'),
    /\/runs\/3\/attack is "x", which is no id in \/attacks/,
  ],
  [
    'an unknown source',
    (r) => (r.runs[3]!.source = 'x'),
    /\/runs\/3\/source is "x", which is no id in \/models/,
  ],
  [
    'an unknown model',
    (r) => (r.runs[3]!.scored[0]!.model = 'x'),
    /\/runs\/3\/scored\/0\/model is "x", which is/,
  ],
  ['a run given twice', (r) => r.runs.push(r.runs[0]!), /\/runs\/6 repeats the attack and source/],
  [
    'a model scored twice',
    (r) => (r.runs[0]!.scored[1]!.model = 'erm-1'),
    /\/runs\/0\/scored\/1\/model is "erm-1", as is that of an earlier entry/,
  ],
  [
    'a source without the role',
    (r) => (r.models[0]!.roles = ['target']),
    /\/runs\/0\/scored\/1\/model is "erm-2", but the model "erm-1" .* lacks the role source/,
  ],
  [
    'a perturbation over the radius',
    (r) => (r.runs[0]!.sizes!.linf = changed(r.runs[0]!.sizes!.linf, 4, 0.0158)),
    /\/runs\/0\/sizes\/linf\/4 is 0\.0158, above the attack's radius of 0\.0156/,
  ],
  [
    'an 8-bit perturbation over the radius',
    (r) => (r.runs[0]!.rounded!.linf = changed(r.runs[0]!.rounded!.linf, 4, 0.0158)),
    /\/runs\/0\/rounded\/linf\/4 is 0\.0158, above the attack's radius/,
  ],
  [
    'a size that is no number',
    (r) => (r.runs[0]!.sizes!.l2 = changed(r.runs[0]!.sizes!.l2, 4, NaN)),
    /\/runs\/0\/sizes\/l2\/4 is NaN, expected a number of 0 or more/,
  ],
  [
    "sizes without the attack's norm",
    (r) => Object.assign(r.attacks[0]!, { norm: 'l1' }),
    /\/runs\/0\/sizes lacks l1, the norm of the attack/,
  ],
  [
    'neither sizes nor a summary',
    (r) => delete r.runs[0]!.sizes,
    /\/runs\/0 has neither sizes nor what version 1/,
  ],
  [
    'a flag that is none',
    (r) => (r.runs[0]!.zeroGradients = changed(r.runs[0]!.zeroGradients!, 4, 2)),
    /\/runs\/0\/zeroGradients\/4 is 2, expected a number of 0 to below 2/,
  ],
  [
    'a negative count of queries',
    (r) => (r.runs[0]!.queries = changed(r.runs[0]!.queries!, 4, -2)),
    /\/runs\/0\/queries\/4 is -2/,
  ],
  [
    'too few outcomes',
    (r) => (r.clean[0]!.outcomes.ranks = int32([0])),
    /\/clean\/0\/outcomes\/ranks\/length is 1, expected 40/,
  ],
  [
    'a loss that is no number',
    (r) => (r.clean[0]!.outcomes.losses = changed(r.clean[0]!.outcomes.losses!, 4, NaN)),
    /\/clean\/0\/outcomes\/losses\/4 is NaN/,
  ],
  [
    'a prediction beyond the classes',
    (r) => (r.clean[0]!.outcomes.predictions = changed(r.clean[0]!.outcomes.predictions, 0, 10)),
    /predictions\/0 is 10, expected a number of 0 to below 10/,
  ],
  [
    'a rank that the prediction denies',
    (r) => (r.clean[0]!.outcomes.ranks = changed(r.clean[0]!.outcomes.ranks, 1, 2)),
    /\/clean\/0\/outcomes\/ranks\/1 is 2, but the prediction is 7 and the label 7/,
  ],
  [
    '8-bit outcomes that contradict each other',
    (r) => (r.runs[0]!.scored[0]!.rounded!.ranks = changed(r.runs[0]!.scored[0]!.rounded!.ranks, 0, 2)),
    /\/runs\/0\/scored\/0\/rounded\/ranks\/0 is 2, but the prediction is 0 and the label 0/,
  ],
  [
    'logits of another number of classes',
    (r) => (r.clean[0]!.logits!.least = encodeColumn(new Float32Array(9))),
    /\/clean\/0\/logits\/least\/length is 9, expected 10/,
  ],
];

test('the checks beyond the schema refuse a target that the attack does not have', async () => {
  const draft = targetedResult();
  draft.runs[0]!.targets = changed(draft.runs[0]!.targets!, 0, 5);
  const refusal = await messageOfRefusal(() => validateResult(draft, 'r.json'));
  assert.match(
    refusal,
    /^r\.json contradicts itself: \/runs\/0\/targets\/0 is 5, but the target of the attack is 4$/,
  );
});

test('a loss may be infinite, where the label can never be chosen', async () => {
  const draft = exampleResult();
  draft.clean[0]!.outcomes.losses = changed(draft.clean[0]!.outcomes.losses!, 4, Infinity);
  await validateResult(draft, 'r.json');
});

for (const [name, change, message] of inconsistent) {
  test(`the checks beyond the schema refuse ${name}`, async () => {
    const refusal = await refusalOf(change);
    assert.match(refusal, /^r\.json contradicts itself: /);
    assert.match(refusal, message);
  });
}

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
  result.examples.labels = int32([1]);
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
