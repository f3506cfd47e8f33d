import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLearningTracker, summarizeLearning } from '../../../src/evaluation/memorization/learning.ts';

/** Rows are examples, columns the epochs 2, 4, 5, 9. */
const EPOCHS = [2, 4, 5, 9];
const HISTORIES = [
  [0, 0, 0, 0], // never learned
  [1, 1, 1, 1], // learned at once
  [0, 1, 1, 1], // learned at 4, for good
  [1, 0, 1, 0], // forgotten twice
  [0, 1, 0, 1], // forgotten once, learned for good at 9
];

function track(histories: readonly (readonly number[])[], epochs: readonly number[]) {
  const tracker = createLearningTracker(histories.length);
  epochs.forEach((epoch, index) => {
    tracker.record(
      epoch,
      Uint8Array.from(histories, (history) => history[index]!),
    );
  });
  return tracker.series;
}

test('series and summaries by hand', () => {
  const series = track(HISTORIES, EPOCHS);
  assert.deepEqual(series, {
    firstLearned: Int32Array.of(0, 2, 4, 2, 4),
    learnedForGood: Int32Array.of(0, 2, 4, 0, 9),
    forgettingEvents: Int32Array.of(0, 0, 0, 2, 1),
  });
  assert.deepEqual(summarizeLearning(series, Int32Array.of(0, 1, 2, 3, 4)), {
    count: 5,
    neverLearned: 1,
    neverForgotten: 2,
    everForgotten: 2,
    forgettingEvents: 3,
    firstLearned: { minimum: 2, lowerQuartile: 2, median: 3, upperQuartile: 4, maximum: 4 },
    learnedForGood: { minimum: 2, lowerQuartile: 3, median: 4, upperQuartile: 6.5, maximum: 9 },
  });
  assert.deepEqual(summarizeLearning(series, Int32Array.of(0)), {
    count: 1,
    neverLearned: 1,
    neverForgotten: 0,
    everForgotten: 0,
    forgettingEvents: 0,
    firstLearned: null,
    learnedForGood: null,
  });
});

/** Right where epoch mod 2·k < k: an example that is forgotten once in every 2·k epochs, unless the end comes first. */
test('an example that is learned and forgotten in turn has as many events as turns', () => {
  const length = 24;
  const epochs = Array.from({ length }, (_, index) => index + 1);
  const periods = [1, 2, 3, 4, 6, 12];
  const series = track(
    periods.map((k) => epochs.map((_, index) => (index % (2 * k) < k ? 1 : 0))),
    epochs,
  );
  assert.deepEqual(
    series.forgettingEvents,
    Int32Array.from(periods, (k) => length / (2 * k)),
  );
  assert.deepEqual(series.firstLearned, new Int32Array(periods.length).fill(1));
  assert.deepEqual(series.learnedForGood, new Int32Array(periods.length));
  // Before the first evaluation nothing is right, so that being wrong at it is no event.
  assert.deepEqual(track([[0, 0, 1]], [1, 2, 3]).forgettingEvents, Int32Array.of(0));
});

test('series follow from their definitions', () => {
  const histories = fc.integer({ min: 1, max: 8 }).chain((length) =>
    fc.array(fc.array(fc.constantFrom(0, 1), { minLength: length, maxLength: length }), {
      minLength: 1,
      maxLength: 6,
    }),
  );
  fc.assert(
    fc.property(histories, (table) => {
      const length = table[0]!.length;
      const epochs = Array.from({ length }, (_, index) => 3 * index + 1);
      const series = track(table, epochs);
      table.forEach((history, example) => {
        const events = history.filter((right, index) => right === 0 && history[index - 1] === 1).length;
        const first = history.indexOf(1);
        const lastWrong = history.lastIndexOf(0);
        assert.equal(series.forgettingEvents[example], events);
        assert.equal(series.firstLearned[example], first < 0 ? 0 : epochs[first]);
        assert.equal(series.learnedForGood[example], lastWrong === length - 1 ? 0 : epochs[lastWrong + 1]);
      });
      const summary = summarizeLearning(series, Int32Array.from(table.keys()));
      const { neverLearned, neverForgotten, everForgotten, count } = summary;
      assert.equal(neverLearned + neverForgotten + everForgotten, count);
    }),
    { seed: 4, numRuns: 200 },
  );
});
