/** Transition matrices from JSON and CSV. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { readTransitionMatrix } from '../../src/corruption/transition-matrix.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'robust-bench-matrix-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function read(text: string, classCount?: number): Promise<readonly (readonly number[])[]> {
  const path = join(folder, 'matrix');
  await writeFile(path, text);
  return readTransitionMatrix(path, classCount);
}

const matrix = [
  [0.75, 0.25, 0],
  [0, 1, 0],
  [0.5, 0.125, 0.375],
];

describe('reads', () => {
  test('JSON', async () => {
    assert.deepEqual(await read(JSON.stringify(matrix), 3), matrix);
    assert.deepEqual(await read(`\uFEFF  ${JSON.stringify(matrix, null, 2)}\n`), matrix);
  });

  test('CSV, with any line ends, blanks and blank lines', async () => {
    const lines = matrix.map((row) => row.join(','));
    assert.deepEqual(await read(lines.join('\n'), 3), matrix);
    assert.deepEqual(
      await read(`\n${lines.map((line) => line.replaceAll(',', ' , ')).join('\r\n')}\r\n\r\n`),
      matrix,
    );
    assert.deepEqual(await read('1e0,0\n.25,75e-2\n'), [
      [1, 0],
      [0.25, 0.75],
    ]);
  });

  test('rows whose sum is off by the rounding of six decimals', async () => {
    assert.equal((await read('0.333333,0.333333,0.333333\n0,1,0\n0,0,1')).length, 3);
  });
});

describe('refuses', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['an empty file', '', /is empty/],
    ['truncated JSON', '[[0.5, 0.5], [0.', /is no valid JSON .*whole/],
    ['JSON of another shape', '{"matrix": []}', /is no matrix: write a list of rows/],
    ['a JSON row with a text', '[[1, "0"], [0, 1]]', /is no matrix/],
    ['a heading', 'a,b,c\n1,0,0\n0,1,0\n0,0,1', /line 1, value 1 is no number/],
    ['a gap', '1,0,0\n0,,1\n0,0,1', /line 2, value 2 is no number/],
    ['NaN', '1,0,0\n0,NaN,1\n0,0,1', /line 2, value 2 is no number/],
    ['a row that is short', '1,0,0\n0,1\n0,0,1', /row 1 has 2 numbers, expected one for each of 3/],
    ['too few rows', '1,0,0\n0,1,0', /2 rows where the data have 3 classes/],
    ['a negative probability', '1,0,0\n-0.5,1,0.5\n0,0,1', /row 1 holds -0\.5/],
    ['percentages', '100,0,0\n0,100,0\n0,0,100', /row 0 holds 100/],
    ['a row that sums to less', '1,0,0\n0,1,0\n0,0.25,0.5', /row 2 sums to 0\.75, not to 1/],
    ['a row that sums to more', '1,0,0\n0,1,0.01\n0,0,1', /row 1 sums to 1\.01/],
  ];
  for (const [name, text, message] of cases) {
    test(name, async () => {
      await assert.rejects(read(text, 3), (error: Error) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, message);
        assert.ok(error.message.includes(folder) && !error.message.includes('\n'));
        return true;
      });
    });
  }

  test('a file that is not there', async () => {
    await assert.rejects(readTransitionMatrix(join(folder, 'none.csv')), /cannot read the transition matrix/);
  });
});
