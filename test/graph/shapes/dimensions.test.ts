/** Arithmetic on named sizes: one form for equal sizes, and the same result as on numbers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  add,
  ceilDivide,
  divideExactly,
  floorDivide,
  larger,
  multiply,
  neverLess,
  neverSame,
  product,
  same,
  shapeText,
  smaller,
  subtract,
} from '../../../src/graph/shapes/dimensions.ts';
import type { Dimension } from '../../../src/graph/types.ts';

/** Puts numbers in place of names in a sum of products. */
function valueAt(dimension: Dimension, names: Readonly<Record<string, number>>): number {
  if (typeof dimension === 'number') return dimension;
  return dimension
    .split('+')
    .map((term) =>
      term
        .split('*')
        .map((factor) => names[factor] ?? Number(factor))
        .reduce((a, b) => a * b, 1),
    )
    .reduce((a, b) => a + b, 0);
}

const polynomial: fc.Arbitrary<Dimension> = fc
  .array(fc.tuple(fc.integer({ min: -5, max: 9 }), fc.subarray(['N', 'H', 'W'])), { maxLength: 3 })
  .map((terms) => terms.map(([factor, names]) => product([factor, ...names])).reduce(add, 0));
const sizes = fc.record({ N: fc.integer({ min: 1, max: 9 }), H: fc.nat(40), W: fc.nat(40) });
const settings = { seed: 7, numRuns: 300 };

describe('named sizes', () => {
  it('have one form for equal sizes', () => {
    assert.equal(multiply('N', 64), 'N*64');
    assert.equal(multiply(64, 'N'), 'N*64');
    assert.equal(divideExactly('N*64', 64), 'N');
    assert.equal(add('H', add('W', 1)), 'H+W+1');
    assert.equal(add(add(1, 'W'), 'H'), 'H+W+1');
    assert.equal(subtract(add('N', 3), 3), 'N');
    assert.equal(subtract('N', 'N'), 0);
    assert.equal(multiply(add('N', 1), add('N', -1)), 'N*N+-1');
    assert.ok(same('N * 64', 'N*64'));
    assert.equal(add('past + 1', 1), 'past+2');
  });

  it('divide with multiples of the divisor taken out', () => {
    assert.equal(floorDivide(add(multiply('H', 2), 1), 2), 'H');
    assert.equal(floorDivide(add('H', 4), 2), 'floor(H/2)+2');
    assert.equal(ceilDivide('H', 2), 'floor((H+1)/2)');
    assert.equal(floorDivide(-7, 2), -4);
    assert.equal(divideExactly('N*65', 2), undefined);
    assert.equal(divideExactly('N', 'H'), undefined);
    assert.equal(divideExactly('H*N*6', 'H*2'), 'N*3');
    assert.equal(divideExactly(6, 0), undefined);
  });

  it('are compared by what holds for every size of at least 1', () => {
    assert.ok(neverLess('N', 1));
    assert.ok(!neverLess('N', 2));
    assert.ok(neverSame('N', -1));
    assert.ok(neverSame('N', add('N', 1)));
    assert.ok(!neverSame('N', 4));
    assert.ok(!neverLess('size(x,0)', 1), 'a size only a run can tell may be 0');
    assert.equal(smaller('N', 5), 'min(5,N)');
    assert.equal(smaller(5, 'N'), 'min(5,N)');
    assert.equal(larger(add('N', -1), 0), 'N+-1');
  });

  it('add, subtract and multiply as numbers do', () => {
    fc.assert(
      fc.property(polynomial, polynomial, sizes, (a, b, names) => {
        const [x, y] = [valueAt(a, names), valueAt(b, names)];
        assert.equal(valueAt(add(a, b), names), x + y);
        assert.equal(valueAt(subtract(a, b), names), x - y);
        assert.equal(valueAt(multiply(a, b), names), x * y + 0);
        assert.equal(add(a, b), add(b, a));
        assert.equal(multiply(a, b), multiply(b, a));
      }),
      settings,
    );
  });

  it('divide back what was multiplied', () => {
    fc.assert(
      fc.property(
        polynomial,
        fc.integer({ min: 1, max: 99 }),
        fc.subarray(['N', 'H']),
        (a, factor, names) => {
          const divisor = product([factor, ...names]);
          assert.ok(same(divideExactly(multiply(a, divisor), divisor) ?? 'none', a));
        },
      ),
      settings,
    );
  });
});

describe('long sizes', () => {
  const nested = (depth: number): Dimension =>
    Array.from({ length: depth }).reduce<Dimension>(
      (size, _, level) => smaller(floorDivide(add(size, level), 2), `H${String(level)}`),
      'W',
    );

  it('stay bounded, equal where equal and different where different', () => {
    const deep = nested(40);
    assert.ok(String(deep).length < 1000);
    assert.equal(deep, nested(40));
    assert.ok(same(add(deep, 1), add(1, nested(40))));
    assert.ok(!same(deep, nested(41)));
  });

  it('are shown by their begin, and long shapes by their first sizes', () => {
    assert.ok(shapeText(Array.from({ length: 200 }, () => nested(40))).length < 900);
    assert.equal(shapeText(['N', 3]), '[N, 3]');
    assert.match(shapeText(Array.from({ length: 13 }, (_, at) => at)), /11, … 13 in all\]$/);
  });
});
