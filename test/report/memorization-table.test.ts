import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { renderMemorizationTable } from '../../src/report/memorization-table.ts';
import { errorRate, exampleMemorization } from '../results/example-memorization.ts';

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
    run.membership.all.advantage = -0.999;
    Object.assign(run.membership.all.interval, { lower: -0.999, upper: -0.888 });
  }
  const lines = renderMemorizationTable(result, { color: false }).split('\n');
  const tables = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith('Gap:')),
  );
  assert.ok(tables.length > 20);
  assert.ok(Math.max(...tables.map((line) => line.length)) <= 115, String(tables[0]?.length));
});
