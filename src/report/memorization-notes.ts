/** The lines below the tables of a memorization result: what columns mean, directions, what was measured, warnings. */
import type { MemorizationResult } from '../results/memorization.ts';
import { percent, percentagePoints } from './format.ts';
import { memorizationDirections, type Verdict } from './memorization-directions.ts';
import { groupByCorruption } from './memorization-format.ts';
import { type Paint, type Palette, renderTable, type TableRow } from './table.ts';

export function notesBelowMemorization(result: MemorizationResult, colors: Palette): string[] {
  return [
    'Gap: accuracy on corrupted labels above chance; AUM AUC: how well the area under the margin tells changed labels from true ones;',
    'Forgetting: mean forgetting events of learned examples, real / corrupted; MIA: advantage of membership inference by the loss; ECE: calibration error',
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
      .map(({ claim, difference, interval, verdict }) => [
        claim,
        `${points(difference)} [${points(interval.lower)}, ${points(interval.upper)}]`,
        paints[verdict](verdict),
      ]),
  ]);
  const head = ["The paper's direction", 'Difference in points', 'In this result'];
  return [
    renderTable(head.map(colors.strong), rows),
    'not decided: the interval of the difference has 0 in it; it takes the errors for independent, which makes it wide',
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
  return `trained on ${set('train')}, tested on ${set('test')}, seed ${String(seed)}; errors in brackets with ${[...methods].join(', ')} intervals; ${computed}`;
}
