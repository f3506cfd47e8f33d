import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { levelsOf, roundTo8Bit, scaleToBounds } from '../../src/data/scale.ts';

const byteRange = { lower: 0, upper: 255 };
const unit = { lower: 0, upper: 1 };
const allBytes = Uint8Array.from({ length: 256 }, (_, level) => level);

test('bytes onto [0, 1] are fround(p / 255), onto [0, 255] themselves', () => {
  assert.deepEqual(
    scaleToBounds(allBytes, byteRange, unit),
    Float32Array.from(allBytes, (p) => Math.fround(p / 255)),
  );
  assert.deepEqual(scaleToBounds(allBytes, byteRange, byteRange), Float32Array.from(allBytes));
});

test('a range meets the bounds end to end, and equal ones copy', () => {
  const from = { lower: -2, upper: 6 };
  const to = { lower: -1, upper: 1 };
  assert.deepEqual(scaleToBounds(Float32Array.of(-2, 0, 2, 6), from, to), Float32Array.of(-1, -0.5, 0, 1));
  const given = Float32Array.of(0.1, 0.7);
  const copy = scaleToBounds(given, unit, unit);
  assert.deepEqual(copy, given);
  assert.notEqual(copy.buffer, given.buffer);
});

/** Bounds of floats, at least 0.5 wide. */
const someBounds = fc
  .tuple(fc.integer({ min: -3000, max: 3000 }), fc.integer({ min: 500, max: 300000 }))
  .map(([lower, width]) => ({ lower: lower / 1000, upper: (lower + width) / 1000 }));

test('bytes scaled to any bounds come back as themselves from the rounding to 8 bits', () => {
  fc.assert(
    fc.property(someBounds, (bounds) => {
      const inputs = scaleToBounds(allBytes, byteRange, bounds);
      assert.ok(inputs.every((x) => x >= Math.fround(bounds.lower) && x <= Math.fround(bounds.upper)));
      assert.deepEqual(roundTo8Bit(inputs, bounds), inputs);
      assert.deepEqual(Uint8Array.from(levelsOf(inputs, bounds)), allBytes);
    }),
    { seed: 5, numRuns: 100 },
  );
});

test('rounding moves a value to the nearest level, by half a level at most', () => {
  fc.assert(
    fc.property(someBounds, fc.double({ min: 0, max: 1, noNaN: true }), (bounds, place) => {
      const width = bounds.upper - bounds.lower;
      const inputs = Float32Array.of(bounds.lower + place * width);
      const distance = Math.abs((roundTo8Bit(inputs, bounds)[0] ?? NaN) - (inputs[0] ?? NaN));
      assert.ok(distance <= width / 510 + 1e-6 * (Math.abs(bounds.lower) + width));
    }),
    { seed: 6, numRuns: 200 },
  );
  assert.deepEqual([...levelsOf(Float32Array.of(-0.1, 0, 0.5, 1, 1.1), unit)], [0, 0, 128, 255, 255]);
  assert.deepEqual([...levelsOf(Float32Array.of(0.49, 0.5, 2.5, 254.4), byteRange)], [0, 1, 3, 254]);
  assert.throws(() => roundTo8Bit(Float32Array.of(0, NaN), unit), /element 1 is NaN/);
});
