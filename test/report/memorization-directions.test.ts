import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Direction, memorizationDirections } from '../../src/report/memorization-directions.ts';
import type { MemorizationResult } from '../../src/results/memorization.ts';
import { independentDifference } from '../../src/statistics/independent-difference.ts';
import { errorRate, exampleMemorization, test as testCount } from '../results/example-memorization.ts';

function verdicts(result: MemorizationResult): Record<string, Direction['verdict']> {
  return Object.fromEntries(memorizationDirections(result).map(({ claim, verdict }) => [claim, verdict]));
}

test('the directions of the example are those that its numbers make', () => {
  assert.deepEqual(verdicts(exampleMemorization()), {
    'ERM: last test error above its best': 'holds',
    'mixup α=8: rises less from best to last than ERM': 'holds',
    'mixup α=32: rises less from best to last than ERM': 'holds',
    'mixup α=8: last test error below that of ERM': 'holds',
    'mixup α=32: last test error below that of ERM': 'holds',
    'mixup α=8 + dropout p=0.3: last test error below that of dropout p=0.5': 'does not hold',
    'mixup α=32: training error on corrupted labels above that of mixup α=8': 'holds',
  });
});

test('a difference of two errors has the interval of two independent proportions', () => {
  const directions = memorizationDirections(exampleMemorization());
  const direction = directions.find(({ claim }) => claim === 'mixup α=8: last test error below that of ERM')!;
  const expected = independentDifference({ part: 90, whole: 200 }, { part: 34, whole: 200 });
  assert.ok(Math.abs(direction.difference - expected.difference) < 1e-12);
  assert.ok(Math.abs(direction.interval.lower - expected.interval.lower) < 1e-12);
  assert.ok(Math.abs(direction.interval.upper - expected.interval.upper) < 1e-12);
});

test('a difference whose interval has 0 in it decides nothing', () => {
  const result = exampleMemorization();
  result.runs[2]!.testError.last.error = errorRate(88, testCount);
  const found = verdicts(result);
  assert.equal(found['mixup α=8: last test error below that of ERM'], 'not decided');
  assert.equal(found['mixup α=8: rises less from best to last than ERM'], 'not decided');
});

test('the reverse of a direction does not hold', () => {
  const result = exampleMemorization();
  const [erm, , mixup] = result.runs;
  [erm!.testError, mixup!.testError] = [mixup!.testError, erm!.testError];
  const found = verdicts(result);
  assert.equal(found['mixup α=8: last test error below that of ERM'], 'does not hold');
  assert.equal(found['mixup α=8: rises less from best to last than ERM'], 'does not hold');
  assert.equal(found['ERM: last test error above its best'], 'not decided');
});

test('only runs of one corruption are compared, and only alphas that differ', () => {
  const result = exampleMemorization();
  result.runs[0]!.corruption!.rate = 0.2;
  result.runs[3]!.training!.alpha = 8;
  const directions = memorizationDirections(result);
  assert.deepEqual(
    directions.map(({ group, claim }) => [group, claim]),
    [
      ['20 % of labels corrupted (uniform, exact count)', 'ERM: last test error above its best'],
      [
        '50 % of labels corrupted (uniform, exact count)',
        'mixup α=8 + dropout p=0.3: last test error below that of dropout p=0.5',
      ],
    ],
  );
});

test('runs on clean labels and runs whose training is not known state nothing', () => {
  const result = exampleMemorization();
  for (const run of result.runs) run.training = null;
  assert.deepEqual(memorizationDirections(result), []);
  const clean = exampleMemorization();
  clean.runs = clean.runs.slice(5);
  clean.runs[0]!.training = { method: 'erm' };
  assert.deepEqual(memorizationDirections(clean), []);
});
