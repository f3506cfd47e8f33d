import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learningRateAt } from '../../src/training/schedule.ts';

test('the rate of the paper: divided by 10 after half and three quarters of the epochs', () => {
  const schedule = { initial: 0.1, milestones: [100, 150], factor: 0.1 };
  const rates = [0, 99, 100, 149, 150, 199].map((epoch) => learningRateAt(schedule, epoch));
  [0.1, 0.1, 0.01, 0.01, 0.001, 0.001].forEach((expected, index) => {
    assert.ok(Math.abs(rates[index]! - expected) < 1e-15);
  });
});

test('constant without milestones', () => {
  assert.equal(learningRateAt({ initial: 0.3, milestones: [], factor: 0.1 }, 1000), 0.3);
});
