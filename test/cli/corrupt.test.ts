/** `robust-bench corrupt` on the fixture. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readLabelFile } from '../../src/corruption/label-file.ts';
import { openDataset } from '../../src/data/open.ts';
import { Interruption } from '../../src/cli/interruption.ts';
import { fashionMnist, filesIn, type Outcome, run, useWorkspace } from './workspace.ts';

const workspace = useWorkspace();

function corrupt(out: string, ...options: readonly string[]): Promise<Outcome> {
  return run(['corrupt', '--data', fashionMnist, '--out', out, ...options]);
}

test('writes the labels of the whole split and says how many changed', async () => {
  const path = await workspace.fresh('labels.json');
  const { code, out, err } = await corrupt(path, '--rate', '0.5', '--seed', '3');
  assert.equal(code, 0, err);
  assert.equal(err, '');
  const file = await readLabelFile(path);
  const dataset = await openDataset(fashionMnist, { split: 'train' });
  assert.deepEqual(file.data, {
    specification: 'idx',
    split: 'train',
    sha256: await dataset.hash(),
    classes: 10,
    size: 1000,
  });
  assert.deepEqual(file.settings, { seed: 3, mode: 'uniform', rate: 0.5, exact: false, matrix: null });
  const changed = file.labels.filter((label, index) => label !== dataset.labels[index]).length;
  assert.equal(file.changedCount, changed);
  const lines = out.trimEnd().split('\n');
  assert.equal(lines[0], `${path}: 1000 labels of idx train in 10 classes, uniform, seed 3`);
  assert.equal(lines[1], 'asked    50 %');
  assert.equal(lines[2], `masked   ${String(file.maskedCount)} (${(file.maskedCount / 10).toFixed(1)} %)`);
  assert.equal(lines[3], `changed  ${String(changed)} (${(changed / 10).toFixed(1)} %)`);
  assert.equal(lines.length, 4);
});

test('the same seed writes the same bytes, without a path in them', async () => {
  const [first, second, other] = [
    await workspace.fresh('one.json'),
    await workspace.fresh('two.json'),
    await workspace.fresh('other.json'),
  ];
  await corrupt(first, '--rate', '0.5');
  await corrupt(second, '--rate', '0.5', '--seed', '0', '--mode', 'uniform');
  await corrupt(other, '--rate', '0.5', '--seed', '1');
  assert.deepEqual(await readFile(second), await readFile(first));
  assert.notDeepEqual(await readFile(other), await readFile(first));
  assert.ok(!(await readFile(first, 'utf8')).includes('fixtures'));
});

test('--exact, --mode and --split', async () => {
  const path = await workspace.fresh('labels.json');
  const { code, out } = await corrupt(
    path,
    '--rate',
    '0.2',
    '--exact',
    '--mode',
    'symmetric',
    '--split',
    'test',
  );
  assert.equal(code, 0);
  const file = await readLabelFile(path);
  assert.deepEqual([file.data.split, file.data.size], ['test', 2000]);
  assert.deepEqual([file.maskedCount, file.changedCount], [400, 400]);
  assert.match(out, /^asked {4}20 % exactly\nmasked {3}400 \(20\.0 %\)\nchanged {2}400 \(20\.0 %\)$/m);
});

test('--matrix, from CSV and JSON alike', async () => {
  const rows = Array.from({ length: 10 }, (_, row) =>
    Array.from({ length: 10 }, (_, column) => (column === row ? 0.5 : column === (row + 1) % 10 ? 0.5 : 0)),
  );
  const csv = join(workspace.folder, 'matrix.csv');
  const json = join(workspace.folder, 'matrix.json');
  await writeFile(csv, rows.map((row) => row.join(',')).join('\n'));
  await writeFile(json, JSON.stringify(rows));
  const [first, second] = [await workspace.fresh('a.json'), await workspace.fresh('b.json')];
  const { code, out } = await corrupt(first, '--mode', 'class-conditional', '--matrix', csv);
  assert.equal(code, 0);
  assert.match(out, /^asked {4}by the matrix$/m);
  assert.equal((await corrupt(second, '--mode', 'class-conditional', '--matrix', json)).code, 0);
  assert.deepEqual(await readFile(second), await readFile(first));
  assert.deepEqual((await readLabelFile(first)).settings.matrix, rows);
});

test('--json prints the counts, of the whole and by class', async () => {
  const path = await workspace.fresh('labels.json');
  const { out } = await corrupt(path, '--rate', '0.5', '--json');
  interface Counts {
    readonly class: number;
    readonly examples: number;
    readonly masked: number;
    readonly changed: number;
    readonly given: number;
  }
  const summary = JSON.parse(out) as {
    readonly data: object;
    readonly corruption: object;
    readonly counts: { readonly masked: number; readonly changed: number };
    readonly classes: readonly Counts[];
  };
  const file = await readLabelFile(path);
  assert.deepEqual(summary.data, file.data);
  assert.deepEqual(summary.corruption, file.settings);
  assert.deepEqual(summary.counts, { masked: file.maskedCount, changed: file.changedCount });
  const sum = (key: keyof Counts): number =>
    summary.classes.reduce((total, counts) => total + counts[key], 0);
  assert.deepEqual(
    [sum('examples'), sum('given'), sum('masked'), sum('changed')],
    [1000, 1000, file.maskedCount, file.changedCount],
  );
  assert.equal(summary.classes[3]!.given, file.labels.filter((label) => label === 3).length);
});

describe('refuses with one line and exit code 2', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no rate', [], /uniform needs a rate/],
    ['a percentage', ['--rate', '50'], /--rate takes a number from 0 to 1, such as 0\.5/],
    ['a rate that is no number', ['--rate', 'half'], /--rate takes a number from 0 to 1, such as 0\.5/],
    ['an unknown mode', ['--rate', '0.5', '--mode', 'random'], /Choices.*class-conditional/],
    [
      'a matrix that is not there',
      ['--mode', 'class-conditional', '--matrix', 'none.csv'],
      /none\.csv: there is no/,
    ],
    ['a mode without its matrix', ['--mode', 'class-conditional'], /needs a matrix/],
    ['a seed that is no whole number', ['--rate', '0.5', '--seed', '1.5'], /--seed takes a whole number/],
    ['a split that is not there', ['--rate', '0.5', '--split', 'valid'], /no split 'valid'/],
  ];
  for (const [name, options, message] of cases) {
    test(name, async () => {
      const path = await workspace.fresh('labels.json');
      const { code, out, err } = await corrupt(path, ...options);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, message);
      assert.match(err, /^error: [^\n]+\n$/);
      assert.deepEqual(await filesIn(join(path, '..')), []);
    });
  }

  test('a place that cannot be written, before the data are read', async () => {
    const { code, err } = await corrupt(workspace.folder, '--rate', '0.5');
    assert.equal(code, 2);
    assert.match(err, /cannot write .*: it is a folder/);
  });
});

test('an interruption leaves no file', async () => {
  const path = await workspace.fresh('labels.json');
  const controller = new AbortController();
  controller.abort(new Interruption());
  const { code } = await run(['corrupt', '--data', fashionMnist, '--rate', '0.5', '--out', path], {
    signal: controller.signal,
  });
  assert.equal(code, 130);
  assert.deepEqual(await filesIn(join(path, '..')), []);
});
