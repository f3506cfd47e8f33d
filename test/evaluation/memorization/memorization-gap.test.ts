import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chanceLevel,
  type LabelNoise,
  memorizationGap,
} from '../../../src/evaluation/memorization/memorization-gap.ts';
import { wilsonInterval } from '../../../src/statistics/proportion.ts';

const CLASSES = 3;
const noises: Readonly<Record<string, LabelNoise>> = {
  uniform: () => 1 / CLASSES,
  'other classes': (label, trueLabel) => (label === trueLabel ? 0 : 1 / (CLASSES - 1)),
  skewed: (label, trueLabel) => [0.5, 0.2, 0.3][(label + trueLabel) % CLASSES] ?? 0,
};

test('the chance level by hand', () => {
  const corrupted = Int32Array.of(0, 2, 3);
  const predicted = Int32Array.of(1, 1, 2, 0);
  const truth = Int32Array.of(1, 0, 0, 2);
  assert.ok(Math.abs(chanceLevel(corrupted, predicted, truth, noises['uniform']!) - 1 / 3) < 1e-15);
  assert.equal(chanceLevel(corrupted, predicted, truth, noises['other classes']!), (0 + 0.5 + 0.5) / 3);
  const skewed = chanceLevel(corrupted, predicted, truth, noises['skewed']!);
  assert.ok(Math.abs(skewed - (0.3 + 0.3 + 0.3) / 3) < 1e-15);
});

for (const [name, noise] of Object.entries(noises)) {
  test(`predictions that given labels have not influenced have a gap of 0 in expectation: ${name}`, () => {
    const truth = Int32Array.of(0, 1, 1, 2);
    const corrupted = Int32Array.of(0, 1, 2, 3);
    for (const predicted of [
      Int32Array.of(0, 1, 1, 2),
      Int32Array.of(2, 2, 0, 1),
      Int32Array.of(0, 0, 0, 0),
    ]) {
      const chance = chanceLevel(corrupted, predicted, truth, noise);
      // The expectation over all given labels that the noise can draw, each with its probability.
      let expectation = 0;
      let total = 0;
      for (let draw = 0; draw < CLASSES ** truth.length; draw++) {
        const given = truth.map((_, place) => Math.floor(draw / CLASSES ** place) % CLASSES);
        const probability = given.reduce((product, label, place) => product * noise(label, truth[place]!), 1);
        const hits = given.filter((label, place) => label === predicted[place]).length;
        expectation += probability * memorizationGap(hits, truth.length, chance).gap;
        total += probability;
      }
      assert.ok(Math.abs(total - 1) < 1e-12);
      assert.ok(Math.abs(expectation) < 1e-12, String(expectation));
    }
  });
}

test('the gap of all labels memorized is what chance leaves; its interval is that of the accuracy, moved', () => {
  const { gap, interval, ...rest } = memorizationGap(200, 200, 0.1);
  assert.equal(gap, 0.9);
  assert.deepEqual(rest, { hits: 200, count: 200, chance: 0.1 });
  const { lower, upper } = wilsonInterval(200, 200);
  assert.deepEqual(interval, {
    lower: lower - 0.1,
    upper: upper - 0.1,
    level: 0.95,
    method: 'Wilson less chance',
  });
  const none = memorizationGap(21, 200, 0.1);
  assert.ok(none.interval.lower < 0 && 0 < none.interval.upper);
});
