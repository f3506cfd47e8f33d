/** Numbers as every report shows them. */
import type { GateReport, GateRow } from '../gate/gate-report.ts';
import type { DerivedEvaluation } from '../results/derived.ts';

/** A fraction in percent with one decimal and no sign: `90.7`. */
export function percent(fraction: number): string {
  return (100 * fraction).toFixed(1);
}

/** An error in percent with its interval: `90.7 [89.3, 91.9]`. */
export function errorWithInterval({
  rate,
  interval,
}: {
  readonly rate: number;
  readonly interval: { readonly lower: number; readonly upper: number };
}): string {
  return `${percent(rate)} [${percent(interval.lower)}, ${percent(interval.upper)}]`;
}

/**
 * A change of an error in percentage points, signed, with enough decimals to show a single example: `+1.25`.
 *
 * @param count the number of examples that the change was measured on
 */
export function percentagePoints(change: number, count: number): string {
  const digits = Math.max(2, Math.ceil(Math.log10(count)) - 2);
  const text = Math.abs(100 * change).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${change < 0 ? '−' : '+'}${text}`;
}

/** A p-value: `0.0312`, or `< 0.0001`. */
export function probability(p: number): string {
  return p < 0.0001 ? '< 0.0001' : p.toFixed(4);
}

/** A ratio with three significant digits: `2.35`. */
export function ratio(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

type Setting = Pick<DerivedEvaluation, 'access' | 'transfer' | 'source'>;

/** What the models of an evaluation met, in a word: `clean`, `white-box`, `scores`, `decisions`, `transfer`. */
export function settingWord({ access, transfer }: Pick<Setting, 'access' | 'transfer'>): string {
  if (access === null) return 'clean';
  if (transfer) return 'transfer';
  return access === 'gradient' ? 'white-box' : access;
}

/** The same with the model that examples came from: `transfer from erm-1`. */
export function settingTitle(setting: Setting): string {
  const { transfer, source } = setting;
  return transfer ? `${settingWord(setting)} from ${source ?? ''}` : settingWord(setting);
}

const metricTitles: Readonly<Record<GateRow['metric'], string>> = {
  top1: 'Top-1',
  top5: 'Top-5',
  targets: 'Targets reached',
};

/** `Top-1`, `Top-5` or `Targets reached`. */
export function metricTitle(metric: GateRow['metric']): string {
  return metricTitles[metric];
}

/** What a row of the gate is about: `Top-1 error of mixup, white-box, ifgsm@linf:4/255`. */
export function gateRowTitle(row: GateRow): string {
  const { metric, model, attack } = row;
  const title = metric === 'targets' ? `${metricTitle(metric)} on` : `${metricTitle(metric)} error of`;
  return [`${title} ${model}`, settingTitle(row), ...(attack === null ? [] : [attack])].join(', ');
}

/** A level or share in percent with no more digits than it has: `95 %`. */
export function plainPercent(fraction: number): string {
  return `${String(Number((100 * fraction).toPrecision(6)))} %`;
}

/** The verdict in a sentence. */
export function gateSummary({ rows, maxIncrease, strict }: GateReport): string {
  const failed = rows.filter(({ passed }) => !passed).length;
  const limit = `${String(Number((100 * maxIncrease).toPrecision(12)))} percentage points`;
  const what = rows.some(({ metric }) => metric === 'targets') ? 'errors and targets reached' : 'errors';
  const how = strict ? '' : ' beyond what chance explains';
  return failed === 0
    ? `The gate passed: none of ${String(rows.length)} ${what} rose by more than ${limit}${how}.`
    : `The gate failed: ${String(failed)} of ${String(rows.length)} ${what} rose by more than ${limit}${how}.`;
}

/** What the verdict rests on, a sentence each: its rule, what rose all the same, and what could have been seen. */
export function gateBasis({ rows, alpha, strict, correction }: GateReport): string[] {
  if (rows.length === 0) return [];
  const rose = rows.filter(({ rose: above, passed }) => above && passed).length;
  const details = [...rows].sort((a, b) => a.detectable - b.detectable);
  const [least, greatest] = [details.at(0), details.at(-1)].map((row) =>
    row === undefined ? '' : points(row.detectable, row.count),
  );
  const range = `${least === greatest ? '' : `${least ?? ''} to `}${greatest ?? ''} percentage points`;
  const counts = [...new Set(rows.map(({ count }) => count))];
  const examples =
    counts.length === 1
      ? String(counts[0])
      : `${String(Math.min(...counts))} to ${String(Math.max(...counts))}`;
  return [
    strict
      ? 'Strict: the increase as measured on these examples decides, whatever chance explains of it.'
      : `A row fails where its whole interval lies above the limit; all intervals hold at once with ${plainPercent(1 - alpha)} (${correction}, ${String(rows.length)} rows).`,
    ...(rose === 0 || strict
      ? []
      : [`Chance may explain the rise of ${String(rose)} ${rose === 1 ? 'row' : 'rows'}.`]),
    `The smallest increase that ${examples} examples can show: ${range}${least === greatest ? '' : ', by row'}.`,
  ];
}

function points(fraction: number, count: number): string {
  return fraction > 1 ? 'none' : percentagePoints(fraction, count).slice(1);
}

/** The numbers of a row of the gate, as texts. */
export function gateRowNumbers(row: GateRow): {
  readonly baseline: string;
  readonly current: string;
  readonly change: string;
  readonly interval: string;
  readonly pValue: string;
} {
  const { count, interval } = row;
  return {
    baseline: percent(row.baselineErrors / count),
    current: percent(row.currentErrors / count),
    change: percentagePoints(row.increase, count),
    interval: `[${percentagePoints(interval.lower, count)}, ${percentagePoints(interval.upper, count)}]`,
    pValue: probability(row.pValue),
  };
}
