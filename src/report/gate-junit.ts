/** The gate's verdict as JUnit XML, one test case for each error. */
import type { GateReport, GateRow } from '../gate/gate-report.ts';
import { gateBasis, gateRowNumbers, gateRowTitle, gateSummary, plainPercent, settingWord } from './format.ts';

/** @returns an XML 1.0 document, ending in a line feed */
export function renderGateJUnit(report: GateReport): string {
  const counts = `tests="${String(report.rows.length)}" failures="${String(report.rows.filter(({ passed }) => !passed).length)}" errors="0"`;
  const output = [gateSummary(report), ...gateBasis(report), ...report.notes].join('\n');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="robust-bench" ${counts}>`,
    `  <testsuite name="robust-bench gate" ${counts} skipped="0">`,
    ...report.rows.map(testCase),
    `    <system-out>${escaped(output)}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(row: GateRow): string {
  const open = `    <testcase classname="robust-bench.${escaped(settingWord(row))}" name="${escaped(gateRowTitle(row))}"`;
  if (row.passed) return `${open}/>`;
  const { baseline, current, change, interval, pValue } = gateRowNumbers(row);
  const message = `from ${baseline} % to ${current} %, ${change} percentage points`;
  const [worse, better] =
    row.metric === 'targets' ? ['led to their target', 'kept from it'] : ['wrong', 'right'];
  const details =
    `${message}, interval ${interval} at the level ${plainPercent(row.interval.level)}; ${String(row.newlyWrong)} of ${String(row.count)} examples newly ${worse}, ` +
    `${String(row.newlyRight)} newly ${better}, McNemar p ${pValue}`;
  return [
    `${open}>`,
    `      <failure type="error-increase" message="${escaped(message)}">${escaped(details)}</failure>`,
    '    </testcase>',
  ].join('\n');
}

/** Text for XML content and attributes: markup escaped, characters that XML 1.0 cannot hold replaced. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&apos;');
}
