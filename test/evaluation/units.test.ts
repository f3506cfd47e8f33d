/** How a plan is cut into ranges, units and shards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attackSettings } from '../../src/attacks/settings.ts';
import { fgsm } from '../../src/attacks/gradient/fgsm.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import type { EvaluationPlan } from '../../src/evaluation/plan.ts';
import { chooseUnitSize, rangesOf, shardRange, unitsOf } from '../../src/evaluation/units.ts';
import { randomLinearModel } from '../attacks/linear-classifier.ts';
import { createMemoryDataset, randomBytes } from './memory-dataset.ts';

const whole = fc.integer({ min: 1, max: 5000 });

test('ranges follow one another, of the unit size but for the last', () => {
  assert.deepEqual(rangesOf({ start: 3, end: 10 }, 3), [
    { start: 3, end: 6 },
    { start: 6, end: 9 },
    { start: 9, end: 10 },
  ]);
  fc.assert(
    fc.property(fc.nat(100), whole, fc.integer({ min: 1, max: 300 }), (start, count, unitSize) => {
      const ranges = rangesOf({ start, end: start + count }, unitSize);
      assert.equal(ranges.length, Math.ceil(count / unitSize));
      assert.equal(ranges[0]?.start, start);
      assert.equal(ranges.at(-1)?.end, start + count);
      for (const [place, range] of ranges.entries()) {
        if (place > 0) assert.equal(range.start, ranges[place - 1]?.end);
        assert.ok(range.end - range.start === unitSize || place === ranges.length - 1);
      }
    }),
    { seed: 1 },
  );
});

test('shards are disjoint, cover all, and differ by one example at most', () => {
  fc.assert(
    fc.property(whole, fc.integer({ min: 1, max: 60 }), (count, shards) => {
      const ranges = Array.from({ length: shards }, (_, index) =>
        shardRange(count, { index: index + 1, count: shards }),
      );
      assert.equal(ranges[0]?.start, 0);
      assert.equal(ranges.at(-1)?.end, count);
      ranges.slice(1).forEach(({ start }, place) => {
        assert.equal(start, ranges[place]?.end);
      });
      const sizes = ranges.map(({ start, end }) => end - start);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }),
    { seed: 2 },
  );
  assert.deepEqual(shardRange(48, undefined), { start: 0, end: 48 });
});

test('a unit has an example or more, no more than there are, and fewer of large inputs', () => {
  fc.assert(
    fc.property(
      whole,
      fc.integer({ min: 1, max: 1e7 }),
      fc.integer({ min: 1, max: 64 }),
      (count, size, runners) => {
        const unitSize = chooseUnitSize(count, size, runners);
        assert.ok(Number.isInteger(unitSize) && unitSize >= 1 && unitSize <= count);
        assert.ok(unitSize <= chooseUnitSize(count, 1, runners));
      },
    ),
    { seed: 3 },
  );
  assert.ok(chooseUnitSize(10_000, 3 * 224 * 224, 1) < chooseUnitSize(10_000, 28 * 28, 1));
  // Every one of several runners gets more than one unit.
  assert.ok(400 / chooseUnitSize(400, 3072, 4) >= 8);
});

test('units: each model clean, then each attack on each source; no two have a key', () => {
  const [a, b] = ['a', 'b'].map((name, seed) => randomLinearModel(seed, 3, [4], { name }));
  const plan: EvaluationPlan = {
    dataset: createMemoryDataset({
      shape: [4],
      classCount: 3,
      inputs: randomBytes(1, 40),
      labels: Array<number>(10).fill(0),
    }),
    indices: Int32Array.from({ length: 10 }, (_, index) => index),
    batchSize: 4,
    whiteBox: [a!],
    blackBox: { source: a!, targets: [b!] },
    attacks: [fgsm, ifgsm].map((attack) => ({ attack, settings: attackSettings(attack) })),
  };
  const units = rangesOf({ start: 0, end: 10 }, 4).flatMap((range) => unitsOf(plan, range));
  assert.deepEqual(
    units.slice(0, 4).map(({ task }) => task),
    ['clean inputs on a', 'clean inputs on b', 'FGSM on a', 'I-FGSM on a'],
  );
  assert.equal(units.length, 12);
  assert.equal(new Set(units.map(({ key }) => key)).size, 12);
  assert.deepEqual(units[3]?.work, { kind: 'attack', attack: 'ifgsm@linf:4/255', source: 'a' });
});
