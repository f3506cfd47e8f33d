import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import {
  assertSchedule,
  learningRateAt,
  scaledLearningRate,
  type Schedule,
} from '../../src/training/schedule.ts';

/** The rates of every step, epoch after epoch. */
function rates(schedule: Schedule, epochs: number, steps: number): number[] {
  return Array.from({ length: epochs * steps }, (_, index) =>
    learningRateAt(schedule, { epoch: Math.floor(index / steps), epochs, step: index % steps, steps }),
  );
}

function near(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, index) => {
    assert.ok(
      Math.abs(value - expected[index]!) < 1e-14,
      `${String(index)}: ${String(value)}, not ${String(expected[index])}`,
    );
  });
}

test("the paper's CIFAR-10 rates: divided by 10 after half and three quarters of the epochs", () => {
  const schedule: Schedule = { initial: 0.1, decay: { kind: 'step', milestones: [100, 150], factor: 0.1 } };
  const at = (epoch: number, step: number) =>
    learningRateAt(schedule, { epoch, epochs: 200, step, steps: 391 });
  near(
    [at(0, 0), at(99, 390), at(100, 0), at(149, 390), at(150, 0), at(199, 390)],
    [0.1, 0.1, 0.01, 0.01, 0.001, 0.001],
  );
});

test("Goyal's ImageNet rates: from 0.1 to 0.4 over five epochs, then divided by 10 at 30, 60 and 80", () => {
  const schedule: Schedule = {
    initial: scaledLearningRate(0.1, 256, 1024),
    warmup: { epochs: 5, from: 0.1 },
    decay: { kind: 'step', milestones: [30, 60, 80], factor: 0.1 },
  };
  const all = rates(schedule, 90, 10);
  near(all.slice(0, 3), [0.1, 0.106, 0.112]);
  near([all[25]!, all[49]!, all[50]!, all[299]!, all[300]!], [0.25, 0.394, 0.4, 0.4, 0.04]);
  near([all[599]!, all[600]!, all[799]!, all[800]!], [0.04, 0.004, 0.004, 0.0004]);
  // Equal increments at each step of the warm-up.
  const increments = all.slice(1, 51).map((rate, index) => rate - all[index]!);
  near(increments, Array<number>(50).fill(0.3 / 50));
});

describe('cosine', () => {
  test('starts at the initial rate, is half way in the middle and symmetric about it', () => {
    const all = rates({ initial: 0.5, decay: { kind: 'cosine', final: 0.1 } }, 4, 5);
    assert.equal(all[0], 0.5);
    near([all[10]!], [0.3]);
    near(
      all.slice(1).map((rate, index) => rate + all[19 - index]!),
      Array<number>(19).fill(0.6),
    );
    assert.ok(all.slice(1).every((rate, index) => rate < all[index]! && rate > 0.1));
    // 0.1 + 0.2·(1 + cos(π·19/20))
    near([all[19]!], [0.1 + 0.2 * (1 + Math.cos(0.95 * Math.PI))]);
  });

  test('begins after the warm-up', () => {
    const schedule: Schedule = {
      initial: 1,
      warmup: { epochs: 1, from: 0 },
      decay: { kind: 'cosine', final: 0 },
    };
    near(rates(schedule, 3, 2), [0, 0.5, 1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2]);
  });
});

test('a warm-up of part of an epoch, and one longer than training', () => {
  const schedule: Schedule = {
    initial: 1,
    warmup: { epochs: 0.5, from: 0.2 },
    decay: { kind: 'constant' },
  };
  near(rates(schedule, 1, 8), [0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1]);
  near(rates({ ...schedule, warmup: { epochs: 8, from: 0 } }, 1, 2), [0, 1 / 16]);
});

test('milestones inside the warm-up count after it', () => {
  const schedule: Schedule = {
    initial: 1,
    warmup: { epochs: 2, from: 0 },
    decay: { kind: 'step', milestones: [1, 3], factor: 0.5 },
  };
  near(rates(schedule, 4, 1), [0, 0.5, 0.5, 0.25]);
});

test('the linear scaling rule', () => {
  assert.equal(scaledLearningRate(0.1, 256, 256), 0.1);
  assert.equal(scaledLearningRate(0.1, 256, 8192), 3.2);
  assert.equal(scaledLearningRate(0.1, 256, 64), 0.025);
});

test('schedules that make no sense are refused', () => {
  const constant = { kind: 'constant' } as const;
  const step = { kind: 'step', milestones: [10], factor: 0.1 } as const;
  const sound: Schedule[] = [
    { initial: 0.1, decay: constant },
    { initial: 0.1, warmup: { epochs: 0, from: 0 }, decay: step },
    { initial: 0.1, decay: { kind: 'cosine', final: 0 } },
    { initial: 0.1, decay: { ...step, milestones: [] } },
  ];
  for (const schedule of sound) assertSchedule(schedule);
  const senseless: [Schedule, RegExp][] = [
    [{ initial: 0, decay: constant }, /rate is 0/],
    [{ initial: NaN, decay: constant }, /rate is NaN/],
    [{ initial: 0.1, warmup: { epochs: -1, from: 0 }, decay: constant }, /warm-up is -1/],
    [{ initial: 0.1, warmup: { epochs: 1, from: Infinity }, decay: constant }, /start is Infinity/],
    [{ initial: 0.1, decay: { kind: 'cosine', final: -1 } }, /final rate is -1/],
    [{ initial: 0.1, decay: { ...step, factor: 0 } }, /factor is 0/],
    [{ initial: 0.1, decay: { ...step, milestones: [2.5] } }, /milestone is 2.5/],
    [{ initial: 0.1, decay: { ...step, milestones: [3, 3] } }, /milestones is 3, 3/],
  ];
  for (const [schedule, message] of senseless) {
    assert.throws(
      () => {
        assertSchedule(schedule);
      },
      (error) => error instanceof InputError && message.test(error.message),
    );
  }
});
