import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMemorizationCurves } from '../../src/report/memorization-csv.ts';
import { exampleMemorization } from '../results/example-memorization.ts';

const rowsOf = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

test('the curves have a row for each run and epoch, with errors as fractions', () => {
  const result = exampleMemorization();
  result.runs[5]!.id = 'clean';
  const text = renderMemorizationCurves(result);
  assert.ok(text.endsWith('\n') && !text.includes('\r'));
  const [head, ...rows] = rowsOf(text);
  assert.equal(rows.length, 6 * 4);
  assert.ok(rows.every((row) => row.length === head!.length));
  const cell = (row: number, name: string): string => rows[row]![head!.indexOf(name)]!;
  assert.equal(cell(3, 'run'), 'ERM');
  assert.equal(cell(3, 'corruption_rate'), '0.5');
  assert.equal(cell(3, 'epoch'), '4');
  assert.equal(cell(3, 'learning_rate'), '0.001');
  assert.equal(cell(3, 'test_error'), '0.45');
  assert.equal(cell(3, 'test_top5_error'), '0.15');
  assert.equal(cell(3, 'seed'), '1');
  assert.equal(Number(cell(3, 'membership_real_advantage')), result.runs[0]!.membership.real!.advantage);
  assert.equal(cell(3, 'corrupted_error'), '0');
  assert.equal(cell(3, 'memorization_gap'), '0.9');
  assert.equal(Number(cell(0, 'changed_error')), result.runs[0]!.curves.changedErrors[0]! / 27);
});

test('what was not measured is empty', () => {
  const [head, ...clean] = rowsOf(renderMemorizationCurves({ ...exampleMemorization(), runs: cleanRun() }));
  assert.equal(clean.length, 4);
  for (const name of [
    'learning_rate',
    'objective',
    'corruption_rate',
    'corrupted_error',
    'changed_restored',
    'memorization_gap',
  ]) {
    assert.ok(
      clean.every((row) => row[head!.indexOf(name)] === ''),
      name,
    );
  }
});

test('texts with commas and quotes are quoted', () => {
  const result = exampleMemorization();
  result.runs[0]!.id = 'a "b"';
  const lines = renderMemorizationCurves(result).split('\n');
  assert.ok(lines[1]!.startsWith('"a ""b""",1,0.5,1,'));
  assert.ok(lines[21]!.startsWith('"another, clean",,,1,'));
});

function cleanRun(): ReturnType<typeof exampleMemorization>['runs'] {
  return exampleMemorization()
    .runs.slice(5)
    .map((run) => ({ ...run, id: 'clean' }));
}

test('of a result of version 1, what it did not keep is empty', () => {
  const result = exampleMemorization();
  const { curves } = result.runs[0]!;
  Object.assign(curves, { testTop5Errors: null, membershipRealAdvantage: null, membershipRealAuc: null });
  const [head, first] = rowsOf(renderMemorizationCurves(result));
  for (const name of ['test_top5_error', 'membership_real_advantage', 'membership_real_auc']) {
    assert.equal(first![head!.indexOf(name)], '', name);
  }
});
