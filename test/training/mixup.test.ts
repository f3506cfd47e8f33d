import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../../src/core/random.ts';
import { drawMixing, mixRows, oneHot } from '../../src/training/mixup.ts';

describe('the mixing of a minibatch', () => {
  test('partners are a permutation, whatever λ is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer(),
        fc.constantFrom('batch', 'example'),
        (count, seed, lambdaPer) => {
          const { lambda, partner } = drawMixing(
            randomStream(seed, 'mixup'),
            { alpha: 1, lambdaPer } as const,
            count,
          );
          assert.deepEqual(
            [...partner].sort((a, b) => a - b),
            Array.from({ length: count }, (_, i) => i),
          );
          assert.ok(lambda.every((value) => value >= 0 && value <= 1));
          assert.equal(lambda.length, count);
        },
      ),
      { seed: 1, numRuns: 50 },
    );
  });

  test('one λ for the batch, or one for each example', () => {
    const draw = (lambdaPer: 'batch' | 'example'): number =>
      new Set(drawMixing(randomStream(0, 'mixup'), { alpha: 1, lambdaPer }, 32).lambda).size;
    assert.equal(draw('batch'), 1);
    assert.equal(draw('example'), 32);
  });

  test('λ is Beta(α, α): its variance is 1 / (4(2α + 1))', () => {
    for (const alpha of [0.2, 1, 8]) {
      const { lambda } = drawMixing(randomStream(1, 'variance'), { alpha, lambdaPer: 'example' }, 20_000);
      const mean = lambda.reduce((sum, value) => sum + value, 0) / lambda.length;
      const variance = lambda.reduce((sum, value) => sum + (value - mean) ** 2, 0) / lambda.length;
      assert.ok(Math.abs(mean - 0.5) < 0.015, String(mean));
      assert.ok(
        Math.abs(variance - 1 / (4 * (2 * alpha + 1))) < 0.006,
        `α ${String(alpha)}: ${String(variance)}`,
      );
    }
  });

  test('α → 0 is ERM: every λ is 0 or 1, and every row is a row of the batch', () => {
    const { lambda, partner } = drawMixing(
      randomStream(1, 'tiny'),
      { alpha: 1e-6, lambdaPer: 'example' },
      64,
    );
    assert.ok(lambda.every((value) => value === 0 || value === 1));
    assert.equal(new Set(lambda).size, 2);
    const rows = Float32Array.from({ length: 64 * 3 }, (_, index) => Math.sin(index));
    const mixed = mixRows(rows, 3, { lambda, partner });
    for (let row = 0; row < 64; row++) {
      const source = lambda[row] === 1 ? row : partner[row]!;
      assert.deepEqual(mixed.subarray(row * 3, row * 3 + 3), rows.subarray(source * 3, source * 3 + 3));
    }
  });
});

test('rows are mixed by the formula, and the originals left alone', () => {
  const rows = Float32Array.of(1, 2, 10, 20, -4, 8);
  const copy = rows.slice();
  const mixed = mixRows(rows, 2, { lambda: Float32Array.of(0.25, 1, 0.5), partner: Int32Array.of(1, 0, 2) });
  // 0.25·1 + 0.75·10 and 0.25·2 + 0.75·20; row 1 keeps itself; row 2 is its own partner.
  assert.deepEqual([...mixed], [7.75, 15.5, 10, 20, -4, 8]);
  assert.deepEqual(rows, copy);
});

test('mixed labels are distributions', () => {
  const labels = Int32Array.of(0, 2, 1, 2);
  const rows = oneHot(labels, 3);
  assert.deepEqual([...rows], [1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1]);
  const mixed = mixRows(rows, 3, drawMixing(randomStream(3, 'mixup'), { alpha: 1, lambdaPer: 'example' }, 4));
  for (let row = 0; row < 4; row++) {
    const sum = mixed.subarray(row * 3, row * 3 + 3).reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(sum - 1) < 1e-6);
  }
});
