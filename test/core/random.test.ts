import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { permutation, randomStream, type RandomStream } from '../../src/core/random.ts';

/** Mean and variance of many draws. */
function moments(draw: (stream: RandomStream) => number, purpose: string, count = 20_000): [number, number] {
  const stream = randomStream(1, purpose);
  const values = Array.from({ length: count }, () => draw(stream));
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return [mean, variance];
}

/** Within about five standard errors of 20 000 draws. */
function near(
  [mean, variance]: [number, number],
  expected: readonly [number, number],
  tolerance: number,
): void {
  assert.ok(
    Math.abs(mean - expected[0]) < tolerance,
    `mean ${String(mean)}, expected ${String(expected[0])}`,
  );
  assert.ok(
    Math.abs(variance - expected[1]) < 2 * tolerance,
    `variance ${String(variance)}, expected ${String(expected[1])}`,
  );
}

describe('a stream', () => {
  test('gives these numbers on every machine', () => {
    const stream = randomStream(0, 'golden', 1);
    assert.deepEqual(
      [stream.uniform(), stream.uniform(), stream.integer(100)],
      [0.18798734813485074, 0.28789644173015505, 78],
    );
    const drawn = [stream.normal(), stream.gamma(2.5), stream.gamma(0.3), stream.beta(0.2, 0.2)];
    // Logarithms and cosines may differ in the last bit between machines.
    const golden = [-1.3777368258725964, 2.6678071250059543, 0.505137992102022, 0.001019749402613404];
    drawn.forEach((value, index) => {
      assert.ok(Math.abs(value - golden[index]!) < 1e-12 * Math.max(1, value), String(value));
    });
    assert.deepEqual([...permutation(randomStream('word', 'order'), 10)], [1, 8, 9, 0, 4, 3, 2, 6, 7, 5]);
  });

  test('the parts of its path keep their borders', () => {
    const first = (...path: readonly (string | number)[]): number =>
      randomStream(...(path as [number])).uniform();
    const paths = [
      ['a', 'b'],
      ['a/b'],
      ['a', '', 'b'],
      ['a', 'b', ''],
      ['', 'a', 'b'],
      ['a%2Fb'],
      ['ab'],
      ['b', 'a'],
      ['a'],
      ['a', 1],
      ['a', 11],
      ['a', 1, 1],
    ];
    assert.equal(new Set(paths.map((path) => first(0, ...path))).size, paths.length);
    assert.equal(new Set(paths.map((path) => first(...path))).size, paths.length);
  });

  test('an epoch or example may be written as number or text', () => {
    assert.equal(randomStream('7', 'order', '3').uniform(), randomStream(7, 'order', 3).uniform());
  });

  test('is not disturbed by another', () => {
    const alone = randomStream(0, 'a');
    const expected = [alone.uniform(), alone.normal(), alone.uniform()];
    const [one, other] = [randomStream(0, 'a'), randomStream(0, 'b')];
    const drawn = [one.uniform(), (other.gamma(1), one.normal()), (other.uniform(), one.uniform())];
    assert.deepEqual(drawn, expected);
  });
});

describe('distributions have their moments', () => {
  test('uniform', () => {
    near(
      moments((s) => s.uniform(), 'uniform'),
      [1 / 2, 1 / 12],
      0.011,
    );
  });

  test('normal', () => {
    near(
      moments((s) => s.normal(), 'normal'),
      [0, 1],
      0.036,
    );
  });

  for (const shape of [0.2, 1, 2.5, 10]) {
    test(`gamma of shape ${String(shape)}`, () => {
      const tolerance = 5 * Math.sqrt(shape / 20_000) * Math.max(1, 2 / Math.sqrt(shape));
      near(
        moments((s) => s.gamma(shape), 'gamma'),
        [shape, shape],
        tolerance,
      );
    });
  }

  for (const [a, b] of [
    [0.2, 0.2],
    [1, 1],
    [0.4, 2],
    [8, 8],
  ] as const) {
    test(`beta(${String(a)}, ${String(b)})`, () => {
      const variance = (a * b) / ((a + b) ** 2 * (a + b + 1));
      near(
        moments((s) => s.beta(a, b), 'beta'),
        [a / (a + b), variance],
        5 * Math.sqrt(variance / 20_000),
      );
    });
  }

  test('beta of tiny shapes is two points, never NaN', () => {
    const stream = randomStream(1, 'tiny');
    const drawn = Array.from({ length: 500 }, () => stream.beta(1e-5, 1e-5));
    assert.ok(drawn.every((value) => value >= 0 && value <= 1));
    const extreme = drawn.filter((value) => value < 1e-6 || value > 1 - 1e-6).length;
    assert.ok(extreme > 495);
    const ones = drawn.filter((value) => value > 0.5).length;
    assert.ok(ones > 200 && ones < 300);
  });

  test('integers are even over their range', () => {
    const stream = randomStream(1, 'integers');
    const counts = new Int32Array(7);
    for (let draw = 0; draw < 14_000; draw++) counts[stream.integer(7)]! += 1;
    assert.ok(counts.every((count) => Math.abs(count - 2000) < 220));
  });
});

describe('a permutation', () => {
  test('holds every number once', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.integer(), (count, seed) => {
        const order = permutation(randomStream(seed, 'order'), count);
        assert.deepEqual(
          [...order].sort((a, b) => a - b),
          Array.from({ length: count }, (_, i) => i),
        );
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  test('puts every number in every place equally often', () => {
    const counts = Array.from({ length: 4 }, () => new Int32Array(4));
    for (let draw = 0; draw < 8000; draw++) {
      permutation(randomStream(draw, 'even'), 4).forEach((value, place) => (counts[place]![value]! += 1));
    }
    for (const row of counts)
      assert.ok(
        row.every((count) => Math.abs(count - 2000) < 200),
        row.join(),
      );
  });
});
