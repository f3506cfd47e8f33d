import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { decodeBits, encodeBits } from '../../src/core/bits.ts';
import { InputError } from '../../src/core/errors.ts';
import { canonicalJson } from '../../src/results/canonical.ts';
import { encodeColumn } from '../../src/results/column.ts';
import { readAnyResult, readMemorization, readResult, writeMemorization } from '../../src/results/file.ts';
import type { MemorizationResult, MemorizationRun } from '../../src/results/memorization.ts';
import { validateAnyResult, validateMemorization, validateResult } from '../../src/results/validate.ts';
import {
  errorRate,
  exampleMemorization,
  exampleWithSeeds,
  test as testCount,
  train,
} from './example-memorization.ts';
import { exampleResult } from './example-result.ts';

const folder = await mkdtemp(join(tmpdir(), 'robust-bench-memorization-'));
after(() => rm(folder, { recursive: true }));

/** The one line that an attempt is refused with; fails when it is accepted. */
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

/** The message that a changed example is refused with. `run` is its first run: ERM on corrupted labels. */
function refusalOf(change: (result: MemorizationResult, run: MemorizationRun) => unknown): Promise<string> {
  const result = exampleMemorization();
  change(result, result.runs[0]!);
  return messageOfRefusal(() => validateMemorization(result, 'm.json'));
}

/** Turns one bit of a list. */
function turned(bits: string, index: number): string {
  const flags = decodeBits(bits, train)!;
  flags[index] = 1 - flags[index]!;
  return encodeBits(flags);
}

function outcomesOf({ testOutcomes }: MemorizationRun): NonNullable<MemorizationRun['testOutcomes']> {
  assert.ok(testOutcomes !== null);
  return testOutcomes;
}

test('a result of version 1 is read as one of this version that lacks what that did not keep', async () => {
  const path = new URL('../../fixtures/results/memorization-1.json', import.meta.url).pathname;
  const old = JSON.parse(await readFile(path, 'utf8')) as MemorizationResult;
  assert.equal(old.schema, 'robust-bench/memorization/1');
  const read = await readMemorization(path);
  assert.equal(read.schema, 'robust-bench/memorization/2');
  for (const [index, run] of read.runs.entries()) {
    const { testTop5Errors, membershipRealAdvantage, membershipRealAuc, ...curves } = run.curves;
    assert.deepEqual([testTop5Errors, membershipRealAdvantage, membershipRealAuc], [null, null, null]);
    const { variant, seed, testOutcomes, ...rest } = run;
    assert.deepEqual({ ...rest, curves }, old.runs[index]);
    assert.deepEqual([variant, seed, testOutcomes], [run.id, run.training?.seed ?? null, null]);
  }
  // Written again, it is one of this version.
  const again = join(folder, 'again.json');
  await writeMemorization(again, read);
  assert.deepEqual(await readAnyResult(again), read);
});

test('what contradicts itself in a result of version 1 is refused too', async () => {
  const path = new URL('../../fixtures/results/memorization-1.json', import.meta.url).pathname;
  const old = JSON.parse(await readFile(path, 'utf8')) as MemorizationResult;
  old.runs[0]!.curves.testErrors[0]! += 1e6;
  assert.match(
    await messageOfRefusal(() => validateMemorization(old, 'old.json')),
    /^old\.json contradicts itself: .*\/curves\/testErrors\/0/,
  );
  Object.assign(old.runs[0]!, { variant: 'a' });
  assert.match(
    await messageOfRefusal(() => validateMemorization(old, 'old.json')),
    /\/runs\/0 has the unknown field "variant"/,
  );
});

test('a result with several seeds is valid', async () => {
  const result = exampleWithSeeds();
  assert.equal(await validateMemorization(result, 'm.json'), result);
});

test('the example result is valid, by its own schema alone', async () => {
  const result = exampleMemorization();
  assert.equal(await validateMemorization(result, 'm.json'), result);
  assert.equal(await validateAnyResult(result, 'm.json'), result);
  const attack = exampleResult();
  assert.equal(await validateAnyResult(attack, 'r.json'), attack);
  assert.match(
    await messageOfRefusal(() => validateResult(result, 'm.json')),
    /^m\.json is no robust-bench result: its field "schema" is "robust-bench\/memorization\/2", expected "robust-bench\/result\/2"$/,
  );
  assert.match(
    await messageOfRefusal(() => validateMemorization(attack, 'r.json')),
    /^r\.json is no robust-bench memorization result: .*expected "robust-bench\/memorization\/2"$/,
  );
});

test('a result of neither kind, or of another version, is refused as such', async () => {
  for (const value of [null, 5, {}, { schema: 'robust-bench/labels/1' }]) {
    assert.match(
      await messageOfRefusal(() => validateAnyResult(value, 'x.json')),
      /^x\.json is no robust-bench result: its field "schema" is .+, expected "robust-bench\/result\/2" or "robust-bench\/memorization\/2"$/,
    );
  }
  const other = { ...exampleMemorization(), schema: 'robust-bench/memorization/3' };
  assert.match(
    await messageOfRefusal(() => validateAnyResult(other, 'x.json')),
    /has the format "robust-bench\/memorization\/3" and this version reads "robust-bench\/memorization\/1" and "robust-bench\/memorization\/2": use the version that wrote it, or run robust-bench memorize again$/,
  );
});

const faults: readonly [string, (result: MemorizationResult, run: MemorizationRun) => unknown, RegExp][] = [
  [
    'an unknown field',
    (_, run) => Object.assign(run, { colour: 1 }),
    /\/runs\/0 has the unknown field "colour"/,
  ],
  [
    'an unknown field of a shared definition',
    (result) => Object.assign(result.data.train, { colour: 1 }),
    /\/data\/train has the unknown field "colour"/,
  ],
  [
    'a missing field',
    (_, run) => Reflect.deleteProperty(run, 'calibration'),
    /\/runs\/0 lacks the field "calibration"/,
  ],
  ['no runs', (result) => (result.runs = []), /\/runs is an empty list, expected a list of at least 1/],
  [
    'a rate above 1',
    (_, run) => (run.corruption!.rate = 20),
    /\/runs\/0\/corruption\/rate is 20, expected a number <= 1/,
  ],
  [
    'a text that is no base64',
    (_, run) => (run.perExample.corrupted = 'äöü'),
    /\/perExample\/corrupted is "äöü", expected this: Base64 of one bit/,
  ],
];

for (const [name, change, message] of faults) {
  test(`the schema refuses ${name}`, async () => {
    const refusal = await refusalOf(change);
    assert.match(refusal, /^m\.json is not a valid memorization result: /);
    assert.match(refusal, message);
  });
}

const contradictions: typeof faults = [
  // Data and examples
  [
    'a class without a name',
    (result) => (result.data.test.classNames = ['one']),
    /\/data\/test\/classNames has 1 names for 10 classes/,
  ],
  [
    'data sets of different classes',
    (result) => (result.data.test.classes = 9),
    /\/data\/test\/classes is 9, but \/data\/train\/classes is 10/,
  ],
  [
    'too few positions',
    (result) => result.examples.train.indices!.pop(),
    /\/examples\/train\/indices has 59 entries, expected one for each of the 60/,
  ],
  [
    'a position twice',
    (result) => (result.examples.train.indices![1] = 0),
    /\/examples\/train\/indices names an example twice/,
  ],
  [
    'a position beyond the split',
    (result) => (result.examples.train.indices![1] = 4000),
    /\/examples\/train\/indices\/1 is 4000, but the split has only 4000/,
  ],
  [
    'a whole split of another size',
    (result) => (result.data.test.size = 300),
    /\/examples\/test\/count is 200, but indices is null and the split has 300/,
  ],
  [
    'computation without an engine',
    (result) => (result.engine = null),
    /\/engine is null, but the source of \/runs\/0 is "trained"/,
  ],
  ['two runs of one id', (result) => (result.runs[1]!.id = 'ERM'), /\/runs\/1\/id is "ERM", as is that of/],
  // Variants
  [
    'two runs of one variant and seed',
    (result) => Object.assign(result.runs[1]!, { variant: 'ERM', name: 'ERM' }),
    /\/runs\/1\/seed is 1, as is that of \/runs\/0, of the same variant/,
  ],
  [
    'a variant of two names',
    (result) => Object.assign(result.runs[1]!, { variant: 'ERM', seed: 2 }),
    /\/runs\/1\/name is not that of \/runs\/0, of the same variant/,
  ],
  [
    'a variant of two rates',
    (result) => {
      Object.assign(result.runs[1]!, { variant: 'ERM', seed: 2, name: 'ERM' });
      result.runs[1]!.corruption!.rate = 0.2;
    },
    /\/runs\/1\/corruption is not that of \/runs\/0/,
  ],
  // Test outcomes
  [
    'a prediction of no class',
    (_, run) => (outcomesOf(run).predictions = encodeColumn(new Int32Array(testCount).fill(10))),
    /\/testOutcomes\/predictions\/0 is 10, expected a number of 0 to below 10/,
  ],
  [
    'ranks of another number of examples',
    (_, run) => (outcomesOf(run).ranks = encodeColumn(new Int32Array(3))),
    /\/testOutcomes\/ranks\/length is 3, expected 200/,
  ],
  [
    'ranks that the last epoch denies',
    (_, run) => (outcomesOf(run).ranks = encodeColumn(new Int32Array(testCount))),
    /\/testOutcomes\/ranks\/\d+ contradicts right of the last epoch/,
  ],
  [
    'a negative loss',
    (_, run) => (outcomesOf(run).losses = encodeColumn(new Float32Array(testCount).fill(-1))),
    /\/testOutcomes\/losses\/0 is -1, expected a number of 0 or more/,
  ],
  [
    'outcomes of fewer epochs',
    (_, run) => outcomesOf(run).right.pop(),
    /\/testOutcomes\/right has 3 entries, but there are 4 epochs/,
  ],
  [
    'outcomes of other examples',
    (_, run) => (outcomesOf(run).right[1] = encodeBits(new Uint8Array(3))),
    /\/testOutcomes\/right\/1 does not hold one bit for each of the 200 test examples/,
  ],
  [
    'outcomes that the curve denies',
    (_, run) => (outcomesOf(run).right[1] = outcomesOf(run).right[0]!),
    /\/testOutcomes\/right\/1 makes 60 errors, but testErrors of the curves says 38/,
  ],
  [
    'top-5 outcomes that the curve denies',
    (_, run) => (outcomesOf(run).rightTop5![1] = outcomesOf(run).rightTop5![0]!),
    /\/testOutcomes\/rightTop5\/1 makes 20 errors, but testTop5Errors of the curves says 12/,
  ],
  [
    'no top-5 outcomes of ten classes',
    (_, run) => (outcomesOf(run).rightTop5 = null),
    /\/testOutcomes\/rightTop5 is null, but there are 10 classes/,
  ],
  [
    'more top-5 errors than errors',
    (_, run) => (run.curves.testTop5Errors![0] = 61),
    /\/curves\/testTop5Errors\/0 is 61, more than the 60 of testErrors/,
  ],
  [
    'an advantage of real examples that the curve denies',
    (_, run) => (run.curves.membershipRealAdvantage![3] = 0.01),
    /\/membership\/real\/advantage is .*, but the curves say 0\.01/,
  ],
  // Groups and corruption
  [
    'another number of test examples',
    (_, run) => (run.groups.test = 201),
    /\/runs\/0\/groups\/test is 201, but \/examples\/test\/count is 200/,
  ],
  [
    'groups that do not make the training set',
    (_, run) => (run.groups.real = 29),
    /\/runs\/0\/groups has 29 real and 30 corrupted examples, which do not make 60/,
  ],
  [
    'more changed than corrupted examples',
    (_, run) => (run.groups.changed = 31),
    /\/groups\/changed is 31, more than the 30 corrupted/,
  ],
  [
    'a corruption without a rate',
    (_, run) => (run.corruption!.rate = null),
    /\/corruption\/rate is null, but the mode is uniform/,
  ],
  [
    'a matrix in another mode',
    (_, run) => (run.corruption!.matrix = []),
    /\/corruption\/matrix is given, but the mode is uniform/,
  ],
  [
    'a matrix of another size',
    (_, run) =>
      Object.assign(run.corruption!, {
        mode: 'class-conditional',
        rate: null,
        matrix: [
          [1, 0],
          [0, 1],
        ],
      }),
    /\/corruption\/matrix is not 10 rows of 10 numbers/,
  ],
  // Curves
  [
    'curves of different lengths',
    (_, run) => run.curves.testLoss.pop(),
    /\/runs\/0\/curves\/testLoss has 3 entries, but there are 4 epochs$/,
  ],
  [
    'epochs that fall',
    (_, run) => (run.curves.epoch[1] = 1),
    /\/curves\/epoch\/1 is 1, but epochs must ascend/,
  ],
  [
    'more errors than examples',
    (_, run) => (run.curves.testErrors[0] = 201),
    /\/curves\/testErrors\/0 is 201, more than the 200 examples/,
  ],
  [
    'training errors that are not those of the groups',
    (_, run) => (run.curves.trainErrors[0]! += 1),
    /\/curves\/trainErrors\/0 is \d+, but \d+ real and \d+ corrupted ones do not make that/,
  ],
  [
    'more changed examples restored than wrong',
    (_, run) => (run.curves.changedRestored[3] = 5),
    /\/curves\/changedRestored\/3 is 5, more than the 0 errors on changed labels/,
  ],
  [
    'more errors on changed than on corrupted labels',
    (_, run) => (run.curves.changedErrors[3] = 2),
    /\/curves\/changedErrors\/3 is 2, but there are 0 errors on all corrupted labels, 3 of which did not change/,
  ],
  [
    'restored examples that the errors deny',
    (_, run) => (run.curves.corruptedRestored[0]! += 1),
    /\/curves\/corruptedRestored\/0 is \d+, but \d+ changed and \d+ unchanged examples are predicted as/,
  ],
  [
    'a chance level of nothing',
    (result) => (result.runs[5]!.curves.chance = [0, 0, 0, 0]),
    /\/runs\/5\/curves\/chance is given, but nothing is corrupted/,
  ],
  // Errors
  [
    'a best error that is not the least',
    (_, run) => (run.testError.best.error = errorRate(37, testCount)),
    /\/testError\/best\/error\/errors is 37, but the curves say 38/,
  ],
  [
    'a later epoch for the best',
    (result) => (result.runs[2]!.testError.best.epoch = 3),
    /\/runs\/2\/testError\/best\/epoch is 3, but the curves say 2/,
  ],
  [
    'a last error that is not the last of the curve',
    (_, run) => (run.testError.last.error = errorRate(70, testCount)),
    /\/testError\/last\/error\/errors is 70, but the curves say 90/,
  ],
  [
    'another last epoch',
    (_, run) => (run.testError.last.epoch = 3),
    /\/testError\/last\/epoch is 3, but the curves say 4/,
  ],
  [
    'a rate that is not errors by count',
    (_, run) => (run.testError.last.error.rate = 0.46),
    /\/testError\/last\/error\/rate is 0\.46, but 90 errors of 200 make 0\.45/,
  ],
  [
    'an interval beside its rate',
    (_, run) => (run.testError.last.error.interval.lower = 0.5),
    /\/testError\/last\/error\/interval is 0\.5 to .*, which does not hold the rate 0\.45/,
  ],
  [
    'a training error that the curves deny',
    (_, run) => (run.trainingError.corrupted = errorRate(1, 30)),
    /\/trainingError\/corrupted\/errors is 1, but the curves say 0/,
  ],
  [
    'no training error of a group that has examples',
    (_, run) => (run.trainingError.changed = null),
    /\/trainingError\/changed is null, but there are 27 changed examples/,
  ],
  [
    'a training error of no examples',
    (result) => (result.runs[5]!.trainingError.corrupted = errorRate(0, 1)),
    /\/runs\/5\/trainingError\/corrupted is given, but there are 0 corrupted examples/,
  ],
  [
    'restored examples that the curves deny',
    (_, run) => (run.restored.changed!.examples += 1),
    /\/restored\/changed\/examples is 1, but the curves say 0/,
  ],
  [
    'a gap without its chance level',
    (_, run) => (run.curves.chance = null),
    /\/memorizationGap is given, but the chance level of the curves is null/,
  ],
  [
    'hits that the curves deny',
    (_, run) => (run.memorizationGap!.hits = 29),
    /\/memorizationGap\/hits is 29, but the curves say 30/,
  ],
  [
    'a gap over another number of examples',
    (_, run) => (run.memorizationGap!.count = 31),
    /\/memorizationGap\/count is 31, but 30 examples are corrupted/,
  ],
  [
    'another chance level than that of the curves',
    (_, run) => (run.memorizationGap!.chance = 0.2),
    /\/memorizationGap\/chance is 0\.2, but the curves say 0\.1/,
  ],
  [
    'a gap that is not accuracy less chance',
    (_, run) => (run.memorizationGap!.gap = 0.8),
    /\/memorizationGap\/gap is 0\.8, but 30 hits of 30 less 0\.1 make 0\.9/,
  ],
  [
    'an interval beside its gap',
    (_, run) => (run.memorizationGap!.interval.upper = 0.85),
    /\/memorizationGap\/interval is .* which does not hold the gap 0\.9/,
  ],
  // Learning and margins
  [
    'kinds of learning that do not make the group',
    (_, run) => (run.learning.real!.neverForgotten -= 1),
    /\/learning\/real has 0 never learned, 29 never and 0 ever forgotten, which do not make 30/,
  ],
  [
    'a summary over another number of examples',
    (_, run) => Object.assign(run.learning.real!, { count: 31, neverForgotten: 31 }),
    /\/learning\/real\/count is 31, expected 30/,
  ],
  [
    'no summary of a group',
    (_, run) => (run.learning.real = null),
    /\/learning\/real is null, but there are 30 real/,
  ],
  [
    'fewer events than forgotten examples',
    (result) => (result.runs[3]!.learning.corrupted!.forgettingEvents = 0),
    /\/learning\/corrupted\/forgettingEvents is 0, fewer than the \d+ examples ever forgotten/,
  ],
  [
    'no first epochs of learned examples',
    (_, run) => (run.learning.real!.firstLearned = null),
    /\/learning\/real\/firstLearned is null, but 30 examples were learned/,
  ],
  [
    'quartiles that fall',
    (_, run) => (run.learning.real!.firstLearned!.median = 4),
    /\/learning\/real\/firstLearned are 1, 1, 4, 2\.75, 4, but must ascend/,
  ],
  [
    'an epoch that is none of the curves',
    (_, run) => (run.learning.real!.firstLearned!.maximum = 5),
    /\/learning\/real\/firstLearned is 1 to 5, outside the epochs 1 to 4/,
  ],
  [
    'a mean outside its sample',
    (_, run) => (run.areaUnderMargin.real!.mean = 9),
    /\/areaUnderMargin\/real\/mean is 9, outside/,
  ],
  [
    'a mean that the examples deny',
    (_, run) => (run.areaUnderMargin.real!.mean += 0.001),
    /\/areaUnderMargin\/real\/mean is .*, but the examples make/,
  ],
  [
    'a least margin that the examples deny',
    (_, run) => (run.areaUnderMargin.changed!.quartiles.minimum -= 0.001),
    /\/areaUnderMargin\/changed\/quartiles\/minimum is .*, but the examples make/,
  ],
  [
    'a separation of other groups',
    (_, run) => (run.areaUnderMargin.separation!.positives = 30),
    /\/areaUnderMargin\/separation\/positives is 30, expected 33/,
  ],
  [
    'no separation',
    (_, run) => (run.areaUnderMargin.separation = null),
    /\/areaUnderMargin\/separation is null, but there are 27 comparable/,
  ],
  [
    'an interval beside its area',
    (_, run) => (run.areaUnderMargin.separation!.interval!.lower = 0.9),
    /\/areaUnderMargin\/separation\/interval is 0\.9 to 0\.95, which does not hold the area 0\.875/,
  ],
  // Membership and calibration
  [
    'members that are another group',
    (_, run) => (run.membership.real!.members = 60),
    /\/membership\/real\/members is 60, expected 30/,
  ],
  [
    'more positives than members',
    (_, run) => (run.membership.all.truePositives = 61),
    /\/membership\/all\/truePositives is 61 of 60/,
  ],
  [
    'an advantage that the positives deny',
    (_, run) => (run.membership.all.falsePositives = 80),
    /\/membership\/all\/advantage is 0\.3, but the positives make 0\.35/,
  ],
  [
    'a best advantage below the advantage',
    (_, run) => (run.membership.all.bestAdvantage = 0.1),
    /\/membership\/all\/bestAdvantage is 0\.1, below/,
  ],
  [
    'an advantage that the curves deny',
    (_, run) => (run.curves.membershipAdvantage[3] = 0.2),
    /\/membership\/all\/advantage is 0\.3, but the curves say 0\.2/,
  ],
  [
    'members and test examples the wrong way round',
    (_, run) => Object.assign(run.membership.all.curve, { positives: 60, negatives: 200 }),
    /\/membership\/all\/curve\/positives is 60, expected 200/,
  ],
  [
    'bins of other widths',
    (_, run) => (run.calibration.bins[1]!.lower = 0.3),
    /\/calibration\/bins\/1 is 0\.3 to 0\.4, expected 0\.2 to 0\.4/,
  ],
  [
    'a confidence of no examples',
    (_, run) => (run.calibration.bins[0]!.confidence = 0.1),
    /\/calibration\/bins\/0\/confidence is 0\.1, but the bin has 0/,
  ],
  [
    'bins that do not hold all examples',
    (_, run) => (run.calibration.bins[1]!.count = 49),
    /\/calibration\/bins of all examples is 199, expected 200/,
  ],
  [
    'bins that deny the test error',
    (_, run) => (run.calibration.bins[1]!.accuracy = 0.5),
    /\/calibration\/bins make 107\.5 right predictions, but the last test error says 110/,
  ],
  [
    'a calibration error that the bins deny',
    (_, run) => (run.calibration.error = run.curves.calibrationError[3] = 0.3),
    /\/calibration\/error is 0\.3, but the bins make/,
  ],
  // Lists of examples
  [
    'too few examples',
    (_, run) => run.perExample.firstLearned.pop(),
    /\/perExample\/firstLearned has 59 entries, expected one for each of the 60/,
  ],
  [
    'bits of too few epochs',
    (_, run) => run.perExample.correct.pop(),
    /\/perExample\/correct has 3 entries, but there are 4 epochs/,
  ],
  [
    'bits of too few examples',
    (_, run) => (run.perExample.correct[1] = encodeBits(new Uint8Array(50))),
    /\/perExample\/correct\/1 does not hold one bit for each of the 60/,
  ],
  [
    'bits beyond the last example',
    (_, run) => (run.perExample.changed = encodeBits(new Uint8Array(64).fill(1))),
    /\/perExample\/changed does not hold one bit/,
  ],
  [
    'a mark too many',
    (_, run) => (run.perExample.corrupted = turned(run.perExample.corrupted, 0)),
    /\/perExample\/corrupted marks 31 examples, but there are 30 corrupted ones/,
  ],
  [
    'a changed label that was not replaced',
    (_, run) => (run.perExample.changed = turned(turned(run.perExample.changed, 0), 3)),
    /\/perExample\/changed marks example 0, whose label was not chosen/,
  ],
  [
    'errors that the bits deny',
    (_, run) => (run.perExample.correct[3] = turned(run.perExample.correct[3]!, 0)),
    /\/perExample\/correct\/3 makes 1 realErrors, but the curves say 0/,
  ],
  [
    'a first epoch that the bits deny',
    (_, run) => (run.perExample.firstLearned[0] = 4),
    /\/perExample\/firstLearned\/0 is 4, but correct says 1/,
  ],
  [
    'forgetting that the bits deny',
    (_, run) => (run.perExample.forgettingEvents[0] = 1),
    /\/perExample\/forgettingEvents\/0 is 1, but correct says 0/,
  ],
  [
    'a summary of forgetting that the bits deny',
    (result) => (result.runs[3]!.learning.corrupted!.forgettingEvents += 1),
    /\/runs\/3\/learning\/corrupted\/forgettingEvents is \d+, but the examples say \d+/,
  ],
];

for (const [name, change, message] of contradictions) {
  test(`the checks beyond the schema refuse ${name}`, async () => {
    const refusal = await refusalOf(change);
    assert.match(refusal, /^m\.json contradicts itself: /);
    assert.match(refusal, message);
  });
}

test('what is written is canonical and reads back equal', async () => {
  const path = join(folder, 'deep', 'memorization.json');
  const result = exampleMemorization();
  await writeMemorization(path, result);
  assert.equal(await readFile(path, 'utf8'), canonicalJson(result));
  assert.deepEqual(await readMemorization(path), result);
  assert.deepEqual(await readAnyResult(path), result);
  await messageOfRefusal(() => readResult(path));
});

test('an invalid result is not written', async () => {
  const result = exampleMemorization();
  result.runs[0]!.curves.epoch.pop();
  assert.match(
    await messageOfRefusal(() => writeMemorization(join(folder, 'never.json'), result)),
    /the result to be written contradicts/,
  );
  assert.ok(!(await readdir(folder)).includes('never.json'));
});

test('a truncated file is refused in one line', async () => {
  const path = join(folder, 'bad.json');
  await writeFile(path, canonicalJson(exampleMemorization()).slice(0, 5000));
  assert.match(
    await messageOfRefusal(() => readMemorization(path)),
    /bad\.json is no valid JSON \(.+\): is the file whole/,
  );
});
