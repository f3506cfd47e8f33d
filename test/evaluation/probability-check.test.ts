import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/core/errors.ts';
import { probabilityFinding } from '../../src/core/probability-finding.ts';
import {
  assertLogitsNotProbabilities,
  joinRanges,
  outputRanges,
  type OutputRanges,
} from '../../src/evaluation/probability-check.ts';

const checked = (classCount: number, rows: readonly (readonly number[])[]) => {
  const ranges = outputRanges(Float32Array.from(rows.flat()), classCount);
  return { ranges, finding: () => probabilityFinding(ranges) };
};

/** Whether a model with these outputs is refused in an evaluation of so many examples. */
const isRefused = (ranges: OutputRanges, count: number): boolean => {
  try {
    assertLogitsNotProbabilities({ name: 'model' }, ranges, count);
    return false;
  } catch (error) {
    assert.ok(error instanceof InputError);
    assert.match(
      error.message,
      /^the outputs of the model model are probabilities .*--outputs probabilities/,
    );
    return true;
  }
};

test('rows of 1 − σ and σ are probabilities, from the first', () => {
  const rows = [-3, 0.2, 1, 5].map((z) => [1 - 1 / (1 + Math.exp(-z)), 1 / (1 + Math.exp(-z))]);
  const check = checked(2, rows);
  assert.equal(check.ranges.leading, 4);
  assert.ok(isRefused(check.ranges, 4));
  assert.ok(!isRefused(check.ranges, 5));
  assert.equal(check.finding()?.kind, 'sum to 1');
  assert.ok(!isRefused(checked(2, [[-1, 2], ...rows]).ranges, 1));
  // Eight rows are enough, however many there are in all.
  assert.ok(isRefused(checked(2, [...rows, ...rows]).ranges, 1000));
  assert.ok(!isRefused(checked(2, [...rows, ...rows.slice(1)]).ranges, 1000));
});

test('another constant, or nearly one within [0, 1], is found with its value', () => {
  const scaled = checked(2, [
    [0.4, 0.1],
    [0.05, 0.45],
  ]).finding();
  assert.equal(scaled?.kind, 'sum to a constant');
  assert.ok(Math.abs(scaled.sum - 0.5) < 1e-6);
  const near = [
    [0.985, 0.01],
    [0.3, 0.7],
  ];
  assert.equal(checked(2, near).finding()?.kind, 'nearly sum to a constant');
  // The same beyond [0, 1] says nothing.
  assert.equal(
    checked(
      2,
      near.map((row) => row.map((value) => 4 * value)),
    ).finding(),
    null,
  );
});

test('logits are no probabilities: negative, logarithms, masked, zero, alike in every row, or of free sums', () => {
  for (const rows of [
    [
      [-0.5, 1.5],
      [0.2, 0.8],
    ],
    [
      [Math.log(0.3), Math.log(0.7)],
      [Math.log(0.9), Math.log(0.1)],
    ],
    [
      [-Infinity, 1],
      [-Infinity, 1],
    ],
    [
      [0, 0],
      [0, 0],
    ],
    [
      [3, 1],
      [3, 1],
    ],
    [
      [0.3, 0.2],
      [0.9, 0.4],
    ],
    [
      [0.5, 0.51],
      [0.51, 0.505],
    ],
  ]) {
    assert.equal(checked(2, rows).finding(), null, JSON.stringify(rows));
  }
});

test('one output that never leaves [0, 1], as [0, z], is found; one that does is a logit', () => {
  const rows = Array.from({ length: 8 }, (_, index) => [0, index / 8]);
  assert.equal(checked(2, rows).finding()?.kind, 'one value in [0, 1]');
  assert.equal(checked(2, [...rows, [0, 1.5]]).finding(), null);
  assert.equal(checked(2, [...rows, [0, -0.5]]).finding(), null);
  assert.equal(checked(2, rows.slice(1)).finding(), null);
});

test('findings do not depend on the batches', () => {
  const row = fc.array(fc.float({ noNaN: true, min: 0, max: 1 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), fc.boolean(), (raw, normalised) => {
      const rows = normalised
        ? raw.map((own) => own.map((v) => (v + 0.01) / (own[0]! + own[1]! + own[2]! + 0.03)))
        : raw;
      const whole = checked(3, rows);
      const single = rows.map((own) => checked(3, [own]).ranges).reduce(joinRanges);
      assert.deepEqual(single, whole.ranges);
      for (let count = 1; count < 14; count++) {
        if (normalised && count <= rows.length) assert.ok(isRefused(single, count));
      }
    }),
    { seed: 2, numRuns: 200 },
  );
});
