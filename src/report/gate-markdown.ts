/** The gate's verdict in Markdown, for a job summary or a comment. */
import type { GateReport } from '../gate/gate-report.ts';
import { gateBasis, gateRowNumbers, gateSummary, metricTitle, plainPercent, settingTitle } from './format.ts';

/** @returns GitHub-flavoured Markdown, ending in a line feed */
export function renderGateMarkdown(report: GateReport): string {
  const head = [
    '',
    'Setting',
    'Attack',
    'Model',
    'Error',
    'Baseline',
    'Current',
    `Change in percentage points (${plainPercent(1 - report.alpha)} intervals of all rows)`,
    'Newly wrong',
    'Newly right',
    'McNemar p',
  ];
  const align = ['---', '---', '---', '---', '---', '--:', '--:', '--:', '--:', '--:', '--:'];
  const rows = report.rows.map((row) => {
    const numbers = gateRowNumbers(row);
    return [
      row.passed ? 'pass' : '**FAIL**',
      escaped(settingTitle(row)),
      escaped(row.attack ?? ''),
      escaped(row.model),
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
    `**${gateSummary(report)}**`,
    table,
    gateBasis(report).map(escaped).join('\n'),
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
