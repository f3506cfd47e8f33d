/** The checks of memorization-consistency.ts on learning, margins, membership inference and calibration. */
import { close, intervalProblems, tolerance } from './consistency-rates.ts';
import { presenceProblems } from './memorization-consistency-errors.ts';
import type {
  AreaUnderCurve,
  Calibration,
  LearningSummary,
  MembershipInference,
  MemorizationRun,
  Quartiles,
} from './memorization.ts';

const groupNames = ['real', 'corrupted', 'changed'] as const;

export function* scoreProblems(run: MemorizationRun, at: string): Iterable<string> {
  const { groups, learning, areaUnderMargin, membership, calibration } = run;
  for (const name of groupNames) {
    const size = groups[name];
    const place = `${at}/learning/${name}`;
    const summary = learning[name];
    yield* presenceProblems(summary, size, name, place);
    if (summary !== null) yield* learningProblems(summary, size, run, place);
  }
  for (const name of groupNames) {
    const size = groups[name];
    const place = `${at}/areaUnderMargin/${name}`;
    const summary = areaUnderMargin[name];
    yield* presenceProblems(summary, size, name, place);
    if (summary !== null) {
      yield* sizeProblems(summary.count, size, `${place}/count`);
      yield* quartileProblems(summary.quartiles, `${place}/quartiles`);
      const { minimum, maximum } = summary.quartiles;
      const slack = tolerance * Math.max(1, Math.abs(minimum), Math.abs(maximum));
      if (summary.mean < minimum - slack || summary.mean > maximum + slack) {
        yield `${place}/mean is ${String(summary.mean)}, outside ${String(minimum)} to ${String(maximum)}`;
      }
    }
  }
  const { separation } = areaUnderMargin;
  const right = groups.train - groups.changed;
  yield* presenceProblems(
    separation,
    Math.min(right, groups.changed),
    'comparable',
    `${at}/areaUnderMargin/separation`,
  );
  if (separation !== null) {
    yield* curveProblems(separation, right, groups.changed, `${at}/areaUnderMargin/separation`);
  }
  yield* membershipProblems(membership.all, groups.train, groups.test, `${at}/membership/all`);
  yield* presenceProblems(membership.real, groups.real, 'real', `${at}/membership/real`);
  if (membership.real !== null) {
    yield* membershipProblems(membership.real, groups.real, groups.test, `${at}/membership/real`);
  }
  yield* calibrationProblems(run, `${at}/calibration`);
  for (const [name, value, curve] of [
    ['membership/all/advantage', membership.all.advantage, run.curves.membershipAdvantage],
    ['membership/all/curve/auc', membership.all.curve.auc, run.curves.membershipAuc],
    ['membership/real/advantage', membership.real?.advantage ?? 0, run.curves.membershipRealAdvantage],
    ['membership/real/curve/auc', membership.real?.curve.auc ?? 0, run.curves.membershipRealAuc],
    ['calibration/error', calibration.error, run.curves.calibrationError],
  ] as const) {
    if (curve === null) continue;
    const last = curve.at(-1) ?? 0;
    if (!close(value, last)) {
      yield `${at}/${name} is ${String(value)}, but the curves say ${String(last)}`;
    }
  }
}

function* learningProblems(
  { count, neverLearned, neverForgotten, everForgotten, ...rest }: LearningSummary,
  size: number,
  { curves }: MemorizationRun,
  at: string,
): Iterable<string> {
  yield* sizeProblems(count, size, `${at}/count`);
  if (neverLearned + neverForgotten + everForgotten !== count) {
    yield `${at} has ${String(neverLearned)} never learned, ${String(neverForgotten)} never and ${String(everForgotten)} ever forgotten, which do not make ${String(count)}`;
  }
  const { forgettingEvents, firstLearned, learnedForGood } = rest;
  if (forgettingEvents < everForgotten) {
    yield `${at}/forgettingEvents is ${String(forgettingEvents)}, fewer than the ${String(everForgotten)} examples ever forgotten`;
  }
  if ((firstLearned === null) !== (neverLearned === count)) {
    yield `${at}/firstLearned is ${firstLearned === null ? 'null' : 'given'}, but ${String(count - neverLearned)} examples were learned`;
  }
  for (const [name, quartiles] of Object.entries({ firstLearned, learnedForGood })) {
    if (quartiles === null) continue;
    yield* quartileProblems(quartiles, `${at}/${name}`);
    const [first = 0, last = 0] = [curves.epoch[0], curves.epoch.at(-1)];
    if (quartiles.minimum < first || quartiles.maximum > last) {
      yield `${at}/${name} is ${String(quartiles.minimum)} to ${String(quartiles.maximum)}, outside the epochs ${String(first)} to ${String(last)}`;
    }
  }
}

function* membershipProblems(
  scores: MembershipInference,
  members: number,
  nonMembers: number,
  at: string,
): Iterable<string> {
  yield* sizeProblems(scores.members, members, `${at}/members`);
  yield* sizeProblems(scores.nonMembers, nonMembers, `${at}/nonMembers`);
  const { truePositives, falsePositives, advantage, interval, bestAdvantage, curve } = scores;
  if (truePositives > members) yield `${at}/truePositives is ${String(truePositives)} of ${String(members)}`;
  if (falsePositives > nonMembers) {
    yield `${at}/falsePositives is ${String(falsePositives)} of ${String(nonMembers)}`;
  }
  const expected = truePositives / scores.members - falsePositives / scores.nonMembers;
  if (!close(advantage, expected)) {
    yield `${at}/advantage is ${String(advantage)}, but the positives make ${String(expected)}`;
  }
  yield* intervalProblems(interval, advantage, 'advantage', `${at}/interval`);
  if (bestAdvantage < advantage - tolerance) {
    yield `${at}/bestAdvantage is ${String(bestAdvantage)}, below the advantage ${String(advantage)}`;
  }
  yield* curveProblems(curve, nonMembers, members, `${at}/curve`);
}

function* curveProblems(
  { auc, positives, negatives, interval }: AreaUnderCurve,
  expectedPositives: number,
  expectedNegatives: number,
  at: string,
): Iterable<string> {
  yield* sizeProblems(positives, expectedPositives, `${at}/positives`);
  yield* sizeProblems(negatives, expectedNegatives, `${at}/negatives`);
  if (interval !== null) yield* intervalProblems(interval, auc, 'area', `${at}/interval`);
}

function* calibrationProblems(
  { calibration, groups, testError }: MemorizationRun,
  at: string,
): Iterable<string> {
  const { bins, error } = calibration;
  for (const [index, { lower, upper, count, confidence, accuracy }] of bins.entries()) {
    const place = `${at}/bins/${String(index)}`;
    const [from, to] = [index / bins.length, (index + 1) / bins.length];
    if (!close(lower, from) || !close(upper, to)) {
      yield `${place} is ${String(lower)} to ${String(upper)}, expected ${String(from)} to ${String(to)}`;
    }
    for (const [name, value] of Object.entries({ confidence, accuracy })) {
      if ((value === null) !== (count === 0)) {
        yield `${place}/${name} is ${String(value)}, but the bin has ${String(count)} examples`;
      }
    }
  }
  const total = sum(bins.map(({ count }) => count));
  yield* sizeProblems(total, groups.test, `${at}/bins of all examples`);
  const right = sum(bins.map(({ count, accuracy }) => count * (accuracy ?? 0)));
  const expectedRight = groups.test - testError.last.error.errors;
  if (total === groups.test && Math.abs(right - expectedRight) > rounding * groups.test) {
    yield `${at}/bins make ${String(right)} right predictions, but the last test error says ${String(expectedRight)}`;
  }
  const expected = expectedCalibrationError(calibration, groups.test);
  if (Math.abs(error - expected) > rounding) {
    yield `${at}/error is ${String(error)}, but the bins make ${String(expected)}`;
  }
}

/** What sums over means of many examples may have lost. */
const rounding = 1e-6;

function expectedCalibrationError({ bins }: Calibration, count: number): number {
  return sum(bins.map((bin) => (bin.count / count) * Math.abs((bin.accuracy ?? 0) - (bin.confidence ?? 0))));
}

function* sizeProblems(count: number, expected: number, at: string): Iterable<string> {
  if (count !== expected) yield `${at} is ${String(count)}, expected ${String(expected)}`;
}

function* quartileProblems(quartiles: Quartiles, at: string): Iterable<string> {
  const { minimum, lowerQuartile, median, upperQuartile, maximum } = quartiles;
  const values = [minimum, lowerQuartile, median, upperQuartile, maximum];
  if (values.some((value, index) => index > 0 && value < (values[index - 1] ?? value))) {
    yield `${at} are ${values.map(String).join(', ')}, but must ascend`;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
