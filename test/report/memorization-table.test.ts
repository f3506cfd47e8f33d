import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { renderMemorizationTable } from '../../src/report/memorization-table.ts';
import { decodeColumn, encodeColumn } from '../../src/results/column.ts';
import { errorRate, exampleMemorization, exampleWithSeeds } from '../results/example-memorization.ts';

const golden = new URL('./memorization-table.golden.txt', import.meta.url);

const published = [
  { rate: 0.5, name: 'ERM', best: 18.8, last: 44.6, real: null, corrupted: 0.64 },
  { rate: 0.8, name: 'ERM', best: 36.5, last: 73.9, real: 0.62, corrupted: 0.83 },
];

// To renew it: UPDATE_GOLDEN=1 npx tsx --test test/report/memorization-table.test.ts
test('the tables of the example result are the stored ones', async () => {
  const text = `${renderMemorizationTable(exampleMemorization(), { color: false, published })}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(golden, text);
  assert.equal(text, await readFile(golden, 'utf8'));
});

test('with several seeds rows are means over them, with their spread in a table of its own', () => {
  const result = exampleWithSeeds();
  const text = renderMemorizationTable(result, { color: false });
  const [erm] = result.runs;
  // 90, 96 and 102 of 200 after the last epoch, 38, 44 and 50 after the best.
  assert.match(text, /│ ERM +│ 22\.0 ± 3\.0 \(19\.0–25\.0\) │ 48\.0 ± 3\.0 \(45\.0–51\.0\) │/);
  const limits = [90, 96, 102].map((errors) => errorRate(errors, 200).interval);
  const mean = (of: 'lower' | 'upper'): string =>
    ((100 * limits.reduce((sum, limit) => sum + limit[of], 0)) / 3).toFixed(1);
  assert.ok(text.includes(` 48.0 [${mean('lower')}, ${mean('upper')}] `), text);
  assert.equal(text.match(/^│ ERM /gm)?.length, 4);
  assert.match(text, /variation between seeds is not in them/);
  assert.match(text, /│ Over seeds +│/);
  assert.match(text, /, seeds 1, 2, 3, examples by seed 1;/);
  const tables = text.slice(0, text.indexOf('Test, best:')).split('\n');
  assert.ok(Math.max(...tables.map((line) => line.length)) <= 115);
  assert.equal(erm!.seed, 1);
});

test('one seed has no spread, and the table says what intervals leave out', () => {
  const text = renderMemorizationTable(exampleMemorization(), { color: false });
  assert.doesNotMatch(text, /Over seeds/);
  assert.match(text, /^intervals are over examples: what another seed would change is not in them/m);
});

test('membership is that of real labels', () => {
  const result = exampleMemorization();
  const [run] = result.runs;
  run!.membership.real!.advantage = 0.4321;
  const text = renderMemorizationTable(result, { color: false });
  assert.ok(text.includes('│ 43.2 ['), text);
  run!.membership.all.advantage = 0.1234;
  assert.equal(renderMemorizationTable(result, { color: false }), text);
  run!.membership.real = null;
  assert.match(renderMemorizationTable(result, { color: false }), /│ ERM .*│ – +│ – +│ 20\.0 +│/);
});

test('medians of the last five and ten epochs stand beside the last error', () => {
  const result = exampleMemorization();
  const { curves } = result.runs[0]!;
  curves.testErrors = [200, 60, 38, 70, 90, 30, 50, 40, 20, 80, 90];
  curves.testTop5Errors = [20, 6, 3, 7, 9, 3, 5, 4, 2, 8, 30];
  assert.match(
    renderMemorizationTable(result, { color: false }),
    /│ ERM +│ 45\.0 │ 25\.0 +│ 27\.5 +│ 15\.0 +│ 2\.5 +│ 2\.8 +│/,
  );
});

test('a direction that top-5 errors contradict is named', () => {
  const result = exampleMemorization();
  assert.doesNotMatch(renderMemorizationTable(result, { color: false }), /top-5 errors the other way/);
  const outcomes = result.runs[2]!.testOutcomes!;
  // Wrong less often, but then out of the best five.
  outcomes.ranks = encodeColumn(decodeColumn(outcomes.ranks, 'int32').map((rank) => (rank > 0 ? 9 : 0)));
  assert.match(
    renderMemorizationTable(result, { color: false }),
    /^by top-5 errors the other way: 50 % .*: mixup α=8: last test error below that of ERM: −2\.00 \[−/m,
  );
});

test('what version 1 did not keep is said', () => {
  const result = exampleMemorization();
  for (const run of result.runs) run.testOutcomes = null;
  const text = renderMemorizationTable(result, { color: false });
  assert.match(text, /^where a run was written by version 1, which did not keep test outcomes/m);
});

test('colours change nothing but colours, and mark the least test errors of a corruption', () => {
  const plain = renderMemorizationTable(exampleMemorization(), { color: false });
  const colored = renderMemorizationTable(exampleMemorization(), { color: true });
  assert.ok(!plain.includes('\u001b'));
  assert.equal(stripVTControlCharacters(colored), plain);
  assert.ok(colored.includes('\u001b[32m15.0 [10.7, 20.6]\u001b[39m'));
  assert.ok(colored.includes('\u001b[31mdoes not hold\u001b[39m'));
  // The clean run is alone in its block: nothing to be the best of.
  assert.ok(!colored.includes('\u001b[32m10.0'));
});

test('published errors stand below runs of the same rate of uniform replacement, what is not legible as ?', () => {
  const result = exampleMemorization();
  const text = renderMemorizationTable(result, { color: false, published });
  assert.match(text, /│ paper: ERM +│ 18\.8 +│ 44\.6 +│ \? +│ 0\.64 +│/);
  assert.ok(!text.includes('36.5'));
  for (const { corruption } of result.runs) if (corruption !== null) corruption.mode = 'symmetric';
  assert.ok(!renderMemorizationTable(result, { color: false, published }).includes('paper:'));
  assert.ok(!renderMemorizationTable(exampleMemorization(), { color: false }).includes('paper:'));
});

test('each corruption has a block of its own, in the order of the runs', () => {
  const result = exampleMemorization();
  Object.assign(result.runs[1]!.corruption!, { rate: 0.125, exact: false });
  Object.assign(result.runs[2]!.corruption!, { mode: 'class-conditional', rate: null });
  result.runs[3]!.corruption = null;
  const blocks = renderMemorizationTable(result, { color: false }).split('\n').slice(0, 20).join('\n');
  const titles = [
    '50 % of labels corrupted (uniform, exact count)',
    '12.5 % of labels corrupted (uniform)',
    'Labels corrupted by a matrix (class-conditional)',
    '30 labels corrupted',
    'No label corrupted',
  ];
  const places = titles.map((title) => blocks.indexOf(`│ ${title} `));
  assert.ok(
    places.every((place) => place > 0),
    String(places),
  );
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  );
});

test('a result of predictions alone says so, and has no directions', () => {
  const result = exampleMemorization();
  result.runs = result.runs.slice(5);
  result.engine = null;
  const text = renderMemorizationTable(result, { color: false });
  assert.match(text, /; scored from predictions$/m);
  assert.doesNotMatch(text, /paper's direction|really changed/);
});

test('tables of runs with names of up to 20 characters fit 115 columns at their widest', () => {
  const result = exampleMemorization();
  for (const run of result.runs) {
    run.name = 'mixup α=32, p=0.5   x';
    for (const { error } of [run.testError.best, run.testError.last]) {
      Object.assign(error, errorRate(200, 200));
    }
    run.membership.real!.advantage = -0.999;
    Object.assign(run.membership.real!.interval, { lower: -0.999, upper: -0.888 });
  }
  const lines = renderMemorizationTable(result, { color: false }).split('\n');
  const tables = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith('Test, best:')),
  );
  assert.ok(tables.length > 20);
  assert.ok(Math.max(...tables.map((line) => line.length)) <= 115, String(tables[0]?.length));
});
