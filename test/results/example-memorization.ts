/** A small memorization result that is valid in every respect: five runs on corrupted labels, one on clean ones. */
import { encodeBits } from '../../src/core/bits.ts';
import { encodeColumn } from '../../src/results/column.ts';
import {
  memorizationSchemaId,
  type MemorizationCurves,
  type MemorizationResult,
  type MemorizationRun,
  type MarginSummary,
  type LearningSummary,
  type MembershipInference,
  type Quartiles,
  type TrainingFacts,
} from '../../src/results/memorization.ts';
import { wilsonInterval } from '../../src/statistics/proportion.ts';

export const train = 60;
export const test = 200;
const epochs = [1, 2, 3, 4];
const classes = 10;

/** Every second example is corrupted, and of ten of those nine really changed. */
const corrupted = Uint8Array.from({ length: train }, (_, i) => i % 2);
const changed = Uint8Array.from({ length: train }, (_, i) => (i % 2 === 1 && i % 20 !== 1 ? 1 : 0));

/** What the example says of a run, from which all else follows. */
interface Outline {
  readonly id: string;
  readonly training: TrainingFacts | null;
  readonly clean?: boolean;
  /** Wrong test examples after each epoch. */
  readonly testErrors: readonly number[];
  /** After each epoch, the share of real and of corrupted examples that are predicted as their given label. */
  readonly real: readonly number[];
  readonly memorized: readonly number[];
}

const base: TrainingFacts = {
  method: 'erm',
  architecture: 'preact-resnet18',
  width: 8,
  epochs: 4,
  batchSize: 20,
  learningRate: 0.1,
  schedule: '× 0.1 at epochs 2, 3',
  optimizer: 'sgd',
  momentum: 0.9,
  nesterov: false,
  weightDecay: 0.0001,
  weightDecayOn: 'all',
  augmentation: 'crop, flip',
  seed: 1,
};
const mixup: TrainingFacts = { ...base, method: 'mixup', lambdaPer: 'batch' };

const outlines: readonly Outline[] = [
  {
    id: 'ERM',
    training: base,
    testErrors: [60, 38, 70, 90],
    real: [0.4, 0.7, 0.95, 1],
    memorized: [0.1, 0.2, 0.6, 1],
  },
  {
    id: 'dropout p=0.5',
    training: { ...base, dropout: 0.5 },
    testErrors: [70, 45, 44, 60],
    real: [0.4, 0.7, 0.8, 0.9],
    memorized: [0.1, 0.1, 0.2, 0.3],
  },
  {
    id: 'mixup α=8',
    training: { ...mixup, alpha: 8 },
    testErrors: [64, 30, 30, 34],
    real: [0.4, 0.7, 0.8, 0.9],
    memorized: [0.1, 0.1, 0.3, 0.7],
  },
  {
    id: 'mixup α=32',
    training: { ...mixup, alpha: 32 },
    testErrors: [64, 36, 30, 30],
    real: [0.4, 0.7, 0.8, 0.8],
    memorized: [0.1, 0.1, 0.1, 0.1],
  },
  {
    id: 'mixup α=8 + dropout p=0.3',
    training: { ...mixup, alpha: 8, dropout: 0.3 },
    testErrors: [80, 50, 40, 100],
    real: [0.3, 0.6, 0.8, 0.8],
    memorized: [0.1, 0.1, 0.1, 0.1],
  },
  {
    id: 'another, clean',
    training: null,
    clean: true,
    testErrors: [50, 40, 30, 20],
    real: [0.5, 0.7, 0.9, 1],
    memorized: [0.5, 0.7, 0.9, 1],
  },
];

export function errorRate(errors: number, count: number): MemorizationRun['testError']['best']['error'] {
  return { errors, rate: errors / count, interval: wilsonInterval(errors, count) };
}

/** A number in 0 … 99 that looks drawn. */
function mix(example: number, epoch: number): number {
  return (example * 37 + epoch * 11 + ((example * example) % 13) * 7) % 100;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function quartilesOf(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const low = sorted[Math.floor(place)]!;
    return low + (place - Math.floor(place)) * (sorted[Math.ceil(place)]! - low);
  };
  return {
    minimum: at(0),
    lowerQuartile: at(0.25),
    median: at(0.5),
    upperQuartile: at(0.75),
    maximum: at(1),
  };
}

function membership(members: number, advantageous: number): MembershipInference {
  const truePositives = Math.round(0.75 * members);
  const advantage = truePositives / members - advantageous / test;
  return {
    threshold: 0.25,
    truePositives,
    members,
    falsePositives: advantageous,
    nonMembers: test,
    advantage,
    interval: { lower: advantage - 0.1, upper: advantage + 0.1, level: 0.95, method: 'Newcombe' },
    bestAdvantage: Math.min(1, Math.max(0, advantage + 0.05)),
    curve: {
      auc: 0.75,
      positives: test,
      negatives: members,
      interval: { lower: 0.7, upper: 0.8, level: 0.95, method: 'DeLong' },
    },
  };
}

/** A place in 0 … test − 1 for each of them, all different, that looks drawn. */
function place(example: number, salt: number): number {
  return (example * 83 + salt * 29) % test;
}

/** After each epoch so many test examples are wrong, by and by others; a third of these in the top 5 too. */
function testOutcomesOf(testErrors: readonly number[]): NonNullable<MemorizationRun['testOutcomes']> {
  const everyTest = Array.from({ length: test }, (_, i) => i);
  const ranksAfter = testErrors.map((errors, epoch) =>
    Int32Array.from(everyTest, (i) => {
      const own = place(i, epoch);
      return own >= errors ? 0 : own < Math.floor(errors / 3) ? 6 : 2;
    }),
  );
  const ranks = ranksAfter.at(-1)!;
  const rightIn = (top: number): string[] =>
    ranksAfter.map((list) => encodeBits(Uint8Array.from(list, (rank) => (rank < top ? 1 : 0))));
  return {
    predictions: encodeColumn(ranks.map((rank, i) => (i + rank) % classes)),
    ranks: encodeColumn(ranks),
    losses: encodeColumn(Float32Array.from(ranks, (rank) => 0.125 + rank)),
    right: rightIn(1),
    rightTop5: rightIn(5),
  };
}

function calibrationOf(errors: number): MemorizationRun['calibration'] {
  const width = 5;
  const bins = Array.from({ length: width }, (_, index) => ({
    lower: index / width,
    upper: (index + 1) / width,
    // The least confident bin is empty.
    count: index === 0 ? 0 : test / 4,
    confidence: index === 0 ? null : (index + 0.5) / width,
    accuracy: index === 0 ? null : 1 - errors / test,
  }));
  const error = sum(
    bins.map((bin) => (bin.count / test) * Math.abs((bin.accuracy ?? 0) - (bin.confidence ?? 0))),
  );
  return { error, bins };
}

function runOf(outline: Outline): MemorizationRun {
  const { id, training, clean = false, testErrors } = outline;
  const masks = clean
    ? { corrupted: new Uint8Array(train), changed: new Uint8Array(train) }
    : { corrupted, changed };
  const everyExample = Array.from({ length: train }, (_, i) => i);
  const members = {
    real: everyExample.filter((i) => masks.corrupted[i] === 0),
    corrupted: everyExample.filter((i) => masks.corrupted[i] === 1),
    changed: everyExample.filter((i) => masks.changed[i] === 1),
  };
  const right = epochs.map((epoch, index) =>
    Uint8Array.from(everyExample, (i) => {
      const share = (masks.corrupted[i] === 1 ? outline.memorized : outline.real)[index]!;
      return mix(i, epoch) < 100 * share ? 1 : 0;
    }),
  );
  const wrongIn = (group: readonly number[]): number[] =>
    right.map((bits) => group.filter((i) => bits[i] === 0).length);
  // A changed example that is wrong is every second time predicted as what it truly is.
  const restoredOf = (group: readonly number[]): number[] =>
    right.map(
      (bits) =>
        group.filter((i) => (masks.changed[i] === 1 ? bits[i] === 0 && i % 4 === 1 : bits[i] === 1)).length,
    );
  const firstLearned = everyExample.map((i) => epochs[right.findIndex((bits) => bits[i] === 1)] ?? 0);
  const forgettingEvents = everyExample.map(
    (i) => right.filter((bits, e) => e > 0 && bits[i] === 0 && right[e - 1]![i] === 1).length,
  );
  const margins = everyExample.map((i) =>
    Number(((sum(right.map((bits) => bits[i]!)) * 2 - 4) / 3 + (i % 7) / 100).toFixed(4)),
  );
  const learnedForGood = everyExample.map((i) => {
    const lastWrong = right.findLastIndex((bits) => bits[i] === 0);
    return epochs[lastWrong + 1] ?? 0;
  });
  const byGroup = <S>(summarize: (group: readonly number[]) => S): Record<keyof typeof members, S | null> => {
    const of = (group: readonly number[]): S | null => (group.length === 0 ? null : summarize(group));
    return { real: of(members.real), corrupted: of(members.corrupted), changed: of(members.changed) };
  };
  const learning = byGroup((group): LearningSummary => {
    const learned = group.filter((i) => firstLearned[i]! > 0);
    const kept = group.filter((i) => learnedForGood[i]! > 0);
    const forgotten = group.filter((i) => forgettingEvents[i]! > 0).length;
    const neverLearned = group.length - learned.length;
    return {
      count: group.length,
      neverLearned,
      neverForgotten: group.length - neverLearned - forgotten,
      everForgotten: forgotten,
      forgettingEvents: sum(group.map((i) => forgettingEvents[i]!)),
      firstLearned: learned.length === 0 ? null : quartilesOf(learned.map((i) => firstLearned[i]!)),
      learnedForGood: kept.length === 0 ? null : quartilesOf(kept.map((i) => learnedForGood[i]!)),
    };
  });
  const marginSummary = byGroup((group): MarginSummary => {
    const values = group.map((i) => margins[i]!);
    return { count: group.length, mean: sum(values) / values.length, quartiles: quartilesOf(values) };
  });
  const all = membership(train, 90);
  const realMembership = membership(members.real.length, 80);
  const calibration = calibrationOf(testErrors.at(-1)!);
  const curves: MemorizationCurves = {
    epoch: [...epochs],
    learningRate: training === null ? null : [0.1, 0.1, 0.01, 0.001],
    objective: training === null ? null : [2.2, 1.5, 0.9, 0.4],
    testErrors: [...testErrors],
    testTop5Errors: testErrors.map((errors) => Math.floor(errors / 3)),
    trainErrors: wrongIn(everyExample),
    realErrors: wrongIn(members.real),
    corruptedErrors: wrongIn(members.corrupted),
    changedErrors: wrongIn(members.changed),
    corruptedRestored: restoredOf(members.corrupted),
    changedRestored: restoredOf(members.changed),
    chance: clean ? null : [0.1, 0.1, 0.1, 0.1],
    trainLoss: [2.3, 1.6, 1, 0.5],
    testLoss: [2.1, 1.5, 1.6, 1.9],
    membershipAdvantage: [0, 0.1, 0.2, all.advantage],
    membershipAuc: [0.5, 0.6, 0.7, all.curve.auc],
    membershipRealAdvantage: [0, 0.1, 0.2, realMembership.advantage],
    membershipRealAuc: [0.5, 0.6, 0.7, realMembership.curve.auc],
    calibrationError: [0.1, 0.1, 0.15, calibration.error],
  };
  const last = (list: readonly number[]): number => list.at(-1)!;
  const trainingErrorOf = (
    name: keyof typeof members,
    list: readonly number[],
  ): ReturnType<typeof errorRate> | null =>
    members[name].length === 0 ? null : errorRate(last(list), members[name].length);
  const restored = (
    name: 'corrupted' | 'changed',
    list: readonly number[],
  ): MemorizationRun['restored']['changed'] => {
    if (members[name].length === 0) return null;
    const { errors, rate, interval } = errorRate(last(list), members[name].length);
    return { examples: errors, rate, interval };
  };
  const hits = members.corrupted.length - last(curves.corruptedErrors);
  const accuracy = clean ? null : errorRate(hits, members.corrupted.length);
  const least = Math.min(...testErrors);
  return {
    id,
    name: id,
    variant: id,
    seed: training?.seed ?? null,
    source: training === null ? 'predictions' : 'trained',
    training,
    corruption: clean
      ? null
      : {
          mode: 'uniform',
          rate: 0.5,
          exact: true,
          matrix: null,
          seed: 1,
          labelsSha256: 'e'.repeat(64),
        },
    groups: {
      train,
      real: members.real.length,
      corrupted: members.corrupted.length,
      changed: members.changed.length,
      test,
    },
    testError: {
      best: { epoch: epochs[testErrors.indexOf(least)]!, error: errorRate(least, test) },
      last: { epoch: last(epochs), error: errorRate(last(testErrors), test) },
    },
    trainingError: {
      real: trainingErrorOf('real', curves.realErrors),
      corrupted: trainingErrorOf('corrupted', curves.corruptedErrors),
      changed: trainingErrorOf('changed', curves.changedErrors),
    },
    restored: {
      corrupted: restored('corrupted', curves.corruptedRestored),
      changed: restored('changed', curves.changedRestored),
    },
    memorizationGap:
      accuracy === null
        ? null
        : {
            hits,
            count: members.corrupted.length,
            chance: 0.1,
            gap: accuracy.rate - 0.1,
            interval: {
              lower: accuracy.interval.lower - 0.1,
              upper: accuracy.interval.upper - 0.1,
              level: 0.95,
              method: 'Wilson less chance',
            },
          },
    learning,
    areaUnderMargin: {
      ...marginSummary,
      separation: clean
        ? null
        : {
            auc: 0.875,
            positives: train - members.changed.length,
            negatives: members.changed.length,
            interval: { lower: 0.8, upper: 0.95, level: 0.95, method: 'DeLong' },
          },
    },
    membership: { all, real: realMembership },
    calibration,
    curves,
    perExample: {
      corrupted: encodeBits(masks.corrupted),
      changed: encodeBits(masks.changed),
      firstLearned,
      forgettingEvents,
      areaUnderMargin: margins,
      correct: right.map(encodeBits),
    },
    testOutcomes: testOutcomesOf(testErrors),
  };
}

function dataSet(split: string, size: number): MemorizationResult['data']['train'] {
  return {
    specification: 'cifar10',
    split,
    sha256: (split === 'train' ? 'a' : 'b').repeat(64),
    shape: [3, 32, 32],
    classes,
    size,
  };
}

/** Builds a new one at each call, so that a test may change it. */
export function exampleMemorization(): MemorizationResult {
  return {
    schema: memorizationSchemaId,
    kind: 'memorization',
    tool: { name: 'robust-bench', version: '0.1.0' },
    seed: 1,
    data: { train: dataSet('train', 4000), test: dataSet('test', test) },
    examples: {
      train: { count: train, indices: Array.from({ length: train }, (_, i) => 3 * i) },
      test: { count: test, indices: null },
    },
    engine: { name: 'onnxruntime', provider: 'cpu', runtime: 'onnxruntime-node 1.30.0' },
    runs: structuredClone(outlines.map(runOf)),
    warnings: ['the examples are few: intervals are wide'],
    run: {
      startedAt: '2024-05-01T10:00:00.000Z',
      durationMs: 60000,
      threads: 2,
      batchSize: 20,
      node: 'v20.11.0',
      platform: 'linux x64',
      timings: [{ stage: 'ERM', durationMs: 9000, examplesPerSecond: 26.7 }],
    },
  };
}

/** The example with each corrupted variant trained by the seeds 1, 2 and 3, which err on 6 test examples more each. */
export function exampleWithSeeds(): MemorizationResult {
  const [clean] = outlines.slice(-1);
  const repeated = outlines.slice(0, -1).flatMap((outline) =>
    [1, 2, 3].map((seed): MemorizationRun => {
      const run = runOf({
        ...outline,
        testErrors: outline.testErrors.map((errors) => errors + 6 * (seed - 1)),
        training: outline.training === null ? null : { ...outline.training, seed },
      });
      return { ...run, id: `${run.id}:seed-${String(seed)}` };
    }),
  );
  return { ...exampleMemorization(), runs: structuredClone([...repeated, runOf(clean!)]) };
}
