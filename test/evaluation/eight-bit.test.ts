import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLinfBall } from '../../src/attacks/balls/linf.ts';
import { perturbationSizes, roundingTolerance } from '../../src/attacks/balls/sizes.ts';
import { levelsOf, scaleToBounds } from '../../src/data/scale.ts';
import { levelRange, levelsWithinBall } from '../../src/evaluation/eight-bit.ts';

const unit = { lower: 0, upper: 1 };
const inLevels = (values: readonly number[]): Float32Array =>
  Float32Array.from(values, (level) => level / 255);
const linf = (clean: readonly number[], adversarial: readonly number[], epsilon: number): number[] => [
  ...levelsWithinBall({
    clean: inLevels(clean),
    adversarial: inLevels(adversarial),
    bounds: unit,
    epsilon: epsilon / 255,
  }),
];

test('ε below a level leaves whole levels where they were, ε of one and a half moves them by one', () => {
  assert.deepEqual(linf([0, 7, 128, 255], [0.6, 6.4, 128.6, 254.4], 0.6), [0, 7, 128, 255]);
  assert.deepEqual(linf([0, 7, 128, 255], [1.5, 5.5, 129.5, 253.5], 1.5), [1, 6, 129, 254]);
  assert.deepEqual(linf([0, 7, 128, 255], [1, 6, 129, 254], 1), [1, 6, 129, 254]);
});

test('clean values between levels: the whole levels from ⌈x − ε⌉ to ⌊x + ε⌋, the nearest of them', () => {
  // [5.9, 8.1] holds 6, 7 and 8; [6.4, 7.6] holds 7 alone.
  assert.deepEqual(linf([7, 7, 7, 7], [8.1, 5.9, 7.6, 6.4], 1.1), [8, 6, 8, 6]);
  assert.deepEqual(linf([7.3, 7.3], [7.9, 6.7], 0.6), [7, 7]);
  assert.deepEqual(linf([7.7], [8.3], 0.6), [8]);
});

test('where no whole level is within ε it is the one nearest to the clean value', () => {
  assert.deepEqual(linf([5.4, 5.6, 5.5, 254.6], [5.6, 5.4, 5.3, 254.9], 0.3), [5, 6, 6, 255]);
});

test('in other norms no level is further from the clean value than the adversarial value was', () => {
  const clean = inLevels([10, 10, 10, 10.5]);
  const adversarial = inLevels([10.9, 9.4, 12.6, 11.2]);
  const levels = levelsWithinBall({ clean, adversarial, bounds: unit, epsilon: null });
  assert.deepEqual([...levels], [10, 10, 12, 11]);
});

test('NaN has no level', () => {
  assert.throws(() => linf([1, 2], [1, NaN], 1), /^RangeError: element 1 is NaN/);
});

const someBounds = fc.constantFrom(unit, levelRange, { lower: -1, upper: 1 }, { lower: -2.5, upper: 3 });

test('bytes within a ball of whole levels are rounded as before, and never leave a ball of any size', () => {
  const bytes = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 255 }), fc.double({ min: -1, max: 1, noNaN: true })),
    {
      minLength: 1,
      maxLength: 30,
    },
  );
  fc.assert(
    fc.property(someBounds, bytes, fc.double({ min: 0, max: 20, noNaN: true }), (bounds, elements, most) => {
      const width = bounds.upper - bounds.lower;
      const clean = scaleToBounds(
        Uint8Array.from(elements, ([byte]) => byte),
        levelRange,
        bounds,
      );
      for (const epsilon of [most / 255, Math.round(most) / 255]) {
        const adversarial = Float32Array.from(
          elements,
          ([, place], index) => clean[index]! + place * epsilon * width,
        );
        createLinfBall({ inputs: clean, inputShape: [clean.length], bounds }, epsilon * width).project(
          adversarial,
        );
        const levels = levelsWithinBall({ clean, adversarial, bounds, epsilon });
        if (Number.isInteger(epsilon * 255)) {
          assert.deepEqual(levels, new Uint8Array(levelsOf(adversarial, bounds).buffer));
        }
        const [size] = perturbationSizes('linf', clean, scaleToBounds(levels, levelRange, bounds), [
          clean.length,
        ]);
        const slack = 4 * roundingTolerance('linf', bounds, 1);
        assert.ok(size! <= epsilon * width + slack, `${String(size)} of ${String(epsilon)}`);
      }
    }),
    { seed: 4, numRuns: 300 },
  );
});

test('values between levels leave the ball by half a level at most, and only where it holds no level', () => {
  const values = fc.array(
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })),
    {
      minLength: 1,
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 3, noNaN: true }), (elements, size) => {
      const epsilon = size / 255;
      const clean = Float32Array.from(elements, ([value]) => value);
      const adversarial = Float32Array.from(elements, ([, place], index) => clean[index]! + place * epsilon);
      createLinfBall({ inputs: clean, inputShape: [clean.length], bounds: unit }, epsilon).project(
        adversarial,
      );
      const levels = levelsWithinBall({ clean, adversarial, bounds: unit, epsilon });
      levels.forEach((level, index) => {
        const origin = clean[index]! * 255;
        const holds = Math.floor(origin + size + 1e-4) >= Math.ceil(origin - size - 1e-4);
        assert.ok(Math.abs(level - origin) <= (holds ? size + 1e-4 : 0.5));
      });
    }),
    { seed: 9, numRuns: 300 },
  );
});
