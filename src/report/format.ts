/** Numbers as every report shows them. */
import type { GateRow } from '../gate/gate-report.ts';
import type { ErrorRate, ResultAttack } from '../results/result.ts';

/** A fraction in percent with one decimal and no sign: `90.7`. */
export function percent(fraction: number): string {
  return (100 * fraction).toFixed(1);
}

/** An error in percent with its interval: `90.7 [89.3, 91.9]`. */
export function errorWithInterval({ rate, interval }: Pick<ErrorRate, 'rate' | 'interval'>): string {
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

const titles: Readonly<Record<ResultAttack['method'], string>> = { fgsm: 'FGSM', ifgsm: 'I-FGSM' };

/** An attack as tables name it: `I-FGSM 4/255`, followed by what differs from the paper's setting. */
export function attackTitle({ method, epsilonText, targeted, target, label }: ResultAttack): string {
  const extras = [
    ...(targeted ? [`target ${target ?? ''}`] : []),
    ...(label === 'predicted' ? ['predicted label'] : []),
  ];
  return [`${titles[method]} ${epsilonText}`, ...extras].join(', ');
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

/** What a row of the gate is about: `Top-1 error of mixup, white-box, ifgsm 4/255`. */
export function gateRowTitle({ metric, target, setting, attack, epsilonText, source }: GateRow): string {
  const title = metric === 'targets' ? `${metricTitle(metric)} on` : `${metricTitle(metric)} error of`;
  const parts = [`${title} ${target}`, setting];
  if (attack !== null) parts.push(`${attack} ${epsilonText ?? ''}`);
  if (setting === 'black-box') parts.push(`made on ${source ?? ''}`);
  return parts.join(', ');
}

/** The verdict in one sentence. */
export function gateSummary(rows: readonly GateRow[], maxIncrease: number): string {
  const failed = rows.filter(({ passed }) => !passed).length;
  const limit = `${String(Number((100 * maxIncrease).toPrecision(12)))} percentage points`;
  const what = rows.some(({ metric }) => metric === 'targets') ? 'errors and targets reached' : 'errors';
  return failed === 0
    ? `The gate passed: none of ${String(rows.length)} ${what} rose by more than ${limit}.`
    : `The gate failed: ${String(failed)} of ${String(rows.length)} ${what} rose by more than ${limit}.`;
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
