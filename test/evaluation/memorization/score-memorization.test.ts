import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemorizationInput } from '../../../src/evaluation/memorization/memorization-input.ts';
import { membershipScores } from '../../../src/evaluation/memorization/membership.ts';
import { examineRows } from '../../../src/evaluation/memorization/rows.ts';
import { scoreMemorization } from '../../../src/evaluation/memorization/score-memorization.ts';
import type { EpochScores } from '../../../src/evaluation/memorization/scores.ts';
import type { EpochPredictions, Predictions } from '../../../src/predictions/predictions.ts';
import { assertRefused } from '../../data/synthetic.ts';

/** Predictions held in memory that note which epochs were read. */
function inMemory(
  epochs: Readonly<Record<number, Pick<EpochPredictions, 'train' | 'test'>>>,
  classCount: number,
): Predictions & { readonly reads: number[] } {
  const reads: number[] = [];
  return {
    name: 'memory',
    epochs: Object.keys(epochs).map(Number),
    reads,
    read(epoch) {
      reads.push(epoch);
      const { train, test: tested } = epochs[epoch]!;
      const [trainCount, testCount] = [train.length / classCount, tested.length / classCount];
      return Promise.resolve({ train, test: tested, trainCount, testCount, classCount });
    },
  };
}

/** Logits of 2 at the predicted class and 0 elsewhere, of 3 classes. */
const sure = (...classes: readonly number[]): Float32Array =>
  Float32Array.from(classes.flatMap((predicted) => [0, 1, 2].map((index) => (index === predicted ? 2 : 0))));

/** Example 0 is real; 1, 2 and 3 are corrupted, 3 drew its own class; 4 is real. */
const labels = {
  givenLabels: Int32Array.of(0, 1, 2, 2, 1),
  trueLabels: Int32Array.of(0, 0, 1, 2, 1),
  masked: Uint8Array.of(0, 1, 1, 1, 0),
  testLabels: Int32Array.of(0, 1, 2, 0),
};
const uniform = (): number => 1 / 3;

/** The real labels are learned first, then the corrupted ones are memorized, at the cost of the test examples. */
const run = {
  1: { train: sure(0, 0, 0, 0, 0), test: sure(0, 0, 0, 0) },
  3: { train: sure(0, 0, 1, 2, 1), test: sure(0, 1, 2, 1) },
  4: { train: sure(0, 1, 1, 1, 1), test: sure(0, 1, 2, 2) },
  8: { train: sure(0, 1, 2, 2, 0), test: sure(1, 1, 2, 2) },
};

const input = (): MemorizationInput & { predictions: ReturnType<typeof inMemory> } => ({
  predictions: inMemory(run, 3),
  classCount: 3,
  ...labels,
  chance: uniform,
});

test('a run by hand', async () => {
  const given = input();
  const seen: EpochScores[] = [];
  const scores = await scoreMemorization({ ...given, onEpoch: (epoch) => seen.push(epoch) });
  assert.deepEqual(given.predictions.reads, [1, 3, 4, 8]);
  assert.deepEqual(seen, scores.epochs);
  assert.deepEqual(scores.groups, { train: 5, real: 2, corrupted: 3, changed: 2, test: 4 });
  const column = (key: keyof EpochScores): unknown[] => scores.epochs.map((epoch) => epoch[key]);
  assert.deepEqual(column('epoch'), [1, 3, 4, 8]);
  assert.deepEqual(column('testErrors'), [2, 1, 1, 2]);
  assert.deepEqual(column('trainErrors'), [4, 2, 2, 1]);
  assert.deepEqual(column('realErrors'), [1, 0, 0, 1]);
  assert.deepEqual(column('corruptedErrors'), [3, 2, 2, 0]);
  assert.deepEqual(column('changedErrors'), [2, 2, 1, 0]);
  assert.deepEqual(column('corruptedRestored'), [1, 3, 1, 1]);
  assert.deepEqual(column('changedRestored'), [1, 2, 1, 0]);
  assert.deepEqual(column('chance'), [1 / 3, 1 / 3, 1 / 3, 1 / 3]);
  assert.equal(scores.best, scores.epochs[1]);
  assert.equal(scores.last, scores.epochs[3]);
  assert.equal(scores.memorizationGap?.hits, 3);
  assert.ok(Math.abs(scores.memorizationGap.gap - 2 / 3) < 1e-15);

  // Right: log(1 + 2e⁻²); wrong: 2 more.
  const right = Math.log1p(2 * Math.exp(-2));
  assert.ok(Math.abs(scores.last.trainLoss - (right + 2 / 5)) < 1e-12);
  assert.ok(Math.abs(scores.last.testLoss - (right + 1)) < 1e-12);
  // 4 of 5 members and 2 of 4 test examples are below the mean; pairs: test loss greater in 2·4, equal in 2·4 + 2·1.
  assert.ok(Math.abs(scores.last.membershipAdvantage - (4 / 5 - 2 / 4)) < 1e-12);
  assert.ok(Math.abs(scores.last.membershipAuc - (8 + 0.5 * (8 + 2)) / 20) < 1e-12);
  assert.deepEqual(
    [scores.membership.all.members, scores.membership.real?.members, scores.membership.real?.truePositives],
    [5, 2, 1],
  );
  const confidence = 1 / (1 + 2 * Math.exp(-2));
  assert.ok(Math.abs(scores.last.calibrationError - Math.abs(2 / 4 - confidence)) < 1e-12);
  assert.equal(scores.calibration.error, scores.last.calibrationError);

  assert.deepEqual(scores.examples.firstLearned, Int32Array.of(1, 4, 8, 3, 3));
  assert.deepEqual(scores.examples.learnedForGood, Int32Array.of(1, 4, 8, 8, 0));
  assert.deepEqual(scores.examples.forgettingEvents, Int32Array.of(0, 0, 0, 1, 1));
  assert.deepEqual(scores.examples.correct, Uint8Array.of(0b00001, 0b11001, 0b10011, 0b01111));
  // Margins of ±2, or 0 − 2 where another class is predicted.
  assert.deepEqual(scores.examples.areaUnderMargin, Float32Array.of(2, 0, -1, 0, 0));
  assert.deepEqual(scores.areaUnderMargin.real?.mean, 1);
  assert.deepEqual(scores.areaUnderMargin.changed?.count, 2);
  // Right labels 2, 0, 0 against changed 0, −1.
  assert.equal(scores.areaUnderMargin.separation?.auc, (2 + 1.5 + 1.5) / 6);
  assert.equal(scores.learning.corrupted?.forgettingEvents, 1);
  assert.equal(scores.learning.real?.everForgotten, 1);

  // Predicted 1, 1, 2, 2 for 0, 1, 2, 0: of equal logits the first comes first.
  const tested = scores.testExamples;
  assert.deepEqual(tested.predictions, Int32Array.of(1, 1, 2, 2));
  assert.deepEqual(tested.ranks, Int32Array.of(1, 0, 0, 1));
  assert.deepEqual(tested.losses, Float32Array.of(right + 2, right, right, right + 2));
  assert.deepEqual(tested.right, Uint8Array.of(0b1001, 0b0111, 0b0111, 0b0110));
  // Three classes are all among the best five.
  assert.equal(tested.rightTop5, null);
  assert.deepEqual(column('testTop5Errors'), [null, null, null, null]);
  // Of the real ones, 0 and 4, the last epoch has the losses right and right + 2, whose mean is right + 1.
  assert.ok(Math.abs(scores.last.membershipReal!.advantage - (1 / 2 - 2 / 4)) < 1e-12);
});

test('top-5 errors and outcomes are those of the ranks', async () => {
  const classCount = 7;
  const logits = (salt: number): Float32Array => noisy(40, classCount, salt);
  const testLabels = Int32Array.from({ length: 40 }, (_, index) => (index * 3) % classCount);
  const given = Int32Array.from({ length: 40 }, (_, index) => index % classCount);
  const scores = await scoreMemorization({
    predictions: inMemory(
      { 1: { train: logits(1), test: logits(2) }, 2: { train: logits(3), test: logits(4) } },
      classCount,
    ),
    classCount,
    givenLabels: given,
    trueLabels: given,
    masked: new Uint8Array(40),
    testLabels,
  });
  [2, 4].forEach((salt, epoch) => {
    const table = logits(salt);
    const right = Array.from(testLabels, (label, example) => {
      const row = [...table.subarray(example * classCount, (example + 1) * classCount)];
      return row.filter((logit) => logit > row[label]!).length < 5;
    });
    assert.equal(scores.epochs[epoch]!.testTop5Errors, right.filter((is) => !is).length);
    right.forEach((is, example) => {
      const byte = scores.testExamples.rightTop5![epoch * 5 + (example >> 3)]!;
      assert.equal((byte >> (example & 7)) & 1, is ? 1 : 0);
    });
  });
  assert.ok(scores.last.testTop5Errors! > 0);
});

/** AUM(x) = (1/T) Σ M(t) with M(t) = a·t + b has the closed form a·(T + 1)/2 + b. */
test('the area under margins that grow evenly is their closed form', async () => {
  const epochCount = 9;
  const [slopes, starts] = [
    [0.5, -0.25, 0, 2],
    [-3, 1, 0.5, -10],
  ];
  const epochs = Object.fromEntries(
    Array.from({ length: epochCount }, (_, index) => {
      const margin = (example: number): number => slopes[example]! * (index + 1) + starts[example]!;
      // The given label 1 has the margin as its logit, the greatest other is 0 and another lies below.
      const train = Float32Array.from([0, 1, 2, 3].flatMap((example) => [0, margin(example), -20]));
      return [index + 1, { train, test: sure(0) }];
    }),
  );
  const given = new Int32Array(4).fill(1);
  const scores = await scoreMemorization({
    predictions: inMemory(epochs, 3),
    classCount: 3,
    givenLabels: given,
    trueLabels: given,
    masked: new Uint8Array(4),
    testLabels: Int32Array.of(0),
  });
  const areas = slopes.map((slope, example) => (slope * (epochCount + 1)) / 2 + starts[example]!);
  assert.deepEqual(scores.examples.areaUnderMargin, Float32Array.from(areas));
  // Right where the margin is above 0, for a first class that is not the label: t > 6, t < 4, always, t > 5.
  assert.deepEqual(scores.examples.firstLearned, Int32Array.of(7, 1, 1, 6));
  assert.deepEqual(scores.examples.learnedForGood, Int32Array.of(7, 0, 1, 6));
  assert.deepEqual(scores.examples.forgettingEvents, Int32Array.of(0, 1, 0, 0));
});

/** Pseudorandom logits: an example, or a class, at a time. */
function noisy(count: number, classCount: number, epoch: number): Float32Array {
  return Float32Array.from(
    { length: count * classCount },
    (_, index) => Math.sin(index * 12.9898 + epoch * 78.233) * (2 + epoch),
  );
}

test('scoring epoch by epoch equals scoring all of them at once', async () => {
  const [trainCount, testCount, classCount] = [203, 57, 4];
  const epochNumbers = [1, 2, 3, 4, 5, 6];
  const epochs = Object.fromEntries(
    epochNumbers.map((epoch) => [
      epoch,
      { train: noisy(trainCount, classCount, epoch), test: noisy(testCount, classCount, -epoch) },
    ]),
  );
  const trueLabels = Int32Array.from({ length: trainCount }, (_, index) => (index * 7) % classCount);
  const masked = Uint8Array.from(trueLabels, (_, index) => (index % 3 === 0 ? 1 : 0));
  const givenLabels = trueLabels.map((label, index) =>
    masked[index] === 1 ? (index * 5) % classCount : label,
  );
  const testLabels = Int32Array.from({ length: testCount }, (_, index) => (index * 3) % classCount);
  const scores = await scoreMemorization({
    predictions: inMemory(epochs, classCount),
    classCount,
    givenLabels,
    trueLabels,
    masked,
    testLabels,
    chance: () => 1 / classCount,
  });
  const all = epochNumbers.map((epoch) => examineRows(epochs[epoch]!.train, givenLabels, classCount));
  for (let example = 0; example < trainCount; example++) {
    const history = all.map(({ correct }) => correct[example]!);
    const first = history.indexOf(1);
    assert.equal(scores.examples.firstLearned[example], first < 0 ? 0 : epochNumbers[first]);
    assert.equal(
      scores.examples.forgettingEvents[example],
      history.filter((value, index) => value === 0 && history[index - 1] === 1).length,
    );
    const area = all.reduce((sum, { margins }) => sum + margins[example]!, 0) / all.length;
    assert.ok(Math.abs(scores.examples.areaUnderMargin[example]! - area) < 1e-5);
    history.forEach((right, index) => {
      const byte = scores.examples.correct[index * Math.ceil(trainCount / 8) + (example >> 3)]!;
      assert.equal((byte >> (example & 7)) & 1, right);
    });
  }
  const tested = examineRows(epochs[6]!.test, testLabels, classCount);
  assert.deepEqual(scores.membership.all, membershipScores(all[5]!.losses, tested.losses));
  const real = all[5]!.losses.filter((_, example) => masked[example] === 0);
  assert.deepEqual(scores.membership.real, membershipScores(real, tested.losses));
  const { areaUnderMargin } = scores;
  const means = ['real', 'corrupted'].map((group) => {
    const values = scores.examples.areaUnderMargin.filter(
      (_, i) => (masked[i] === 1) === (group === 'corrupted'),
    );
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  assert.ok(Math.abs(areaUnderMargin.real!.mean - means[0]!) < 1e-6);
  assert.ok(Math.abs(areaUnderMargin.corrupted!.mean - means[1]!) < 1e-6);
});

test('without corruption there is no gap, and no group of corrupted examples', async () => {
  const clean = { ...labels, givenLabels: labels.trueLabels, masked: new Uint8Array(5) };
  const scores = await scoreMemorization({ predictions: inMemory(run, 3), classCount: 3, ...clean });
  assert.equal(scores.memorizationGap, null);
  assert.equal(scores.last.chance, null);
  assert.deepEqual([scores.learning.corrupted, scores.learning.changed], [null, null]);
  assert.deepEqual([scores.areaUnderMargin.corrupted, scores.areaUnderMargin.separation], [null, null]);
  assert.equal(scores.last.corruptedErrors, 0);
  assert.deepEqual(scores.membership.real, scores.membership.all);
});

test('without a known noise there is no gap, but all that needs none', async () => {
  const scores = await scoreMemorization({ predictions: inMemory(run, 3), classCount: 3, ...labels });
  assert.equal(scores.memorizationGap, null);
  assert.equal(scores.last.chance, null);
  assert.equal(scores.last.changedErrors, 0);
  assert.equal(scores.learning.corrupted?.count, 3);
});

test('with every label corrupted there is no group of real examples', async () => {
  const scores = await scoreMemorization({ ...input(), masked: new Uint8Array(5).fill(1) });
  assert.deepEqual(
    [scores.groups.real, scores.learning.real, scores.areaUnderMargin.real, scores.membership.real],
    [0, null, null, null],
  );
});

test('input that does not belong together is refused in one line', async () => {
  const refused = (change: Partial<MemorizationInput>, pattern: RegExp): Promise<void> =>
    assertRefused(() => scoreMemorization({ ...input(), ...change }), pattern);
  await refused({ givenLabels: Int32Array.of(0, 1, 2, 3, 1) }, /given label of example 3 is 3: .* 0 to 2/);
  await refused({ testLabels: Int32Array.of(0, -1, 2, 0) }, /test label of example 1 is -1/);
  await refused({ testLabels: new Int32Array(0) }, /no test labels/);
  await refused({ masked: new Uint8Array(4) }, /5 given labels, 5 true labels and 4 mask entries/);
  await refused({ masked: Uint8Array.of(0, 0, 1, 1, 0) }, /example 1 is not marked as corrupted/);
  await refused({ classCount: 1 }, /at least 2/);
  await refused(
    { testLabels: Int32Array.of(0, 1, 2) },
    /memory: epoch 1 has predictions of 4 test examples .* 3/,
  );
  await refused({ predictions: inMemory({}, 3) }, /memory holds no epoch/);
  await refused({ predictions: { ...inMemory(run, 3), epochs: [3, 3] } }, /must ascend .* 3 does not/);
  await refused({ predictions: { ...inMemory(run, 3), epochs: [0, 1] } }, /must ascend .* 0 does not/);
  const fewer = { 2: { train: sure(0, 1, 2, 2), test: sure(1, 1, 2, 2) } };
  await refused({ predictions: inMemory(fewer, 3) }, /epoch 2 has predictions of 4 training examples .* 5/);
  const four = { 1: { train: new Float32Array(20), test: new Float32Array(16) } };
  await refused({ predictions: inMemory(four, 4) }, /predictions of 4 classes and the labels are of 3/);
});

test('an aborted signal ends it between epochs', async () => {
  const controller = new AbortController();
  const given = input();
  const scoring = scoreMemorization({
    ...given,
    signal: controller.signal,
    onEpoch: () => {
      controller.abort(new Error('enough'));
    },
  });
  await assert.rejects(scoring, /enough/);
  assert.deepEqual(given.predictions.reads, [1]);
});
