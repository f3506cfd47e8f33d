import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { compareResults, type GateOptions } from '../../src/gate/compare.ts';
import type { GateReport, GateRow } from '../../src/gate/gate-report.ts';
import { derive } from '../../src/results/derive.ts';
import type { Result, ResultScored } from '../../src/results/result.ts';
import { validateResult } from '../../src/results/validate.ts';
import {
  changed,
  changeRanks,
  exampleResult,
  FGSM,
  flip,
  IFGSM,
  int32,
  ints,
  outcomesOf,
  scoredOf,
  targetedResult,
} from '../results/example-result.ts';
import { earlyVersionOne, versionOne } from '../results/example-version-one.ts';

const compare = (baseline: Result, current: Result, options?: GateOptions): GateReport =>
  compareResults(derive(baseline), derive(current), options);

/** The example result, with the ranks of one model under one attack changed: of mixup under FGSM by default. */
function withRanks(
  change: (ranks: number[]) => number[],
  which: (result: Result) => ResultScored = (result) => scoredOf(result, FGSM, 'mixup'),
): Result {
  const result = exampleResult();
  changeRanks(which(result), change);
  return result;
}

test('a result passes against itself', () => {
  const report = compare(exampleResult(), exampleResult());
  assert.equal(report.passed, true);
  assert.equal(report.maxIncrease, 0);
  // Thirteen evaluations, each with a top-1 and a top-5 error.
  assert.equal(report.rows.length, 26);
  assert.deepEqual(report.notes, []);
  for (const row of report.rows) {
    assert.deepEqual([row.newlyWrong, row.newlyRight, row.increase, row.pValue], [0, 0, 0, 1]);
    assert.deepEqual([row.passed, row.rose], [true, false]);
  }
});

test('newly wrong and newly right examples are counted, with difference, interval and p-value', () => {
  const report = compare(exampleResult(), withRanks(flip(8, 1)), { maxIncrease: 0.1, strict: true });
  const row = report.rows.find((candidate) => candidate.increase !== 0)!;
  assert.deepEqual(
    [row.access, row.transfer, row.attack, row.source, row.model, row.metric, row.count],
    ['gradient', false, FGSM, 'mixup', 'mixup', 'top1', 40],
  );
  assert.deepEqual([row.baselineErrors, row.currentErrors], [20, 27]);
  assert.deepEqual([row.newlyWrong, row.newlyRight], [8, 1]);
  assert.equal(row.increase, 7 / 40);
  // 2·(C(9,0) + C(9,1))/2⁹.
  assert.ok(Math.abs(row.pValue - 20 / 512) < 1e-12);
  // Of 26 rows, so that it holds 0, which alone it would not.
  assert.ok(row.interval.lower < 0 && row.interval.upper > 7 / 40);
  assert.equal(row.interval.level, 1 - 0.05 / 26);
  assert.equal(row.passed, false);
  assert.equal(report.passed, false);
  assert.equal(compare(exampleResult(), withRanks(flip(8, 1))).passed, true);
});

test('strict: the increase decides at its limit, whatever chance explains', () => {
  for (const [newlyWrong, newlyRight, maxIncrease, passed] of [
    [1, 0, 0, false],
    [0, 1, 0, true],
    [3, 3, 0, true],
    [2, 0, 0.05, true],
    [3, 0, 0.05, false],
    // 0.175 · 40 is 7.000000000000001 or less in floating point: seven of forty are not above it.
    [7, 0, 0.175, true],
    [8, 0, 0.175, false],
  ] as const) {
    const current = withRanks((ranks) => flip(newlyWrong, newlyRight)(ranks));
    const report = compare(exampleResult(), current, { maxIncrease, strict: true });
    const row = report.rows.find((r) => r.attack === FGSM && r.model === 'mixup' && r.metric === 'top1')!;
    assert.equal(row.rose, !passed);
    assert.equal(row.passed, passed, `${String(newlyWrong)} − ${String(newlyRight)}`);
  }
});

test('the top-5 error and the clean error are gated too', () => {
  const deeper = withRanks((ranks) => ranks.map((rank) => (rank > 0 ? 9 : 0)));
  const report = compare(exampleResult(), deeper, { strict: true });
  assert.deepEqual(
    report.rows.filter((row) => !row.passed).map((row) => row.metric),
    ['top5'],
  );
  const unclean = exampleResult();
  const { outcomes } = unclean.clean[0]!;
  unclean.clean[0]!.outcomes = outcomesOf(flip(1, 0)(ints(outcomes.ranks)));
  assert.deepEqual(
    compare(exampleResult(), unclean, { strict: true })
      .rows.filter((row) => !row.passed)
      .map((row) => row.attack),
    [null, null],
  );
});

test('alpha sets the level at which all intervals hold', () => {
  const current = withRanks(flip(8, 1));
  const find = (alpha: number): GateRow =>
    compare(exampleResult(), current, { alpha }).rows.find((row) => row.increase !== 0)!;
  const [wide, narrow] = [find(0.01), find(0.2)];
  assert.equal(wide.interval.level, 1 - 0.01 / 26);
  assert.ok(wide.interval.upper > narrow.interval.upper && wide.interval.lower < narrow.interval.lower);
});

test('models are matched by id: another file is no obstacle, another order neither', () => {
  const current = exampleResult();
  current.models[2]!.sha256 = 'e'.repeat(64);
  current.models.reverse();
  current.runs.reverse();
  current.clean.reverse();
  assert.equal(compare(exampleResult(), current).passed, true);
});

test('what may explain a difference, and what is not gated, is noted', () => {
  const baseline = exampleResult();
  baseline.runs = baseline.runs.filter(({ attack }) => attack !== IFGSM);
  const current = exampleResult();
  current.models[0]!.sha256 = 'e'.repeat(64);
  current.tool.version = '0.2.0';
  current.engine.provider = 'cuda';
  const { notes, rows } = compare(baseline, current);
  assert.equal(rows.length, 16);
  assert.match(notes[0]!, /^the tool was robust-bench 0\.1\.0 in the baseline and is robust-bench 0\.2\.0/);
  assert.match(
    notes[1]!,
    /^the engine was onnxruntime \(cpu, .*\) in the baseline and is onnxruntime \(cuda/,
  );
  assert.match(notes[2]!, /^the model erm-1 that examples are made on has changed/);
  assert.equal(notes[3], `not gated, because the baseline lacks it: the evaluation of erm-1 by ${IFGSM}`);
  assert.equal(notes.length, 3 + 5);
});

const incomparable: readonly [string, (current: Result) => unknown, RegExp][] = [
  [
    'data',
    (r) => (r.data.sha256 = 'e'.repeat(64)),
    /data\.sha256 is "d{64}" in the baseline and "e{64}" in the current/,
  ],
  ['number of examples', (r) => (r.examples.count = 50), /examples\.count is 40 in the baseline and 50/],
  [
    'examples',
    (r) => (r.examples.indices = changed(r.examples.indices, 2, 7)),
    /examples\.indices\[2\] is 6 in the baseline and 7 in the current result$/,
  ],
  [
    'examples by another seed',
    (r) => {
      r.examples.indices = changed(r.examples.indices, 2, 7);
      r.seed = 2;
    },
    /examples\.indices\[2\] is 6 .*; seed is 1 in the baseline and 2/,
  ],
  [
    'labels',
    (r) => (r.examples.labels = changed(r.examples.labels, 0, 3)),
    /examples\.labels\[0\] is 0 in the baseline and 3/,
  ],
  [
    'attacks',
    (r) => {
      r.attacks[0]!.id = 'fgsm@linf:8/255';
      for (const run of r.runs) if (run.attack === FGSM) run.attack = 'fgsm@linf:8/255';
    },
    /the baseline has the attack "fgsm@linf:4\/255" and the current result has "fgsm@linf:8\/255", "ifgsm@linf:4\/255"$/,
  ],
  [
    'radius under one id',
    (r) => (r.attacks[0]!.radius!.value = 0.03),
    /the radius of attack "fgsm@linf:4\/255" is 0\.0156\d+ in the baseline and 0\.03/,
  ],
  [
    'method',
    (r) => (r.attacks[0]!.method = 'ifgsm'),
    /the method of attack "fgsm@linf:4\/255" is "fgsm" in the baseline and "ifgsm"/,
  ],
  [
    'parameters by default',
    (r) => (r.attacks[1]!.parameters['stepSize'] = 0.001),
    /the stepSize of attack "ifgsm@linf:4\/255" is 0\.0015\d+ in the baseline and 0\.001/,
  ],
  [
    'label',
    (r) => (r.attacks[1]!.label = 'predicted'),
    /the label of attack "ifgsm@linf:4\/255" is "true" in the baseline and "predicted"/,
  ],
  [
    'models',
    (r) => (r.models[2]!.id = 'other'),
    /the baseline has a model "mixup" and the current result has "erm-1", "erm-2", "other"/,
  ],
  [
    'classes',
    (r) => (r.models[2]!.classCount = 11),
    /the classCount of model "mixup" is 10 in the baseline and 11/,
  ],
  [
    'evaluations',
    (r) => r.runs.find(({ attack }) => attack === IFGSM)!.scored.pop(),
    /the current result lacks the evaluation of mixup by ifgsm@linf:4\/255 made on erm-1$/,
  ],
  [
    'normalisation',
    (r) => (r.models[2]!.normalization = null),
    /: the normalization of model "mixup" is "mean 0\.286, std 0\.353" in the baseline and null in the current result$/,
  ],
  [
    'normalisation, of other numbers',
    (r) => (r.models[2]!.normalization!.std = [0.5]),
    /: the normalization of model "mixup" is "mean 0\.286, std 0\.353" in the baseline and "mean 0\.286, std 0\.5" in/,
  ],
  [
    'bounds',
    (r) => (r.models[0]!.bounds = { lower: 0, upper: 255 }),
    /: the bounds of model "erm-1" is "0 to 1" in the baseline and "0 to 255" in the current result$/,
  ],
  [
    'layout',
    (r) => (r.models[0]!.layout = 'channels-last'),
    /: the layout of model "erm-1" is "channels-first" in the baseline and "channels-last" in/,
  ],
  [
    'output form',
    (r) => (r.models[0]!.outputs = 'softmax removed'),
    /: the outputs of model "erm-1" is "logits" in the baseline and "softmax removed" in/,
  ],
  [
    'notes',
    (r) => (r.models[2]!.notes = ['dropout was switched off']),
    /: the notes of model "mixup" say "float16 .*" in the baseline alone; the notes of model "mixup" say "dropout was switched off" in the current result alone$/,
  ],
  [
    'approximate gradients, even of other weights',
    (r) => {
      r.models[1]!.approximateGradient = 'straight-through';
      r.models[1]!.sha256 = 'e'.repeat(64);
    },
    /: the approximateGradient of model "erm-2" is null in the baseline and "straight-through" in the current result$/,
  ],
  [
    'data range',
    (r) => (r.data.range = { lower: 0, upper: 1 }),
    /: data\.range is "0 to 255" in the baseline and "0 to 1" in the current result$/,
  ],
  [
    'data settings',
    (r) => (r.data.settings = { imageSize: 32, resized: false }),
    /: data\.settings\.imageSize is 28 in the baseline and 32 in the current result$/,
  ],
  [
    'data settings that one lacks',
    (r) => delete r.data.settings,
    /: data\.settings\.imageSize is 28 in the baseline and null in the current result; data\.settings\.resized is false/,
  ],
  [
    'many things',
    (r) => {
      r.attacks.forEach((a) => Object.assign(a, { method: 'x', label: 'predicted', access: 'scores' }));
    },
    /; and 3 more$/,
  ],
];

for (const [name, change, message] of incomparable) {
  test(`results of different ${name} are not comparable, and the message says so`, () => {
    const current = exampleResult();
    change(current);
    assert.throws(
      () => compare(exampleResult(), current),
      (error) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, /^the results are not comparable: [^\n]+$/);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('the seed matters where targets are drawn at random, and is noted otherwise', () => {
  const targeted = (seed: number | string): Result => {
    const result = targetedResult();
    result.attacks[0]!.target = 'random';
    return { ...result, seed };
  };
  assert.throws(() => compare(targeted(1), targeted(2)), /seed is 1 in the baseline and 2/);
  assert.equal(compare(targeted(1), targeted('1')).passed, true);
  const { notes } = compare(exampleResult(), { ...exampleResult(), seed: 2 });
  assert.deepEqual(notes, ['the seed was 1 in the baseline and is 2: attacks that draw made other examples']);
});

test('a size may be written in another way, and an earlier version knows fewer parameters', () => {
  const current = exampleResult();
  current.attacks[0]!.radius = {
    text: '0.0156862745098039',
    value: 0.0156862745098039,
    unit: 'fraction of range',
  };
  current.attacks[0]!.parameters['restarts'] = 1;
  assert.equal(compare(exampleResult(), current).passed, true);
});

test('options out of range are refused', () => {
  for (const options of [
    { maxIncrease: -0.01 },
    { maxIncrease: 1.5 },
    { maxIncrease: NaN },
    { alpha: 0 },
    { alpha: 1 },
  ]) {
    assert.throws(() => compare(exampleResult(), exampleResult(), options), InputError);
  }
});

test('how a model of other weights was read is noted: it may be what is compared', () => {
  const current = exampleResult();
  const mixup = current.models[2]!;
  Object.assign(mixup, { sha256: 'e'.repeat(64), normalization: null, notes: [], layout: 'channels-last' });
  const { notes, passed } = compare(exampleResult(), current);
  assert.equal(passed, true);
  assert.deepEqual(notes, [
    'the layout of model "mixup" is "channels-first" in the baseline and "channels-last" in the current result',
    'the normalization of model "mixup" is "mean 0.286, std 0.353" in the baseline and null in the current result',
    'the notes of model "mixup" say "float16 weights and arithmetic were brought to float32" in the baseline alone',
  ]);
});

test('notes of another version of the tool may be worded otherwise: they are noted', () => {
  const current = exampleResult();
  current.tool.version = '0.2.0';
  current.models[2]!.notes = ['weights of float16 were widened'];
  const { notes } = compare(exampleResult(), current);
  assert.equal(notes.filter((note) => note.startsWith('the notes of model "mixup" say')).length, 2);
});

test('a result of version 1 is gated, and what it does not record is noted', async () => {
  const upgraded = await validateResult(versionOne(), 'r.json');
  assert.deepEqual(compare(upgraded, exampleResult()).notes, []);
  assert.equal(compare(upgraded, exampleResult()).rows.length, 26);
  const early = await validateResult(earlyVersionOne(), 'r.json');
  for (const [baseline, current, where] of [
    [early, exampleResult(), 'baseline'],
    [exampleResult(), early, 'current result'],
  ] as const) {
    const { notes, passed, rows } = compare(baseline, current);
    assert.equal(passed, true);
    assert.equal(rows.length, 26);
    assert.equal(notes.length, 1 + 3);
    for (const note of notes) {
      assert.match(
        note,
        new RegExp(`^the ${where} is of an earlier version and does not record how .* read`),
      );
    }
  }
});

test('a part of a plan is gated with a note', () => {
  const part = (): Result => ({ ...exampleResult(), part: { planned: 50, shard: null, reason: 'budget' } });
  assert.deepEqual(compare(part(), part()).notes, [
    'the baseline is a part of its plan: it lacks 10 of 50 examples',
    'the current result is a part of its plan: it lacks 10 of 50 examples',
  ]);
});

test('targets reached are gated, over the examples that both results led somewhere', () => {
  const current = targetedResult();
  const run = current.runs[0]!;
  const { outcomes } = scoredOf(current, FGSM, 'erm-1');
  const [targets, predictions, ranks] = [run.targets, outcomes.predictions, outcomes.ranks].map(ints);
  // Three more examples reach the target; none of them was right before, so that no error rises.
  const more = predictions!.flatMap((label, index) =>
    ranks![index]! > 0 && targets![index] === 4 && label !== 4 ? [index] : [],
  );
  for (const index of more.slice(0, 3)) predictions![index] = 4;
  outcomes.predictions = int32(predictions!);
  const strict = { strict: true };
  const report = compare(targetedResult(), current, strict);
  const [row, ...others] = report.rows.filter(({ passed }) => !passed);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [row?.metric, row?.model, row?.count, row?.newlyWrong, row?.newlyRight],
    ['targets', 'erm-1', 36, 3, 0],
  );
  assert.equal(row?.increase, 3 / 36);
  assert.equal(report.rows.filter(({ metric }) => metric === 'targets').length, 3 + 2);
  assert.equal(compare(targetedResult(), current, { ...strict, maxIncrease: 3 / 36 }).passed, true);
  run.targets = changed(run.targets!, more[0]!, -1);
  const fewer = compare(targetedResult(), current, strict).rows.find(({ passed }) => !passed);
  assert.deepEqual([fewer?.count, fewer?.newlyWrong], [35, 2]);
});

test('targets that a baseline does not list are not gated, which is noted', () => {
  const baseline = derive(targetedResult());
  const evaluations = baseline.evaluations.map((own) => ({
    ...own,
    outcomes: { ...own.outcomes, targets: null },
  }));
  const { rows, notes } = compareResults({ ...baseline, evaluations }, derive(targetedResult()));
  assert.ok(rows.every(({ metric }) => metric !== 'targets'));
  assert.equal(notes.filter((note) => /^the targets reached are not gated, because/.test(note)).length, 5);
});
