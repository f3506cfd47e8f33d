/** The gate's verdict as a table for the terminal. */
import type { GateReport } from '../gate/gate-report.ts';
import { gateBasis, gateRowNumbers, gateSummary, metricTitle, plainPercent, settingTitle } from './format.ts';
import { palette, renderTable, type RenderOptions } from './table.ts';

/** @returns lines without a final line feed */
export function renderGateTable(report: GateReport, options: RenderOptions): string {
  const colors = palette(options);
  const head = [
    'Setting',
    'Attack',
    'Model',
    'Error in %',
    `Change in pp [${plainPercent(1 - report.alpha)} of all]`,
    'Newly wrong/right',
    'McNemar p',
    'Gate',
  ].map(colors.strong);
  const rows = report.rows.map((row) => {
    const numbers = gateRowNumbers(row);
    return [
      settingTitle(row),
      row.attack ?? '',
      row.model,
      `${metricTitle(row.metric)} ${numbers.baseline} → ${numbers.current}`,
      `${numbers.change} ${numbers.interval}`,
      `${String(row.newlyWrong)}/${String(row.newlyRight)}`,
      numbers.pValue,
      row.passed ? colors.good('pass') : colors.bad('FAIL'),
    ];
  });
  const summary = gateSummary(report);
  return [
    renderTable(head, rows),
    ...gateBasis(report),
    ...report.notes.map((note) => colors.warning(`note: ${note}`)),
    report.passed ? colors.good(summary) : colors.bad(summary),
  ].join('\n');
}
