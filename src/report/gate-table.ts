/** The gate's verdict as a table for the terminal. */
import type { GateReport } from '../gate/gate-report.ts';
import { gateRowNumbers, gateSummary, metricTitle } from './format.ts';
import { palette, renderTable, type RenderOptions } from './table.ts';

/** @returns lines without a final line feed */
export function renderGateTable(report: GateReport, options: RenderOptions): string {
  const colors = palette(options);
  const level = String(Number((100 * (1 - report.alpha)).toPrecision(6)));
  const head = [
    'Setting',
    'Attack',
    'Model',
    'Error in %',
    `Change in pp [${level} %]`,
    'Newly wrong/right',
    'McNemar p',
    'Gate',
  ].map(colors.strong);
  const rows = report.rows.map((row) => {
    const numbers = gateRowNumbers(row);
    return [
      row.setting === 'black-box' ? `black-box from ${row.source ?? ''}` : row.setting,
      row.attack === null ? '' : `${row.attack} ${row.epsilonText ?? ''}`,
      row.target,
      `${metricTitle(row.metric)} ${numbers.baseline} → ${numbers.current}`,
      `${numbers.change} ${numbers.interval}`,
      `${String(row.newlyWrong)}/${String(row.newlyRight)}`,
      numbers.pValue,
      row.passed ? colors.good('pass') : colors.bad('FAIL'),
    ];
  });
  const summary = gateSummary(report.rows, report.maxIncrease);
  return [
    renderTable(head, rows),
    ...report.notes.map((note) => colors.warning(`note: ${note}`)),
    report.passed ? colors.good(summary) : colors.bad(summary),
  ].join('\n');
}
