import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { predictions } from '../../../src/classifier/oracle.ts';
import { examineRows } from '../../../src/evaluation/memorization/rows.ts';
import { assertClose } from '../../statistics/reference.ts';

/** Logits, label, prediction, loss, margin, confidence; losses and confidences outside this project to 20 digits. */
const reference = [
  [[1000, -1000, 0], 0, 0, 0, 1000, 1],
  [[0, 0, 0], 2, 0, 1.0986122886681096914, 0, 0.33333333333333333333],
  [[-3.5, 2.25, 2.25], 2, 1, 0.69473730603831007457, 0, 0.49920556905065744345],
  [[88, 0.5, -7], 1, 0, 87.5, -87.5, 1],
  [[2 ** 100, -(2 ** 100), 0], 1, 0, 2 ** 101, -(2 ** 101), 1],
  [[0, -41, -40], 0, 0, 5.8112364446265777465e-18, 40, 1],
] as const;

test('rows equal the reference', () => {
  const logits = Float32Array.from(reference.flatMap(([row]) => row));
  const labels = Int32Array.from(reference, ([, label]) => label);
  const rows = examineRows(logits, labels, 3);
  reference.forEach(([, label, predicted, loss, margin, confidence], example) => {
    const what = `of row ${String(example)}`;
    assert.equal(rows.predicted[example], predicted, `prediction ${what}`);
    assert.equal(rows.correct[example], label === predicted ? 1 : 0, `correctness ${what}`);
    assertClose(rows.losses[example]!, loss, `loss ${what}`);
    assert.equal(rows.margins[example], margin, `margin ${what}`);
    assertClose(rows.confidences[example]!, confidence, `confidence ${what}`);
  });
});

test('any finite logits give finite numbers within their ranges, and the prediction of the attacks', () => {
  const wild = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -3, max: 3 }));
  const cases = fc.integer({ min: 2, max: 6 }).chain((classCount) =>
    fc.tuple(
      fc.constant(classCount),
      fc.array(fc.array(wild, { minLength: classCount, maxLength: classCount }), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.integer({ min: 0, max: classCount - 1 }),
    ),
  );
  fc.assert(
    fc.property(cases, ([classCount, table, label]) => {
      const logits = Float32Array.from(table.flat());
      const labels = new Int32Array(table.length).fill(label);
      const rows = examineRows(logits, labels, classCount);
      assert.deepEqual(rows.predicted, predictions(logits, classCount));
      for (let example = 0; example < labels.length; example++) {
        const [loss, margin] = [rows.losses[example]!, rows.margins[example]!];
        const confidence = rows.confidences[example]!;
        // The place of the label among the classes sorted by logit, equal ones in their order.
        const row = table[example]!.map(Math.fround);
        const sorted = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
        assert.equal(rows.ranks[example], sorted.indexOf(label));
        assert.ok(loss >= 0 && Number.isFinite(loss));
        assert.ok(confidence <= 1 && confidence >= 1 / classCount - 1e-15);
        assert.ok(rows.correct[example] === 1 ? margin >= 0 : margin <= 0);
        // −log of the greatest probability is the loss of the prediction.
        if (rows.correct[example] === 1) assert.ok(Math.abs(loss + Math.log(confidence)) < 1e-12);
      }
    }),
    { seed: 8, numRuns: 300 },
  );
});
