/** A memorization result as tables for the terminal: the paper's Table 2, then what research measures since. */
import type { MemorizationResult, MemorizationRun } from '../results/memorization.ts';
import { medianTestError } from '../results/memorization-median.ts';
import { errorWithInterval, percent } from './format.ts';
import {
  type CorruptionGroup,
  groupByCorruption,
  type MemorizationVariant,
  variantsOf,
} from './memorization-format.ts';
import { notesBelowMemorization } from './memorization-notes.ts';
import { type Estimate, meanEstimate, spreadText } from './memorization-seeds.ts';
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
 * The errors of a result: a block for each corruption, in it a row for each variant. The tables after it have test
 * errors at the end of training, top-1 and top-5, with the medians of the last epochs; the memorization gap, the area
 * under the margin, forgetting, membership inference and calibration; and, where variants were trained with several
 * seeds, how the errors spread over these. Below stand which of the paper's directions hold, what was measured on
 * what, and the warnings.
 *
 * @returns lines without a final line feed
 */
export function renderMemorizationTable(
  result: MemorizationResult,
  options: MemorizationTableOptions,
): string {
  const colors = palette(options);
  const groups = groupByCorruption(result.runs);
  const table = (
    head: readonly string[],
    rowsOf: (group: CorruptionGroup) => readonly TableRow[],
  ): string[] => {
    const blocks = groups.map((group) => ({ title: group.title, rows: rowsOf(group) }));
    const filled = blocks.filter(({ rows }) => rows.length > 0);
    if (filled.length === 0) return [];
    return [
      renderTable(
        head.map(colors.strong),
        filled.flatMap(({ title, rows }, index): TableRow[] => [
          { title: `${index === 0 ? '' : '\n'}${colors.strong(title)}` },
          ...rows,
        ]),
      ),
    ];
  };
  return [
    ...table(['Error in %', 'Test, best', 'Test, last', 'Training, real', 'Training, corrupted'], (group) => [
      ...errorRows(group, colors),
      ...publishedRows(group, options.published ?? []),
    ]),
    ...table(medianColumns, ({ runs }) => variantsOf(runs).map(medianRow)),
    ...table(scoreColumns, ({ runs }) => variantsOf(runs).map(scoreRow)),
    ...table(spreadColumns, ({ runs }) => variantsOf(runs).flatMap(spreadRow)),
    ...notesBelowMemorization(result, colors),
  ].join('\n');
}

function errorRows({ runs }: CorruptionGroup, colors: Palette): string[][] {
  const rows = variantsOf(runs).map(({ name, runs: members }) => {
    const of = (part: (run: MemorizationRun) => Estimate | null): Estimate | null =>
      meanEstimate(members.map(part));
    return {
      name,
      best: of(({ testError }) => testError.best.error),
      last: of(({ testError }) => testError.last.error),
      real: of(({ trainingError }) => trainingError.real),
      corrupted: of(({ trainingError }) => trainingError.corrupted),
    };
  });
  const marked = (error: Estimate | null, name: 'best' | 'last'): string => {
    const least = Math.min(...rows.map((row) => row[name]?.rate ?? 1));
    const text = orDash(error);
    // One number alone is not the best of anything.
    return rows.length > 1 && error?.rate === least ? colors.good(text) : text;
  };
  return rows.map(({ name, best, last, real, corrupted }) => [
    name,
    marked(best, 'best'),
    marked(last, 'last'),
    orDash(real),
    orDash(corrupted),
  ]);
}

function orDash(error: Estimate | null): string {
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

const medianColumns = [
  'Test error in %',
  'Last',
  'Median of 5',
  'Median of 10',
  'Top-5, last',
  'Median of 5',
  'Median of 10',
] as const;

function medianRow({ name, runs }: MemorizationVariant): string[] {
  const cells = (['top1', 'top5'] as const).flatMap((metric) =>
    [1, 5, 10].map((count) =>
      meanText(
        runs.map((run) => medianTestError(run, metric, count)),
        percent,
      ),
    ),
  );
  return [name, ...cells];
}

const scoreColumns = ['', 'Gap in %', 'AUM AUC', 'Forgetting', 'MIA in %', 'MIA AUC', 'ECE in %'] as const;

function scoreRow({ name, runs }: MemorizationVariant): string[] {
  const gap = meanEstimate(
    runs.map(({ memorizationGap: own }) => (own === null ? null : { rate: own.gap, interval: own.interval })),
  );
  const advantage = meanEstimate(
    runs.map(({ membership: { real } }) =>
      real === null ? null : { rate: real.advantage, interval: real.interval },
    ),
  );
  const mean = (of: (run: MemorizationRun) => number | null, text: (value: number) => string): string =>
    meanText(runs.map(of), text);
  const thousandths = (value: number): string => value.toFixed(3);
  const forgetting = (group: 'real' | 'corrupted'): string =>
    mean(
      ({ learning }) => meanForgetting(learning[group]),
      (value) => value.toFixed(2),
    );
  return [
    name,
    signedOrDash(gap),
    mean(({ areaUnderMargin }) => areaUnderMargin.separation?.auc ?? null, thousandths),
    `${forgetting('real')} / ${forgetting('corrupted')}`,
    signedOrDash(advantage),
    mean(({ membership }) => membership.real?.curve.auc ?? null, thousandths),
    mean(({ calibration }) => calibration.error, percent),
  ];
}

/** Forgetting events of an example, over the examples that were ever learned; null where there are none. */
function meanForgetting(summary: MemorizationRun['learning']['real']): number | null {
  if (summary === null || summary.neverLearned === summary.count) return null;
  return summary.forgettingEvents / (summary.count - summary.neverLearned);
}

const spreadColumns = ['Over seeds, in %', 'Test, best', 'Test, last', 'Training, corrupted'] as const;

function spreadRow({ name, runs }: MemorizationVariant): string[][] {
  if (runs.length === 1) return [];
  const over = (of: (run: MemorizationRun) => number | null): string => spreadText(runs.map(of));
  return [
    [
      name,
      over(({ testError }) => testError.best.error.rate),
      over(({ testError }) => testError.last.error.rate),
      over(({ trainingError }) => trainingError.corrupted?.rate ?? null),
    ],
  ];
}

/** The mean of what is known of every run, as text; a dash where it is not. */
function meanText(values: readonly (number | null)[], text: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  if (known.length < values.length) return '–';
  return text(known.reduce((sum, value) => sum + value, 0) / known.length);
}

function signedOrDash(estimate: Estimate | null): string {
  if (estimate === null) return '–';
  const { rate, interval } = estimate;
  return `${signedPercent(rate)} [${signedPercent(interval.lower)}, ${signedPercent(interval.upper)}]`;
}

/** A fraction in percent with one decimal and the minus sign of text. */
function signedPercent(fraction: number): string {
  const text = percent(Math.abs(fraction));
  return fraction < 0 && Number(text) !== 0 ? `−${text}` : text;
}
