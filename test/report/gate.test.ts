import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { compareResults } from '../../src/gate/compare.ts';
import type { GateReport } from '../../src/gate/gate-report.ts';
import { percentagePoints, probability, ratio } from '../../src/report/format.ts';
import { renderGateJUnit } from '../../src/report/gate-junit.ts';
import { renderGateMarkdown } from '../../src/report/gate-markdown.ts';
import { renderGateTable } from '../../src/report/gate-table.ts';
import { derive } from '../../src/results/derive.ts';
import { validateResult } from '../../src/results/validate.ts';
import {
  changed,
  changeRanks,
  exampleResult,
  FGSM,
  ints,
  scoredOf,
  targetedResult,
} from '../results/example-result.ts';
import { earlyVersionOne } from '../results/example-version-one.ts';

/** Two of forty examples newly wrong, one newly right, none but by a little. */
function slightly(ranks: readonly number[]): number[] {
  return ranks.map((rank, index) => (index === 0 ? 0 : index < 4 ? Math.max(rank, 1) : rank));
}

/** Two of forty examples of one attack newly wrong, one newly right; the measured increase decides. */
function failing(): GateReport {
  const current = exampleResult();
  changeRanks(scoredOf(current, FGSM, 'mixup'), slightly);
  const options = { maxIncrease: 0.005, strict: true };
  return compareResults(derive(exampleResult()), derive(current), options);
}

function passing(): GateReport {
  return compareResults(derive(exampleResult()), derive(exampleResult()));
}

test('the table names verdict, change and counts, and honours the absence of colours', () => {
  const plain = renderGateTable(failing(), { color: false });
  assert.ok(!plain.includes('\u001b'));
  assert.match(
    plain,
    /│ white-box +│ fgsm@linf:4\/255 +│ mixup │ Top-1 50\.0 → 52\.5 +│ \+2\.50 \[−\d.*\] +│ 2\/1 +│ 1\.0000 +│ FAIL │/,
  );
  assert.equal(plain.match(/FAIL/g)?.length, 1);
  assert.match(plain, /\nThe gate failed: 1 of 26 errors rose by more than 0\.5 percentage points\.$/);
  const colored = renderGateTable(failing(), { color: true });
  assert.ok(colored.includes('\u001b[31mFAIL'));
  assert.equal(stripVTControlCharacters(colored), plain);
  assert.match(
    renderGateTable(passing(), { color: false }),
    /The gate passed: none of 26 errors rose by more than 0 percentage points beyond what chance explains\.$/,
  );
});

test('Markdown has one table row for each error', () => {
  const lines = renderGateMarkdown(failing()).split('\n');
  const rows = lines.filter((line) => line.startsWith('| '));
  assert.equal(rows.length, 2 + 26);
  assert.ok(rows.every((row) => row.match(/(?<!\\)\|/g)?.length === 12));
  assert.ok(
    rows.some((row) =>
      row.startsWith('| **FAIL** | white-box | fgsm@linf:4/255 | mixup | Top-1 | 50.0 % | 52.5 % | +2.50 '),
    ),
  );
});

/** A failed report whose texts are all the given one. */
function hostile(text: string): GateReport {
  const report = failing();
  return {
    ...report,
    notes: [text],
    rows: report.rows.map((row) => ({ ...row, model: text, attack: text, passed: false })),
  };
}

test('Markdown escapes what would be markup', () => {
  const text = renderGateMarkdown(hostile('a|b<script>`*_[x](y)\nc'));
  assert.ok(!text.includes('<script>'));
  assert.ok(text.includes('a\\|b&lt;script&gt;\\`\\*\\_\\[x\\](y) c'));
  const rows = text.split('\n').filter((line) => line.startsWith('| **FAIL**'));
  assert.equal(rows.length, 26);
  assert.ok(rows.every((row) => row.match(/(?<!\\)\|/g)?.length === 12));
});

test('JUnit counts tests and failures and says why', () => {
  const xml = renderGateJUnit(failing());
  assertWellFormed(xml);
  assert.match(
    xml,
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="robust-bench" tests="26" failures="1" errors="0">/,
  );
  assert.equal(xml.match(/<testcase /g)?.length, 26);
  assert.equal(xml.match(/<failure /g)?.length, 1);
  assert.ok(xml.includes('message="from 50.0 % to 52.5 %, +2.50 percentage points"'));
  assert.ok(xml.includes('2 of 40 examples newly wrong, 1 newly right, McNemar p 1.0000'));
  assert.equal(renderGateJUnit(passing()).match(/failure /g), null);
});

test('JUnit stays well formed whatever names and notes hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
      assertWellFormed(renderGateJUnit(hostile(text)));
    }),
    { seed: 8, numRuns: 200, examples: [['"<&>\'\u0000\u001b\ud800]]>'], ['\ufffe\uffff\udc00\u{1f600}']] },
  );
});

/** Fails unless tags nest, attributes are quoted, and text holds only escaped markup and XML 1.0 characters. */
function assertWellFormed(xml: string): void {
  assert.ok(!/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(xml), 'a forbidden character');
  const open: string[] = [];
  const tag = /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|<\?xml [^?]*\?>/g;
  const between = xml.replace(
    tag,
    (_all, closing?: string, name?: string, _attributes?: string, empty?: string) => {
      if (name === undefined) return '';
      if (closing === '/') assert.equal(open.pop(), name);
      else if (empty !== '/') open.push(name);
      return '';
    },
  );
  assert.deepEqual(open, []);
  assert.ok(!/[<>]/.test(between), 'markup outside tags');
  assert.ok(!/&(?!(?:amp|lt|gt|quot|apos);)/.test(xml), 'a bare ampersand');
}

test('numbers are shown as people read them', () => {
  assert.equal(percentagePoints(0.0125, 400), '+1.25');
  assert.equal(percentagePoints(-1 / 50000, 50000), '−0.002');
  assert.equal(percentagePoints(0, 10), '0.00');
  assert.equal(probability(0.03125), '0.0313');
  assert.equal(probability(1e-9), '< 0.0001');
  assert.equal(ratio(2.345), '2.35');
  assert.equal(ratio(12345.6), '12346');
});

test('the verdict says what it rests on, what chance may explain, and what could have been seen', () => {
  const current = exampleResult();
  changeRanks(scoredOf(current, FGSM, 'mixup'), slightly);
  const report = compareResults(derive(exampleResult()), derive(current));
  const lines = [
    'A row fails where its whole interval lies above the limit; all intervals hold at once with 95 % (Bonferroni, 26 rows).',
    'Chance may explain the rise of 1 row.',
    'The smallest increase that 40 examples can show: 25.00 percentage points.',
  ];
  assert.ok(renderGateTable(report, { color: false }).includes(`\n${lines.join('\n')}\nThe gate passed`));
  assert.ok(renderGateMarkdown(report).includes('Chance may explain the rise of 1 row.'));
  assert.ok(renderGateJUnit(report).includes(lines[2]!));
  assert.ok(
    renderGateTable(failing(), { color: false }).includes('\nStrict: the increase as measured on these'),
  );
});

test('targets reached are reported as such, in every form', () => {
  const current = targetedResult();
  const { outcomes } = scoredOf(current, FGSM, 'erm-1');
  const ranks = ints(outcomes.ranks);
  const targets = ints(current.runs[0]!.targets);
  const index = ints(outcomes.predictions).findIndex(
    (label, place) => ranks[place]! > 0 && targets[place] === 4 && label !== 4,
  );
  outcomes.predictions = changed(outcomes.predictions, index, 4);
  const report = compareResults(derive(targetedResult()), derive(current), { strict: true });
  const table = renderGateTable(report, { color: false });
  assert.match(
    table,
    /│ white-box +│ fgsm@linf:4\/255 +│ erm-1 +│ Targets reached \d+\.\d → \d+\.\d +│ \+2\.78 .*│ 1\/0 +│.*│ FAIL │/,
  );
  assert.match(
    table,
    /\nThe gate failed: 1 of 31 errors and targets reached rose by more than 0 percentage points\.$/,
  );
  assert.match(
    renderGateMarkdown(report),
    /\| \*\*FAIL\*\* \| white-box \| fgsm.*@linf:4\/255 \| erm-1 \| Targets reached \|/,
  );
  const xml = renderGateJUnit(report);
  assertWellFormed(xml);
  assert.match(xml, /name="Targets reached on erm-1, white-box, fgsm.*@linf:4\/255">\n +<failure /);
  assert.ok(xml.includes('1 of 36 examples newly led to their target, 0 newly kept from it'), xml);
});

test('what a result does not record of how things were read is noted in every form', async () => {
  const earlier = await validateResult(earlyVersionOne(), 'r.json');
  const report = compareResults(derive(earlier), derive(exampleResult()));
  const note = 'the baseline is of an earlier version and does not record how model "mixup" was read';
  assert.ok(renderGateTable(report, { color: false }).includes(`\nnote: ${note}`));
  assert.ok(renderGateMarkdown(report).includes(`\n- ${note}`));
  assert.ok(renderGateJUnit(report).includes(note.replaceAll('"', '&quot;')));
});
