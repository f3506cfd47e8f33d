/** Random labels: how many, which, and of what they are independent. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/core/errors.ts';
import { type Corruption, corruptLabels } from '../../src/corruption/corrupt-labels.ts';
import { noiseProbability } from '../../src/corruption/label-noise.ts';
import type { CorruptionOptions } from '../../src/corruption/settings.ts';
import { binomialBounds } from './binomial.ts';
import { drawLabels } from './data.ts';

const CLASSES = 10;
const COUNT = 2500;
const labels = drawLabels(COUNT, CLASSES);
const corrupt = (options: CorruptionOptions, given = labels): Promise<Corruption> =>
  corruptLabels(given, CLASSES, options);

/** Checks that a count of `trials` is one that a binomial gives in all but one of a million cases. */
function assertBinomial(count: number, trials: number, probability: number, what: string): void {
  const [least, most] = binomialBounds(trials, probability, 1e-6);
  assert.ok(
    least <= count && count <= most,
    `${what}: ${String(count)} is outside ${String(least)} … ${String(most)}`,
  );
}

/** How often class i was given label j among the masked examples. */
function pairs({ labels: given, masked }: Corruption, onlyMasked: boolean): number[][] {
  const counts = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  given.forEach((label, index) => {
    if (!onlyMasked || masked[index] === 1) counts[labels[index]!]![label]! += 1;
  });
  return counts;
}

/** Checks the counts of every row against its distribution with Pearson's chi-square. */
function assertRows(counts: readonly number[][], probability: (label: number, row: number) => number): void {
  counts.forEach((row, trueLabel) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    let statistic = 0;
    row.forEach((count, label) => {
      const expected = total * probability(label, trueLabel);
      if (expected === 0) assert.equal(count, 0, `class ${String(trueLabel)} was given ${String(label)}`);
      else statistic += (count - expected) ** 2 / expected;
    });
    // Beyond 40.52 in one of 200 000 cases with 9 degrees of freedom, in fewer with less.
    assert.ok(statistic < 40.52, `class ${String(trueLabel)}: chi-square ${String(statistic)}`);
  });
}

function assertCounts({ labels: given, masked, maskedCount, changedCount }: Corruption): void {
  assert.equal(given.length, COUNT);
  assert.equal(maskedCount, masked.filter((bit) => bit === 1).length);
  assert.equal(changedCount, given.filter((label, index) => label !== labels[index]).length);
  assert.ok(masked.every((bit) => bit === 0 || bit === 1));
  assert.ok(given.every((label, index) => masked[index] === 1 || label === labels[index]));
}

describe('modes', () => {
  for (const rate of [0.2, 0.5, 0.8]) {
    test(`uniform masks with probability ${String(rate)} and keeps a tenth of the masked`, async () => {
      const corruption = await corrupt({ seed: 1, rate });
      assertCounts(corruption);
      assertBinomial(corruption.maskedCount, COUNT, rate, 'masked');
      const kept = corruption.maskedCount - corruption.changedCount;
      assertBinomial(kept, corruption.maskedCount, 1 / CLASSES, 'kept of the masked');
      assertBinomial(kept, COUNT, rate / CLASSES, 'kept');
      assertRows(pairs(corruption, true), () => 1 / CLASSES);
    });
  }

  test('uniform is what is made when no mode is named', async () => {
    const named = await corrupt({ seed: 1, rate: 0.5, mode: 'uniform' });
    assert.deepEqual(await corrupt({ seed: 1, rate: 0.5 }), named);
  });

  test('symmetric changes every masked label, to each other class alike', async () => {
    const corruption = await corrupt({ seed: 2, rate: 0.5, mode: 'symmetric' });
    assertCounts(corruption);
    assertBinomial(corruption.maskedCount, COUNT, 0.5, 'masked');
    assert.equal(corruption.changedCount, corruption.maskedCount);
    assertRows(pairs(corruption, true), (label, trueLabel) => (label === trueLabel ? 0 : 1 / (CLASSES - 1)));
  });

  test('pair-flip gives the next class, the last one the first', async () => {
    const corruption = await corrupt({ seed: 3, rate: 0.5, mode: 'pair-flip' });
    assertCounts(corruption);
    assert.equal(corruption.changedCount, corruption.maskedCount);
    corruption.labels.forEach((label, index) => {
      if (corruption.masked[index] === 1) assert.equal(label, (labels[index]! + 1) % CLASSES);
    });
    assert.ok(corruption.labels.some((label, index) => label === 0 && labels[index] === CLASSES - 1));
  });

  test('class-conditional follows the matrix row by row; masked means changed', async () => {
    const matrix = noisyMatrix();
    const corruption = await corrupt({ seed: 4, mode: 'class-conditional', matrix });
    assertCounts(corruption);
    assert.equal(corruption.changedCount, corruption.maskedCount);
    assertRows(pairs(corruption, false), (label, trueLabel) => matrix[trueLabel]![label]!);
    const probability = noiseProbability(corruption.settings, CLASSES);
    assertRows(pairs(corruption, true), probability);
  });

  test('the identity matrix changes nothing, a cyclic one everything', async () => {
    const at = (shift: number): number[][] =>
      Array.from({ length: CLASSES }, (_, row) =>
        Array.from({ length: CLASSES }, (_, column) => (column === (row + shift) % CLASSES ? 1 : 0)),
      );
    const same = await corrupt({ seed: 0, mode: 'class-conditional', matrix: at(0) });
    assert.deepEqual([same.maskedCount, same.labels], [0, labels]);
    const shifted = await corrupt({ seed: 0, mode: 'class-conditional', matrix: at(3) });
    assert.equal(shifted.maskedCount, COUNT);
    assert.deepEqual(
      shifted.labels,
      labels.map((label) => (label + 3) % CLASSES),
    );
  });

  test('the given labels are left as they are', async () => {
    const before = labels.slice();
    await corrupt({ seed: 1, rate: 1 });
    assert.deepEqual(labels, before);
  });
});

/** Rows of other rates, some with labels that are never given, one without noise. */
function noisyMatrix(): number[][] {
  return Array.from({ length: CLASSES }, (_, row) => {
    const weights = Array.from({ length: CLASSES }, (_, column) =>
      column === row ? 4 : row === 0 || (row + column) % 3 === 0 ? 0 : 1 + ((row * column) % 4),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  });
}

describe('rates', () => {
  test('exact masks round(rate · n) examples', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom('uniform', 'symmetric', 'pair-flip'),
        async (rate, count, mode) => {
          const { maskedCount } = await corrupt(
            { seed: 5, rate, exact: true, mode },
            labels.subarray(0, count),
          );
          assert.equal(maskedCount, Math.round(rate * count));
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  test('exact masks the examples of the smallest keys: those that a rate masks come first', async () => {
    const bernoulli = await corrupt({ seed: 6, rate: 0.3 });
    const exact = await corrupt({ seed: 6, rate: bernoulli.maskedCount / COUNT, exact: true });
    assert.deepEqual(exact.masked, bernoulli.masked);
    assert.deepEqual(exact.labels, bernoulli.labels);
  });

  test('rate 0 masks nothing and rate 1 everything', async () => {
    for (const exact of [false, true]) {
      assert.equal((await corrupt({ seed: 7, rate: 0, exact })).maskedCount, 0);
      assert.equal((await corrupt({ seed: 7, rate: 1, exact })).maskedCount, COUNT);
    }
  });

  test('a greater rate masks what a smaller one does, with the same labels', async () => {
    const small = await corrupt({ seed: 8, rate: 0.2 });
    const great = await corrupt({ seed: 8, rate: 0.8 });
    assert.ok(great.maskedCount > small.maskedCount);
    small.masked.forEach((bit, index) => {
      if (bit === 0) return;
      assert.equal(great.masked[index], 1);
      assert.equal(great.labels[index], small.labels[index]);
    });
  });
});

describe('independence', () => {
  for (const mode of ['uniform', 'symmetric', 'pair-flip', 'class-conditional'] as const) {
    const options: CorruptionOptions =
      mode === 'class-conditional' ? { seed: 9, mode, matrix: noisyMatrix() } : { seed: 9, mode, rate: 0.5 };

    test(`${mode}: the first examples get the same labels in a larger set`, async () => {
      const part = await corrupt(options, labels.subarray(0, 137));
      const whole = await corrupt(options);
      assert.deepEqual(part.labels, whole.labels.slice(0, 137));
      assert.deepEqual(part.masked, whole.masked.slice(0, 137));
    });

    test(`${mode}: an example does not depend on the labels of the others`, async () => {
      const others = labels.map((label, index) => (index % 2 === 0 ? label : (label + 5) % CLASSES));
      const changed = await corrupt(options, others);
      const original = await corrupt(options);
      for (let index = 0; index < COUNT; index += 2) {
        assert.equal(changed.labels[index], original.labels[index]);
        assert.equal(changed.masked[index], original.masked[index]);
      }
    });
  }

  test('the same seed gives the same labels, another seed others', async () => {
    const once = await corrupt({ seed: 'a', rate: 0.5 });
    assert.deepEqual(await corrupt({ seed: 'a', rate: 0.5 }), once);
    const other = await corrupt({ seed: 'b', rate: 0.5 });
    const agreeing = other.masked.filter((bit, index) => bit === once.masked[index]).length;
    assertBinomial(agreeing, COUNT, 0.5, 'examples masked in both or in neither');
  });
});

describe('the chance level', () => {
  test('q sums to 1 over the labels, for every class that can be masked', () => {
    const total = (settings: Parameters<typeof noiseProbability>[0], trueLabel: number): number => {
      const probability = noiseProbability(settings, CLASSES);
      return Array.from({ length: CLASSES }, (_, label) => probability(label, trueLabel)).reduce(
        (sum, value) => sum + value,
        0,
      );
    };
    for (const mode of ['uniform', 'symmetric', 'pair-flip'] as const) {
      for (let row = 0; row < CLASSES; row++) {
        assert.ok(Math.abs(total({ mode, rate: 0.5, matrix: null }, row) - 1) < 1e-12, mode);
      }
    }
    const matrix = noisyMatrix();
    const settings = { mode: 'class-conditional', rate: null, matrix } as const;
    assert.equal(total(settings, 0), 0);
    for (let row = 1; row < CLASSES; row++) assert.ok(Math.abs(total(settings, row) - 1) < 1e-12);
  });

  test('is the accuracy, on masked examples, of predictions that know the true labels alone', async () => {
    const corruption = await corrupt({ seed: 10, mode: 'class-conditional', matrix: noisyMatrix() });
    const probability = noiseProbability(corruption.settings, CLASSES);
    const prediction = (trueLabel: number): number => (trueLabel + 1) % CLASSES;
    const indices = [...labels.keys()].filter((index) => corruption.masked[index] === 1);
    const right = indices.filter((index) => prediction(labels[index]!) === corruption.labels[index]).length;
    const expected = indices.reduce(
      (sum, index) => sum + probability(prediction(labels[index]!), labels[index]!),
      0,
    );
    // Five standard deviations of a sum of independent draws.
    assert.ok(
      Math.abs(right - expected) < 5 * Math.sqrt(indices.length / 4),
      `${String(right)} against ${String(expected)}`,
    );
    assert.ok(expected > 50);
  });
});

describe('refusals', () => {
  const square = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(1 / CLASSES));
  const cases: readonly (readonly [string, CorruptionOptions, RegExp])[] = [
    ['no rate', { seed: 0 }, /uniform needs a rate.*0\.5 for 50 %/],
    ['a percentage', { seed: 0, rate: 50 }, /rate 50 is no fraction from 0 to 1/],
    ['a negative rate', { seed: 0, rate: -0.1 }, /rate -0\.1 is no fraction/],
    ['NaN', { seed: 0, rate: NaN }, /rate NaN is no fraction/],
    [
      'an unknown mode',
      { seed: 0, rate: 0.5, mode: 'noisy' as 'uniform' },
      /unknown corruption mode 'noisy'/,
    ],
    ['a matrix for another mode', { seed: 0, rate: 0.5, matrix: square }, /not to uniform/],
    ['no matrix', { seed: 0, mode: 'class-conditional' }, /class-conditional needs a matrix/],
    [
      'a rate beside a matrix',
      { seed: 0, mode: 'class-conditional', matrix: square, rate: 0.5 },
      /leave out the rate/,
    ],
    [
      'exact beside a matrix',
      { seed: 0, mode: 'class-conditional', matrix: square, exact: true },
      /leave out exact/,
    ],
    [
      'a matrix of another size',
      { seed: 0, mode: 'class-conditional', matrix: [[1]] },
      /1 rows where the data have 10 classes/,
    ],
  ];
  for (const [name, options, message] of cases) {
    test(name, async () => {
      await assert.rejects(corrupt(options), (error: Error) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, message);
        assert.ok(!error.message.includes('\n'));
        return true;
      });
    });
  }

  test('a single class', async () => {
    await assert.rejects(
      corruptLabels(new Int32Array(5), 1, { seed: 0, rate: 0.5 }),
      /there must be another/,
    );
  });

  test('a label that names no class', async () => {
    const bad = Int32Array.of(0, 1, 10);
    await assert.rejects(corrupt({ seed: 0, rate: 0.5 }, bad), /example 2 has the label 10/);
  });
});

test('an aborted signal stops the work, and progress is told', async () => {
  const controller = new AbortController();
  const seen: number[] = [];
  const reason = new Error('enough');
  const work = corruptLabels(
    drawLabels(10_000, CLASSES),
    CLASSES,
    { seed: 0, rate: 0.5 },
    {
      signal: controller.signal,
      onProgress: (completed, total) => {
        assert.equal(total, 10_000);
        seen.push(completed);
        if (completed > 3000) controller.abort(reason);
      },
    },
  );
  await assert.rejects(work, reason);
  assert.ok(seen.length >= 2 && seen.at(-1)! < 10_000);
});
