import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeColumn, encodeColumn } from '../../src/results/column.ts';
import { derive } from '../../src/results/derive.ts';
import type { Derived, DerivedEvaluation } from '../../src/results/derived.ts';
import { readResult } from '../../src/results/file.ts';
import { wilsonInterval } from '../../src/statistics/proportion.ts';
import {
  changed,
  changeRanks,
  exampleResult,
  FGSM,
  IFGSM,
  int32,
  scoredOf,
  targetedResult,
} from './example-result.ts';

const find = (
  { evaluations }: Derived,
  attack: string | null,
  model: string,
  source: string | null = attack === null ? null : model,
): DerivedEvaluation => {
  const found = evaluations.filter((e) => e.attack === attack && e.model === model && e.source === source);
  assert.equal(found.length, 1);
  return found[0]!;
};

/** Everything derived, with arrays as lists. */
const plain = (derived: Derived): unknown =>
  JSON.parse(
    JSON.stringify(derived, (_, value: unknown) =>
      ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : value,
    ),
  );

// To renew it: UPDATE_GOLDEN=1 npm test -- results/derive
test('a kept file gives the kept numbers', async () => {
  const path = fileURLToPath(new URL('../../fixtures/results/attack-2.json', import.meta.url));
  const expected = new URL('../../fixtures/results/attack-2.derived.json', import.meta.url);
  const derived = plain(derive(await readResult(path)));
  if (process.env['UPDATE_GOLDEN'] === '1')
    await writeFile(expected, `${JSON.stringify(derived, undefined, 1)}\n`);
  assert.deepEqual(derived, JSON.parse(await readFile(expected, 'utf8')));
});

test('clean first, then attacks on the models themselves, then examples made on others', () => {
  assert.deepEqual(
    derive(exampleResult()).evaluations.map(({ attack, source, model }) =>
      [attack ?? 'clean', source ?? '', model].join(' '),
    ),
    [
      ...['erm-1', 'erm-2', 'mixup'].map((id) => `clean  ${id}`),
      ...['erm-1', 'erm-2', 'mixup'].flatMap((id) => [FGSM, IFGSM].map((attack) => `${attack} ${id} ${id}`)),
      ...[FGSM, IFGSM].flatMap((attack) => ['erm-2', 'mixup'].map((id) => `${attack} erm-1 ${id}`)),
    ],
  );
});

test('rates are counted from the ranks, with intervals of Wilson', () => {
  const { top1, top5, count, meanLoss } = find(derive(exampleResult()), null, 'mixup');
  assert.deepEqual(top1, { errors: 4, rate: 0.1, interval: wilsonInterval(4, 40) });
  assert.deepEqual(top5, { errors: 2, rate: 0.05, interval: wilsonInterval(2, 40) });
  assert.equal(count, 40);
  const losses = decodeColumn(exampleResult().clean[2]!.outcomes.losses!, 'float32');
  assert.equal(meanLoss, losses.reduce((a, b) => a + b) / 40);
});

test('with five classes or fewer there is no top-5 error', () => {
  const result = exampleResult();
  result.models[0]!.classCount = 5;
  assert.equal(find(derive(result), null, 'erm-1').top5, null);
  assert.equal(find(derive(result), FGSM, 'erm-1').rounded?.top5, null);
});

test('sizes, gradients and queries are means, maxima and medians over the examples', () => {
  const result = exampleResult();
  const run = result.runs[0]!;
  run.sizes!.l2 = encodeColumn(Float64Array.from({ length: 40 }, (_, index) => index));
  run.queries = int32(Array.from({ length: 40 }, (_, index) => index * 2));
  const { sizes, gradients, queries, zeroGradients } = find(derive(result), FGSM, 'erm-1');
  assert.deepEqual(sizes?.l2, { max: 39, mean: 19.5, median: 19.5 });
  assert.deepEqual([gradients, queries, zeroGradients], [1, 39, 1]);
  delete run.queries;
  assert.equal(find(derive(result), FGSM, 'erm-1').queries, null);
});

describe('targets', () => {
  test('those whose label the target is are neither possible nor reached', () => {
    const result = targetedResult();
    const scored = scoredOf(result, FGSM, 'erm-1');
    const labels = decodeColumn(result.examples.labels, 'int32');
    const predictions = decodeColumn(scored.outcomes.predictions, 'int32');
    const { targets } = find(derive(result), FGSM, 'erm-1');
    const taken = [...predictions.keys()].filter((index) => predictions[index] === 4);
    const reached = taken.filter((index) => labels[index] !== 4).length;
    assert.ok(reached > 0 && reached < taken.length);
    assert.deepEqual(targets, {
      reached,
      possible: 36,
      predicted: taken.length,
      rate: { rate: reached / 36, interval: wilsonInterval(reached, 36) },
    });
    assert.equal(find(derive(result), IFGSM, 'erm-1').targets, null);
  });

  test('where nothing could be led there is no rate', () => {
    const result = targetedResult();
    result.runs[0]!.targets = int32(new Array<number>(40).fill(-1));
    const { targets } = find(derive(result), FGSM, 'erm-1');
    assert.deepEqual([targets?.reached, targets?.possible, targets?.rate], [0, 0, null]);
  });
});

describe('comparisons', () => {
  test('every model against the first, under the same attack and from the same source', () => {
    assert.deepEqual(
      derive(exampleResult()).comparisons.map(({ attack, source, baseline, model }) =>
        [attack, source ?? '-', baseline, model].join(' '),
      ),
      [
        `${FGSM} - erm-1 erm-2`,
        `${FGSM} - erm-1 mixup`,
        `${IFGSM} - erm-1 erm-2`,
        `${IFGSM} - erm-1 mixup`,
        `${FGSM} erm-1 erm-2 mixup`,
        `${IFGSM} erm-1 erm-2 mixup`,
      ],
    );
  });

  test('both accuracies, their difference with an interval corrected for six, and the ratio', () => {
    const { comparisons } = derive(exampleResult());
    const [same, better, , infinite] = comparisons;
    // 12.5 % of 40 examples are right for erm-1, 50 % for mixup.
    assert.deepEqual([better!.baselineAccuracy, better!.modelAccuracy], [0.125, 0.5]);
    assert.equal(better!.difference, 0.375);
    assert.ok(Math.abs(better!.interval.level - (1 - 0.05 / 6)) < 1e-12);
    assert.ok(better!.interval.lower > 0 && better!.distinguishable);
    assert.equal(better!.ratio?.value, 4);
    assert.equal(better!.ratio.interval.level, 0.95);
    assert.deepEqual([same!.difference, same!.distinguishable], [0, false]);
    assert.ok(same!.interval.lower < 0 && same!.interval.upper > 0);
    assert.equal(infinite!.ratio, null);
    const [, worse] = derive({
      ...exampleResult(),
      runs: exampleResult().runs.slice(0, 4).reverse(),
    }).comparisons;
    assert.ok(worse === undefined || worse.difference <= 0);
  });
});

test('the worst case is wrong where any attack of one radius, or the original, is', () => {
  const result = exampleResult();
  const never = (): number[] => new Array<number>(40).fill(0);
  for (const scored of [
    scoredOf(result, FGSM, 'mixup'),
    scoredOf(result, IFGSM, 'mixup'),
    scoredOf(result, FGSM, 'mixup', 'erm-1'),
    scoredOf(result, IFGSM, 'mixup', 'erm-1'),
  ]) {
    changeRanks(scored, never);
  }
  const errors = (): number => derive(result).worst.find(({ model }) => model === 'mixup')!.top1.errors;
  assert.equal(errors(), 4);
  // Two further examples, one of them misled by both; the original of the second is wrong already.
  changeRanks(scoredOf(result, FGSM, 'mixup'), (ranks) =>
    ranks.map((rank, index) => (index === 0 ? 1 : rank)),
  );
  changeRanks(scoredOf(result, IFGSM, 'mixup', 'erm-1'), (ranks) =>
    ranks.map((rank, index) => (index < 3 ? 1 : rank)),
  );
  assert.equal(errors(), 6);
  const { met } = derive(result).worst.find(({ model }) => model === 'mixup')!;
  assert.equal(met.length, 4);
  // Of another radius each attack stands alone but for those on the same radius.
  result.attacks[0]!.radius!.value = 8 / 255;
  const worst = derive(result).worst.filter(({ model }) => model === 'mixup');
  assert.deepEqual(
    worst.map(({ radius, met: of }) => [radius.value, of.length]),
    [
      [8 / 255, 2],
      [4 / 255, 2],
    ],
  );
});

test('attacks that differ beyond method and size have different names', () => {
  const result = exampleResult();
  const [first] = result.attacks;
  result.attacks = [
    first!,
    { ...first!, id: 'fgsm[steps=2]@linf:4/255' },
    { ...first!, id: 'a', target: 'next', label: 'predicted' },
    { ...first!, id: 'b', norm: 'l2', radius: { text: '0.5', value: 0.5, unit: 'fraction of range' } },
    { ...first!, id: 'c', norm: 'l2', radius: null },
  ];
  result.runs = [];
  assert.deepEqual(
    derive(result).attacks.map(({ name }) => name),
    [
      `FGSM 4/255 (${FGSM})`,
      'FGSM 4/255 (fgsm[steps=2]@linf:4/255)',
      'FGSM 4/255, target next, predicted label',
      'FGSM L2 0.5',
      'FGSM L2',
    ],
  );
});

test('a part says what it lacks', () => {
  const result = exampleResult();
  assert.equal(derive(result).part, null);
  result.part = { planned: 100, shard: { index: 1, count: 2 }, reason: 'shard' };
  assert.equal(derive(result).part?.lacking, '60 of 100 examples');
  result.part.missing = [
    { index: 2, count: 3 },
    { index: 3, count: 3 },
  ];
  assert.equal(derive(result).part?.lacking, '60 of 100 examples (shards 2/3, 3/3)');
});

test('a stored number that changes changes what is derived', () => {
  const result = exampleResult();
  const before = find(derive(result), null, 'erm-1').top1.errors;
  const { outcomes } = result.clean[0]!;
  outcomes.ranks = changed(outcomes.ranks, 1, 3);
  assert.equal(find(derive(result), null, 'erm-1').top1.errors, before + 1);
});
