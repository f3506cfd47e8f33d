/** The lines below the tables of a memorization result: what columns mean, directions, what was measured, warnings. */
import type { MemorizationResult } from '../results/memorization.ts';
import { percent, percentagePoints } from './format.ts';
import { type Direction, memorizationDirections, type Verdict } from './memorization-directions.ts';
import { groupByCorruption, variantsOf } from './memorization-format.ts';
import { type Paint, type Palette, renderTable, type TableRow } from './table.ts';

export function notesBelowMemorization(result: MemorizationResult, colors: Palette): string[] {
  return [
    'Test, best: the least error over the epochs, chosen on these very examples and so lower than new ones would show;',
    'Gap: accuracy on corrupted labels above chance; AUM AUC: how well the area under the margin tells changed labels from true ones;',
    'Forgetting: mean forgetting events of learned examples, real / corrupted; ECE: calibration error;',
    'MIA: membership inference by the loss, of the training examples with real labels against the test examples',
    ...seedNotes(result),
    ...directionsTable(result, colors),
    ...counts(result),
    caption(result),
    ...result.warnings.map((warning) => colors.warning(`warning: ${warning}`)),
  ];
}

function directionsTable(result: MemorizationResult, colors: Palette): string[] {
  const directions = memorizationDirections(result);
  const points = (difference: number): string => percentagePoints(difference, result.examples.test.count);
  if (directions.length === 0) return [];
  const severalSeeds = directions.some(({ seeds }) => seeds !== null);
  const paints: Readonly<Record<Verdict, Paint>> = {
    holds: colors.good,
    'does not hold': colors.bad,
    'not decided': (text) => text,
  };
  const groups = [...new Set(directions.map(({ group }) => group))];
  const rows = groups.flatMap((group, index): TableRow[] => [
    { title: `${index === 0 ? '' : '\n'}${colors.strong(group)}` },
    ...directions
      .filter((direction) => direction.group === group)
      .map(({ claim, difference, interval, seeds, verdict }) => [
        claim,
        `${points(difference)} [${points(interval.lower)}, ${points(interval.upper)}]`,
        ...(severalSeeds ? [seeds?.interval == null ? '–' : rangeText(seeds.interval, points)] : []),
        paints[verdict](verdict),
      ]),
  ]);
  const head = [
    "The paper's direction",
    'Difference in points',
    ...(severalSeeds ? ['Over seeds'] : []),
    'In this result',
  ];
  return [
    renderTable(head.map(colors.strong), rows),
    `not decided: an interval of the difference has 0 in it${severalSeeds ? '; in brackets over examples, paired, then over seeds (Student’s t)' : '; it is over examples, paired where both runs have the same'}`,
    'each interval has its 95 % by itself: of twenty differences that are none, one may be decided by chance',
    'best epochs are chosen on one half of the test examples and compared with the last on the other: the least of many noisy errors is below any other by itself',
    ...againstInTop5(directions, points),
    ...(result.runs.some(({ testOutcomes }) => testOutcomes === null)
      ? [
          'where a run was written by version 1, which did not keep test outcomes, best epochs are not compared, and differences of test errors take them for independent',
        ]
      : []),
  ];
}

/** The directions of test errors that top-5 errors contradict. */
function againstInTop5(directions: readonly Direction[], points: (difference: number) => string): string[] {
  const against = directions.filter(({ top5, difference }) => top5 !== null && top5.value * difference < 0);
  return against.map(
    ({ group, claim, top5 }) =>
      `by top-5 errors the other way: ${group}: ${claim}: ${points(top5?.value ?? 0)} ${rangeText(top5?.interval ?? { lower: 0, upper: 0 }, points)}`,
  );
}

function rangeText(
  { lower, upper }: { readonly lower: number; readonly upper: number },
  points: (difference: number) => string,
): string {
  return `[${points(lower)}, ${points(upper)}]`;
}

/** What intervals leave out, and how seeds are summed up. */
function seedNotes({ runs }: MemorizationResult): string[] {
  const counts = variantsOf(runs).map((variant) => variant.runs.length);
  const most = Math.max(...counts);
  if (most === 1) {
    return [
      'intervals are over examples: what another seed would change is not in them, and one seed cannot show it (--seeds 3)',
    ];
  }
  return [
    'in brackets, means over the seeds of the limits over examples: the variation between seeds is not in them;',
    'over seeds: mean ± standard deviation (least–greatest)',
    ...(counts.some((count) => count !== most)
      ? ['some variants were trained with fewer seeds than others']
      : []),
  ];
}

/** How many labels each corruption replaced, and how many really changed. */
function counts({ runs }: MemorizationResult): string[] {
  const corrupted = runs.filter(({ groups }) => groups.corrupted > 0);
  return groupByCorruption(corrupted).flatMap(({ title, runs: members }) => {
    const sizes = members.map(
      ({ groups }) =>
        `${String(groups.corrupted)} of ${String(groups.train)} training labels corrupted, ${String(groups.changed)} really changed`,
    );
    return [...new Set(sizes)].map((text) => `${title}: ${text}`);
  });
}

function caption({ data, examples, runs, engine, seed }: MemorizationResult): string {
  const methods = new Set(
    runs.map(({ testError }) => {
      const { level, method } = testError.last.error.interval;
      return `${percent(level).replace(/\.0$/, '')} % ${method}`;
    }),
  );
  const set = (name: 'train' | 'test'): string =>
    `${String(examples[name].count)} of ${String(data[name].size)} examples of ${data[name].specification} ${data[name].split}`;
  const computed =
    engine === null ? 'scored from predictions' : `computed by ${engine.runtime} on ${engine.provider}`;
  const seeds = [...new Set(runs.flatMap(({ seed: own }) => (own === null ? [] : [String(own)])))];
  const seedText =
    seeds.length > 1 ? `seeds ${seeds.join(', ')}, examples by seed ${String(seed)}` : `seed ${String(seed)}`;
  return `trained on ${set('train')}, tested on ${set('test')}, ${seedText}; errors in brackets with ${[...methods].join(', ')} intervals; ${computed}`;
}
