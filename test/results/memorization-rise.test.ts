import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBits } from '../../src/core/bits.ts';
import { randomStream } from '../../src/core/random.ts';
import type { MemorizationRun } from '../../src/results/memorization.ts';
import { medianTestError } from '../../src/results/memorization-median.ts';
import { riseAfterBest } from '../../src/results/memorization-rise.ts';
import { pairedDifference } from '../../src/statistics/difference.ts';
import { pairRanks } from '../../src/statistics/paired.ts';
import { exampleMemorization } from './example-memorization.ts';

/** A run of which only the errors of test examples matter, given for each epoch. */
function runOf(wrong: readonly Uint8Array[]): MemorizationRun {
  const [run] = exampleMemorization().runs;
  const count = wrong[0]!.length;
  return {
    ...run!,
    groups: { ...run!.groups, test: count },
    curves: { ...run!.curves, epoch: wrong.map((_, index) => 2 * index + 1) },
    testOutcomes: {
      ...run!.testOutcomes!,
      right: wrong.map((bits) => encodeBits(bits.map((bit) => 1 - bit))),
    },
  };
}

test('the epoch is chosen at even places and compared at odd ones', () => {
  const rise = riseAfterBest(
    runOf([
      Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 0), // errs at even places only
      Uint8Array.of(0, 1, 0, 1, 0, 0, 1, 0), // chosen: one error there; two at odd places
      Uint8Array.of(0, 0, 1, 0, 1, 0, 1, 0),
      Uint8Array.of(1, 1, 1, 0, 1, 1, 1, 1), // last: three at odd places, two of them new
    ]),
  );
  assert.equal(rise?.chosenEpoch, 3);
  assert.equal(rise.count, 4);
  assert.equal(rise.difference, 1 / 4);
  const expected = pairedDifference({ bothRight: 0, onlyFirstRight: 2, onlySecondRight: 1, bothWrong: 1 });
  assert.deepEqual(rise.interval, expected.interval);
});

test('without outcomes, and of one example, nothing is known', () => {
  assert.equal(riseAfterBest({ ...runOf([Uint8Array.of(0, 1)]), testOutcomes: null }), null);
  assert.equal(riseAfterBest(runOf([Uint8Array.of(0)])), null);
});

/**
 * A network whose error stays: every epoch errs on each example with the same probability. The least error on all
 * examples is below the last one nearly always, and an interval around that difference leaves out 0 far more often
 * than one time in 40; on the other half it keeps what it promises.
 */
test('an error that does not rise is seldom said to rise', () => {
  const stream = randomStream(5, 'rise');
  const [trials, epochs, count] = [400, 15, 300];
  let naive = 0;
  let fair = 0;
  for (let trial = 0; trial < trials; trial++) {
    const wrong = Array.from({ length: epochs }, () =>
      Uint8Array.from({ length: count }, () => (stream.uniform() < 0.3 ? 1 : 0)),
    );
    const errors = wrong.map((bits) => bits.reduce((sum, bit) => sum + bit, 0));
    const best = wrong[errors.indexOf(Math.min(...errors))]!;
    if (pairedDifference(pairRanks(best, wrong.at(-1)!, 1)).interval.lower > 0) naive++;
    if (riseAfterBest(runOf(wrong))!.interval.lower > 0) fair++;
  }
  assert.ok(naive / trials > 0.15, `chosen and measured on the same: ${String(naive / trials)}`);
  assert.ok(fair / trials < 0.05, `measured on the other half: ${String(fair / trials)}`);
});

test('a median of the last epochs is of as many as were asked for, or none', () => {
  const [run] = exampleMemorization().runs;
  const curves = { ...run!.curves, testErrors: [9, 60, 38, 70, 90, 2], testTop5Errors: [1, 8, 2, 3, 4, 0] };
  assert.equal(medianTestError({ ...run!, curves }, 'top1', 1), 2 / 200);
  assert.equal(medianTestError({ ...run!, curves }, 'top1', 5), 60 / 200);
  assert.equal(medianTestError({ ...run!, curves }, 'top1', 6), (38 + 60) / 2 / 200);
  assert.equal(medianTestError({ ...run!, curves }, 'top1', 7), null);
  assert.equal(medianTestError({ ...run!, curves }, 'top5', 5), 3 / 200);
  const unknown = { ...curves, testTop5Errors: null };
  assert.equal(medianTestError({ ...run!, curves: unknown }, 'top5', 5), null);
});
