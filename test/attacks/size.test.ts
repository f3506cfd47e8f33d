import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { absoluteSize, parseSize } from '../../src/attacks/size.ts';
import { sizeText } from '../../src/core/attack-id.ts';
import { InputError } from '../../src/core/errors.ts';

const unit = { lower: 0, upper: 1 };
const bytes = { lower: 0, upper: 255 };

const parse = (text: string, bounds: { lower: number; upper: number }) =>
  parseSize(text, { norm: 'linf', bounds, inputShape: [3, 4, 4] });

describe('parseSize in L∞', () => {
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
      const size = parse(text, bounds);
      assert.ok(Math.abs(size.value - fraction) < 1e-15);
      assert.equal(absoluteSize(size, bounds), Math.fround(absolute));
      assert.ok(!Object.is(size.value, -0));
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
        () => parse(text, bounds),
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
            const { value, unit: of } = parse(text, bytes);
            assert.ok(of === 'fraction of range' && value >= 0 && value <= 1);
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
  assert.equal(absoluteSize({ value: 4 / 255, unit: 'fraction of range' }, unit), Math.fround(4 / 255));
  assert.equal(absoluteSize({ value: 4 / 255, unit: 'fraction of range' }, bytes), 4);
});

describe('sizes of the other norms', () => {
  const inputShape = [3, 4, 4];
  const of = (norm: 'l2' | 'l1' | 'l0', text: string, bounds = unit) =>
    parseSize(text, { norm, bounds, inputShape });

  test('L2 and L1 are in ranges, and may exceed 1', () => {
    assert.deepEqual(of('l2', '2.5'), { value: 2.5, unit: 'fraction of range' });
    assert.deepEqual(of('l2', '128units', bytes), { value: 128 / 255, unit: 'fraction of range' });
    assert.deepEqual(of('l1', '12'), { value: 12, unit: 'fraction of range' });
    assert.throws(() => of('l2', '0.5', bytes), /ambiguous on \[0, 255\]/);
    assert.throws(() => of('l2', '7'), /larger than any L2 perturbation of 48 elements .* 6\.928 ranges/);
    assert.throws(() => of('l1', '49'), /larger than any L1 perturbation/);
  });

  test('L0 counts pixels or elements, and says which', () => {
    assert.deepEqual(of('l0', '10px'), { value: 10, unit: 'pixels' });
    assert.deepEqual(of('l0', '30 elements'), { value: 30, unit: 'elements' });
    assert.throws(() => of('l0', '17px'), /more than the 16 pixels/);
    assert.throws(() => of('l0', '49el'), /more than the 48 elements/);
    for (const text of ['10', '4/255', '1.5px', '-1px', '']) {
      assert.throws(() => of('l0', text), /write a count such as 10px for pixels, or 30el for elements/);
    }
  });
});

test('the text of a size is the same however it was written', () => {
  const text = (norm: 'linf' | 'l2' | 'l0', written: string, bounds = unit) =>
    sizeText(norm, parseSize(written, { norm, bounds, inputShape: [3, 4, 4] }));
  assert.equal(text('linf', '4/255'), '4/255');
  assert.equal(text('linf', '4units', bytes), '4/255');
  assert.equal(text('linf', String(4 / 255)), '4/255');
  assert.equal(text('linf', '0.6/255'), '0.6/255');
  assert.equal(text('linf', '0.1'), '25.5/255');
  assert.equal(text('linf', '0.1234567'), '0.1234567');
  assert.equal(text('l2', '0.5'), '0.5');
  assert.equal(text('l2', '1/2'), '0.5');
  assert.equal(text('l0', '10 pixels'), '10px');
});
