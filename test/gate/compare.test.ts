import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { compareResults } from '../../src/gate/compare.ts';
import type { Result, ResultEvaluation } from '../../src/results/result.ts';
import { earlierResult, exampleResult, outcomesOf, targetedResult } from '../results/example-result.ts';

/** The example result, with the ranks of one evaluation changed. */
function withRanks(
  change: (ranks: number[]) => number[],
  which: (evaluation: ResultEvaluation) => boolean = whiteBoxMixup,
): Result {
  const result = exampleResult();
  const evaluation = result.evaluations.find(which)!;
  Object.assign(evaluation, outcomesOf(change([...evaluation.outcomes.ranks])));
  return result;
}

function whiteBoxMixup({ setting, attack, target }: ResultEvaluation): boolean {
  return setting === 'white-box' && attack === 'fgsm' && target === 'mixup';
}

/** Makes the first right examples wrong (rank 9), and the first wrong ones right. */
function flip(newlyWrong: number, newlyRight: number): (ranks: number[]) => number[] {
  return (ranks) => {
    const right = ranks.flatMap((rank, index) => (rank === 0 ? [index] : [])).slice(0, newlyWrong);
    const wrong = ranks.flatMap((rank, index) => (rank > 0 ? [index] : [])).slice(0, newlyRight);
    return ranks.map((rank, index) => (right.includes(index) ? 9 : wrong.includes(index) ? 0 : rank));
  };
}

test('a result passes against itself', () => {
  const report = compareResults(exampleResult(), exampleResult());
  assert.equal(report.passed, true);
  assert.equal(report.maxIncrease, 0);
  // Thirteen evaluations, each with a top-1 and a top-5 error.
  assert.equal(report.rows.length, 26);
  assert.deepEqual(report.notes, []);
  for (const row of report.rows) {
    assert.deepEqual([row.newlyWrong, row.newlyRight, row.increase, row.pValue], [0, 0, 0, 1]);
    assert.equal(row.significant, false);
  }
});

test('newly wrong and newly right examples are counted, with difference, interval and p-value', () => {
  const report = compareResults(exampleResult(), withRanks(flip(8, 1)), { maxIncrease: 0.1 });
  const row = report.rows.find((candidate) => candidate.increase !== 0)!;
  assert.deepEqual(
    [row.setting, row.attack, row.epsilonText, row.source, row.target, row.metric, row.count],
    ['white-box', 'fgsm', '4/255', 'mixup', 'mixup', 'top1', 40],
  );
  assert.deepEqual([row.baselineErrors, row.currentErrors], [20, 27]);
  assert.deepEqual([row.newlyWrong, row.newlyRight], [8, 1]);
  assert.equal(row.increase, 7 / 40);
  // 2·(C(9,0) + C(9,1))/2⁹.
  assert.ok(Math.abs(row.pValue - 20 / 512) < 1e-12);
  assert.equal(row.significant, true);
  assert.ok(row.interval.lower > 0 && row.interval.lower < 7 / 40 && row.interval.upper > 7 / 40);
  assert.equal(row.interval.level, 0.95);
  assert.equal(row.passed, false);
  assert.equal(report.passed, false);
});

test('the increase decides at its limit, whether or not it is significant', () => {
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
    const report = compareResults(exampleResult(), current, { maxIncrease });
    const row = report.rows.find((r) => r.attack === 'fgsm' && r.target === 'mixup' && r.metric === 'top1')!;
    assert.equal(row.passed, passed, `${String(newlyWrong)} − ${String(newlyRight)}`);
  }
});

test('the top-5 error and the clean error are gated too', () => {
  const deeper = withRanks((ranks) => ranks.map((rank) => (rank > 0 ? 9 : 0)));
  const report = compareResults(exampleResult(), deeper);
  assert.deepEqual(
    report.rows.filter((row) => !row.passed).map((row) => row.metric),
    ['top5'],
  );
  const unclean = withRanks(flip(1, 0), (e) => e.setting === 'clean' && e.target === 'erm-1');
  assert.deepEqual(
    compareResults(exampleResult(), unclean)
      .rows.filter((row) => !row.passed)
      .map((row) => row.setting),
    ['clean', 'clean'],
  );
});

test('alpha sets the level of the intervals and significance', () => {
  const current = withRanks(flip(8, 1));
  const find = (alpha: number): ReturnType<typeof compareResults>['rows'][number] =>
    compareResults(exampleResult(), current, { alpha }).rows.find((row) => row.increase !== 0)!;
  const [wide, narrow] = [find(0.01), find(0.2)];
  assert.equal(wide.interval.level, 0.99);
  assert.equal(wide.significant, false);
  assert.ok(wide.interval.upper > narrow.interval.upper && wide.interval.lower < narrow.interval.lower);
});

test('models are matched by id: another file is no obstacle, another order neither', () => {
  const current = exampleResult();
  current.models[2]!.sha256 = 'e'.repeat(64);
  current.models.reverse();
  current.evaluations.reverse();
  current.seed = 9;
  assert.equal(compareResults(exampleResult(), current).passed, true);
});

test('what may explain a difference, and what is not gated, is noted', () => {
  const baseline = exampleResult();
  baseline.evaluations = baseline.evaluations.filter(({ attack }) => attack !== 'ifgsm');
  const current = exampleResult();
  current.models[0]!.sha256 = 'e'.repeat(64);
  current.tool.version = '0.2.0';
  current.engine.provider = 'cuda';
  const { notes, rows } = compareResults(baseline, current);
  assert.equal(rows.length, 16);
  assert.match(notes[0]!, /^the tool was robust-bench 0\.1\.0 in the baseline and is robust-bench 0\.2\.0/);
  assert.match(
    notes[1]!,
    /^the engine was onnxruntime \(cpu, .*\) in the baseline and is onnxruntime \(cuda/,
  );
  assert.match(notes[2]!, /^the black-box source erm-1 has changed/);
  assert.equal(
    notes[3],
    'not gated, because the baseline lacks it: the white-box evaluation of erm-1 by ifgsm',
  );
  assert.equal(notes.length, 3 + 5);
});

const incomparable: readonly [string, (current: Result) => unknown, RegExp][] = [
  [
    'version',
    (r) => Object.assign(r, { schema: 'x/2' }),
    /schema is "robust-bench\/result\/1" in the baseline and "x\/2"/,
  ],
  [
    'kind',
    (r) => Object.assign(r, { kind: 'x' }),
    /kind is "attack" in the baseline and "x" in the current result$/,
  ],
  [
    'data',
    (r) => (r.data.sha256 = 'e'.repeat(64)),
    /data\.sha256 is "d{64}" in the baseline and "e{64}" in the current/,
  ],
  ['number of examples', (r) => (r.examples.count = 50), /examples\.count is 40 in the baseline and 50/],
  [
    'examples',
    (r) => (r.examples.indices[2] = 7),
    /examples\.indices\[2\] is 6 in the baseline and 7 in the current result$/,
  ],
  [
    'examples by another seed',
    (r) => {
      r.examples.indices[2] = 7;
      r.seed = 2;
    },
    /examples\.indices\[2\] is 6 .*; seed is 1 in the baseline and 2/,
  ],
  ['labels', (r) => (r.examples.labels[0] = 3), /examples\.labels\[0\] is 0 in the baseline and 3/],
  [
    'epsilon',
    (r) => Object.assign(r.attacks[0]!, { epsilon: 8 / 255, epsilonText: '8/255' }),
    /the epsilon of attack "fgsm" is "4\/255" in the baseline and "8\/255" in the current/,
  ],
  [
    'epsilon of the same text',
    (r) => (r.attacks[0]!.epsilon = 0.03),
    /the epsilon of attack "fgsm" is 0\.0156\d+ in the baseline and 0\.03/,
  ],
  [
    'method',
    (r) => (r.attacks[0]!.method = 'ifgsm'),
    /the method of attack "fgsm" is "fgsm" in the baseline and "ifgsm"/,
  ],
  [
    'step size',
    (r) => (r.attacks[1]!.stepSize = 0.001),
    /the stepSize of attack "ifgsm" is 0\.0015\d+ in the baseline and 0\.001/,
  ],
  ['steps', (r) => (r.attacks[1]!.steps = 20), /the steps of attack "ifgsm" is 10 in the baseline and 20/],
  [
    'projection',
    (r) => (r.attacks[1]!.projection = false),
    /the projection of attack "ifgsm" is true in the baseline and false/,
  ],
  [
    'label',
    (r) => (r.attacks[1]!.label = 'predicted'),
    /the label of attack "ifgsm" is "true" in the baseline and "predicted"/,
  ],
  ['attacks', (r) => r.attacks.pop(), /the baseline has an attack "ifgsm" and the current result has none/],
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
    (r) => r.evaluations.pop(),
    /the current result lacks the black-box evaluation of mixup by ifgsm made on erm-1$/,
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
      r.attacks.forEach((a) => Object.assign(a, { steps: 3, label: 'predicted', projection: false }));
    },
    /; and 3 more$/,
  ],
];

for (const [name, change, message] of incomparable) {
  test(`results of different ${name} are not comparable, and the message says so`, () => {
    const current = exampleResult();
    change(current);
    assert.throws(
      () => compareResults(exampleResult(), current),
      (error) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, /^the results are not comparable: [^\n]+$/);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('the seed matters where targets are drawn at random, and epsilon may be written in another way', () => {
  const targeted = (seed: number | string): Result => {
    const result = exampleResult();
    Object.assign(result.attacks[0]!, { targeted: true, target: 'random' });
    return { ...result, seed };
  };
  assert.throws(() => compareResults(targeted(1), targeted(2)), /seed is 1 in the baseline and 2/);
  assert.equal(compareResults(targeted(1), targeted('1')).passed, true);
  const current = exampleResult();
  Object.assign(current.attacks[0]!, { epsilon: 0.0156862745098039, epsilonText: '0.0156862745098039' });
  assert.equal(compareResults(exampleResult(), current).passed, true);
});

test('options out of range are refused', () => {
  for (const options of [
    { maxIncrease: -0.01 },
    { maxIncrease: 1.5 },
    { maxIncrease: NaN },
    { alpha: 0 },
    { alpha: 1 },
  ]) {
    assert.throws(() => compareResults(exampleResult(), exampleResult(), options), InputError);
  }
});

test('how a model of other weights was read is noted: it may be what is compared', () => {
  const current = exampleResult();
  const mixup = current.models[2]!;
  Object.assign(mixup, { sha256: 'e'.repeat(64), normalization: null, notes: [], layout: 'channels-last' });
  const { notes, passed } = compareResults(exampleResult(), current);
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
  const { notes } = compareResults(exampleResult(), current);
  assert.equal(notes.filter((note) => note.startsWith('the notes of model "mixup" say')).length, 2);
});

test('a result of an earlier version, which does not record how things were read, is gated with a note', () => {
  for (const [baseline, current, where] of [
    [earlierResult(), exampleResult(), 'baseline'],
    [exampleResult(), earlierResult(), 'current result'],
  ] as const) {
    const { notes, passed, rows } = compareResults(baseline, current);
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
  assert.deepEqual(compareResults(earlierResult(), earlierResult()).notes, []);
});

test('targets reached are gated, over the examples that both results led somewhere', () => {
  const current = targetedResult();
  const evaluation = current.evaluations[3]!;
  const { targets, predictions, ranks } = evaluation.outcomes;
  // Three more examples reach the target; none of them was right before, so that no error rises.
  const more = predictions.flatMap((label, index) =>
    ranks[index]! > 0 && targets![index] === 4 && label !== 4 ? [index] : [],
  );
  for (const index of more.slice(0, 3)) predictions[index] = 4;
  const report = compareResults(targetedResult(), current);
  const [row, ...others] = report.rows.filter(({ passed }) => !passed);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [row?.metric, row?.target, row?.count, row?.newlyWrong, row?.newlyRight],
    ['targets', 'erm-1', 36, 3, 0],
  );
  assert.equal(row?.increase, 3 / 36);
  assert.equal(report.rows.filter(({ metric }) => metric === 'targets').length, 3 + 2);
  assert.equal(compareResults(targetedResult(), current, { maxIncrease: 3 / 36 }).passed, true);
  targets![more[0]!] = null;
  const fewer = compareResults(targetedResult(), current).rows.find(({ passed }) => !passed);
  assert.deepEqual([fewer?.count, fewer?.newlyWrong], [35, 2]);
});

test('targets that an earlier version did not list are not gated, which is noted', () => {
  const baseline = targetedResult();
  for (const { outcomes } of baseline.evaluations) delete outcomes.targets;
  const { rows, notes } = compareResults(baseline, targetedResult());
  assert.ok(rows.every(({ metric }) => metric !== 'targets'));
  assert.equal(notes.filter((note) => /^the targets reached are not gated, because/.test(note)).length, 5);
});
