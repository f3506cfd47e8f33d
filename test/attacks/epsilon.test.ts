import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { absoluteSize, parseEpsilon } from '../../src/attacks/size.ts';
import { InputError } from '../../src/core/errors.ts';

const unit = { lower: 0, upper: 1 };
const bytes = { lower: 0, upper: 255 };

describe('parseEpsilon', () => {
  const accepted: [string, { lower: number; upper: number }, number, number][] = [
    ['4/255', unit, 4 / 255, 4 / 255],
    [' 4 / 255 ', bytes, 4 / 255, 4],
    ['4/255', { lower: -1, upper: 1 }, 4 / 255, 8 / 255],
    ['4units', bytes, 4 / 255, 4],
    ['4 units', bytes, 4 / 255, 4],
    ['0.5units', unit, 0.5, 0.5],
    ['1e-2', unit, 0.01, 0.01],
    ['.5', unit, 0.5, 0.5],
    ['1', unit, 1, 1],
    ['0', bytes, 0, 0],
    ['-0', unit, 0, 0],
    ['0/255', bytes, 0, 0],
    ['0.25', { lower: -0.5, upper: 0.5 }, 0.25, 0.25],
  ];
  for (const [text, bounds, fraction, absolute] of accepted) {
    test(`takes "${text}" on [${String(bounds.lower)}, ${String(bounds.upper)}]`, () => {
      const epsilon = parseEpsilon(text, bounds);
      assert.equal(epsilon.text, text.trim());
      assert.ok(Math.abs(epsilon.fraction - fraction) < 1e-15);
      assert.ok(Math.abs(epsilon.absolute - absolute) < 1e-12);
      assert.ok(!Object.is(epsilon.fraction, -0));
    });
  }

  const refused: [string, { lower: number; upper: number }, RegExp][] = [
    ['4', unit, /^ε = 4 is larger than the range \[0, 1\]: write 4\/255 for 4 of 255 levels, or data units/],
    ['4', bytes, /ambiguous on \[0, 255\]: write 4units .* 4\/255/],
    ['0.5', bytes, /ambiguous/],
    ['256units', bytes, /larger than the range \[0, 255\]/],
    ['256/255', unit, /larger than the range/],
    ['-4/255', unit, /negative/],
    ['-0.1', unit, /negative/],
    ['4/0', unit, /finite/],
    ['0/0', unit, /finite/],
    ['NaN', unit, /not a size/],
    ['', unit, /not a size/],
    ['4/', unit, /not a size/],
    ['4px', unit, /not a size/],
    ['1/2/3', unit, /not a size/],
    ['Infinity', unit, /not a size/],
    ['1e999', unit, /finite/],
    ['4/255', { lower: 1, upper: 1 }, /no range/],
    ['4/255', { lower: 0, upper: Infinity }, /no range/],
  ];
  for (const [text, bounds, message] of refused) {
    test(`refuses "${text}" on [${String(bounds.lower)}, ${String(bounds.upper)}]`, () => {
      assert.throws(
        () => parseEpsilon(text, bounds),
        (error: unknown) =>
          error instanceof InputError && message.test(error.message) && !error.message.includes('\n'),
      );
    });
  }

  test('whatever is written, the answer is a size within the range or an InputError', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double().map(String), fc.stringMatching(/^[-\d./e]{0,6}$/)),
        (text) => {
          try {
            const { fraction, absolute } = parseEpsilon(text, bytes);
            assert.ok(fraction >= 0 && fraction <= 1 && absolute >= 0 && absolute <= 255);
          } catch (error) {
            assert.ok(error instanceof InputError, String(error));
          }
        },
      ),
      { seed: 11, numRuns: 500 },
    );
  });
});

test('absoluteSize gives the float32 number PyTorch computes with', () => {
  assert.equal(absoluteSize(4 / 255, unit), Math.fround(4 / 255));
  assert.equal(absoluteSize(4 / 255, bytes), 4);
});
