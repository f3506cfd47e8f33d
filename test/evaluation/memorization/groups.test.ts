import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byGroup, groupErrors, groupSizes, groupsOf } from '../../../src/evaluation/memorization/groups.ts';

/** Examples 0 and 4 are real, 1, 2, 3 and 5 corrupted; 2 drew its own class again. */
const labels = {
  given: Int32Array.of(0, 2, 1, 0, 2, 1),
  true: Int32Array.of(0, 1, 1, 2, 2, 0),
  masked: Uint8Array.of(0, 1, 1, 1, 0, 1),
};

test('groups and their sizes', () => {
  const groups = groupsOf(labels);
  assert.deepEqual(groups, {
    real: Int32Array.of(0, 4),
    corrupted: Int32Array.of(1, 2, 3, 5),
    changed: Int32Array.of(1, 3, 5),
  });
  assert.deepEqual(groupSizes(groups, 9), { train: 6, real: 2, corrupted: 4, changed: 3, test: 9 });
});

test('errors on given labels, and examples restored to their true label', () => {
  const groups = groupsOf(labels);
  // Wrong on real 4; memorized 1 and, being its own class, 2; restored 3 and 2; 5 is neither.
  assert.deepEqual(groupErrors(Int32Array.of(0, 2, 1, 2, 0, 2), labels, groups), {
    trainErrors: 3,
    realErrors: 1,
    corruptedErrors: 2,
    changedErrors: 2,
    corruptedRestored: 2,
    changedRestored: 1,
  });
  assert.deepEqual(groupErrors(labels.given, labels, groups), {
    trainErrors: 0,
    realErrors: 0,
    corruptedErrors: 0,
    changedErrors: 0,
    corruptedRestored: 1,
    changedRestored: 0,
  });
});

test('an empty group has no summary', () => {
  const groups = groupsOf({ ...labels, given: labels.true, masked: new Uint8Array(6) });
  assert.deepEqual(
    byGroup(groups, (places) => places.length),
    { real: 6, corrupted: null, changed: null },
  );
});
