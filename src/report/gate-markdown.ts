/** The gate's verdict in Markdown, for a job summary or a comment. */
import type { GateReport } from '../gate/gate-report.ts';
import { gateRowNumbers, gateSummary, metricTitle } from './format.ts';

/** @returns GitHub-flavoured Markdown, ending in a line feed */
export function renderGateMarkdown(report: GateReport): string {
  const level = String(Number((100 * (1 - report.alpha)).toPrecision(6)));
  const head = [
    '',
    'Setting',
    'Attack',
    'Model',
    'Error',
    'Baseline',
    'Current',
    `Change in percentage points (${level} % interval)`,
    'Newly wrong',
    'Newly right',
    'McNemar p',
  ];
  const align = ['---', '---', '---', '---', '---', '--:', '--:', '--:', '--:', '--:', '--:'];
  const rows = report.rows.map((row) => {
    const numbers = gateRowNumbers(row);
    return [
      row.passed ? 'pass' : '**FAIL**',
      row.setting === 'black-box' ? escaped(`black-box from ${row.source ?? ''}`) : row.setting,
      row.attack === null ? '' : escaped(`${row.attack} ${row.epsilonText ?? ''}`),
      escaped(row.target),
      metricTitle(row.metric),
      `${numbers.baseline} %`,
      `${numbers.current} %`,
      escaped(`${numbers.change} ${numbers.interval}`),
      String(row.newlyWrong),
      String(row.newlyRight),
      escaped(numbers.pValue),
    ];
  });
  const table = [head, align, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const notes = report.notes.map((note) => `- ${escaped(note)}`).join('\n');
  return [
    '## Robustness gate',
    `**${gateSummary(report.rows, report.maxIncrease)}**`,
    table,
    ...(notes === '' ? [] : [notes]),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

/** Text that Markdown and HTML show as it is, also inside a table. */
function escaped(text: string): string {
  return text
    .replace(/[\\`*_[\]|~#!]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\r\n]+/g, ' ');
}
