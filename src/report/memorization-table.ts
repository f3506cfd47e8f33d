/** A memorization result as tables for the terminal: the paper's Table 2, then what research measures since. */
import type { ErrorRate } from '../results/definitions.ts';
import type { MemorizationResult, MemorizationRun } from '../results/memorization.ts';
import { errorWithInterval, percent } from './format.ts';
import { type CorruptionGroup, groupByCorruption } from './memorization-format.ts';
import { notesBelowMemorization } from './memorization-notes.ts';
import { palette, renderTable, type Palette, type RenderOptions, type TableRow } from './table.ts';

/** A published row of Table 2; errors in percent, null where none is printed or it is not legible. */
export interface PublishedErrors {
  /** The share of labels replaced uniformly. */
  readonly rate: number;
  /** The method, e.g. `mixup α=8`. */
  readonly name: string;
  readonly best: number | null;
  readonly last: number | null;
  readonly real: number | null;
  readonly corrupted: number | null;
}

export interface MemorizationTableOptions extends RenderOptions {
  /** Shown below the runs of their rate. */
  readonly published?: readonly PublishedErrors[];
}

/**
 * The errors of a result: a block for each corruption, in it a row for each run. A second table has the memorization
 * gap, the area under the margin, forgetting, membership inference and calibration. Below stand which of the paper's
 * directions hold, what was measured on what, and the warnings.
 *
 * @returns lines without a final line feed
 */
export function renderMemorizationTable(
  result: MemorizationResult,
  options: MemorizationTableOptions,
): string {
  const colors = palette(options);
  const groups = groupByCorruption(result.runs);
  const table = (head: readonly string[], rowsOf: (group: CorruptionGroup) => TableRow[]): string =>
    renderTable(
      head.map(colors.strong),
      groups.flatMap((group, index): TableRow[] => [
        { title: `${index === 0 ? '' : '\n'}${colors.strong(group.title)}` },
        ...rowsOf(group),
      ]),
    );
  const errors = table(
    ['Error in %', 'Test, best', 'Test, last', 'Training, real', 'Training, corrupted'],
    (group) => [
      ...group.runs.map((run) => errorRow(run, group, colors)),
      ...publishedRows(group, options.published ?? []),
    ],
  );
  const scores = table(scoreColumns, ({ runs }) => runs.map(scoreRow));
  return [errors, scores, ...notesBelowMemorization(result, colors)].join('\n');
}

function errorRow(run: MemorizationRun, { runs }: CorruptionGroup, colors: Palette): string[] {
  const { best, last } = run.testError;
  const leastOf = (name: 'best' | 'last'): number =>
    Math.min(...runs.map(({ testError }) => testError[name].error.rate));
  const marked = (error: ErrorRate, least: number): string =>
    // One number alone is not the best of anything.
    runs.length > 1 && error.rate === least
      ? colors.good(errorWithInterval(error))
      : errorWithInterval(error);
  return [
    run.name,
    marked(best.error, leastOf('best')),
    marked(last.error, leastOf('last')),
    orDash(run.trainingError.real),
    orDash(run.trainingError.corrupted),
  ];
}

function orDash(error: ErrorRate | null): string {
  return error === null ? '–' : errorWithInterval(error);
}

function publishedRows({ corruption }: CorruptionGroup, published: readonly PublishedErrors[]): string[][] {
  if (corruption?.mode !== 'uniform') return [];
  const cell = (value: number | null): string => (value === null ? '?' : String(value));
  return published
    .filter(({ rate }) => rate === corruption.rate)
    .map(({ name, best, last, real, corrupted }) => [
      `paper: ${name}`,
      ...[best, last, real, corrupted].map(cell),
    ]);
}

const scoreColumns = ['', 'Gap in %', 'AUM AUC', 'Forgetting', 'MIA in %', 'MIA AUC', 'ECE in %'] as const;

function scoreRow({
  name,
  memorizationGap,
  areaUnderMargin,
  learning,
  membership,
  calibration,
}: MemorizationRun): string[] {
  const { separation } = areaUnderMargin;
  const { advantage, interval, curve } = membership.all;
  return [
    name,
    memorizationGap === null
      ? '–'
      : `${signedPercent(memorizationGap.gap)} ${signedLimits(memorizationGap.interval)}`,
    separation === null ? '–' : separation.auc.toFixed(3),
    `${meanForgetting(learning.real)} / ${meanForgetting(learning.corrupted)}`,
    `${signedPercent(advantage)} ${signedLimits(interval)}`,
    curve.auc.toFixed(3),
    percent(calibration.error),
  ];
}

/** Forgetting events of an example, over the examples that were ever learned. */
function meanForgetting(summary: MemorizationRun['learning']['real']): string {
  if (summary === null || summary.neverLearned === summary.count) return '–';
  return (summary.forgettingEvents / (summary.count - summary.neverLearned)).toFixed(2);
}

function signedLimits({ lower, upper }: { readonly lower: number; readonly upper: number }): string {
  return `[${signedPercent(lower)}, ${signedPercent(upper)}]`;
}

/** A fraction in percent with one decimal and the minus sign of text. */
function signedPercent(fraction: number): string {
  const text = percent(Math.abs(fraction));
  return fraction < 0 && Number(text) !== 0 ? `−${text}` : text;
}
