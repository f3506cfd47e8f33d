/** `robust-bench merge` on parts of one plan. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { canonicalResult } from '../../src/results/canonical.ts';
import { readResult, writeResult } from '../../src/results/file.ts';
import type { Result } from '../../src/results/result.ts';
import { every, partOf, shard } from '../results/example-part.ts';
import { exampleResult } from '../results/example-result.ts';
import { run } from './workspace.ts';

const folder = await mkdtemp(join(tmpdir(), 'robust-bench-merge-'));
after(() => rm(folder, { recursive: true }));
const place = (name: string): string => join(folder, name);
const part = (index: number): string => place(`part-${String(index)}.json`);

before(async () => {
  for (const index of [1, 2, 3]) {
    await writeResult(part(index), partOf(exampleResult(), every(index, 3), shard(index, 3)));
  }
});

describe('merge', () => {
  test('the parts make the whole, in whatever order they are named', async () => {
    const whole = place('deep/whole.json');
    const { code, out, err } = await run(['merge', part(3), part(1), part(2), '--out', whole]);
    assert.equal(code, 0, err);
    assert.equal(canonicalResult(await readResult(whole)), canonicalResult(exampleResult()));
    assert.match(out, /│ Top-1 +│ I-FGSM 4\/255 +│/);
    assert.match(err, /^result written to .*whole\.json\n$/);
    const json = await run(['merge', part(3), part(1), part(2), '--out', whole, '--json', '--quiet']);
    assert.deepEqual([json.err, JSON.parse(json.out)], ['', await readResult(whole)]);
  });

  test('what is not yet whole is a part that says what it lacks, and can be merged on', async () => {
    const some = place('some.json');
    const { code, out } = await run(['merge', part(1), part(3), '--out', some]);
    assert.equal(code, 0);
    assert.match(out, /^a part of the plan: it lacks 13 of 40 examples \(shard 2\/3\)$/m);
    const valid = await run(['validate', some]);
    assert.match(
      valid.out,
      /13 evaluations of 27 examples, a part that lacks 13 of 40 examples \(shard 2\/3\)\n$/,
    );
    assert.equal((await run(['merge', some, part(2), '--out', place('whole.json')])).code, 0);
    assert.equal(canonicalResult(await readResult(place('whole.json'))), canonicalResult(exampleResult()));
  });

  test('parts that overlap, of other plans, or that are not there: exit code 2, and nothing is written', async () => {
    const other: Result = {
      ...partOf(exampleResult(), every(2, 3), shard(2, 3)),
      seed: 9,
      plan: 'f'.repeat(64),
    };
    await writeResult(place('other.json'), other);
    for (const [parts, message] of [
      [[part(1), part(1)], /overlap: both have example 0; name each part once\n$/],
      [
        [part(1), place('other.json')],
        /other\.json is of another plan than .*part-1\.json: they differ in seed\n$/,
      ],
      [[part(1), place('none.json')], /none\.json: there is no such file\n$/],
    ] as const) {
      const { code, err, out } = await run(['merge', ...parts, '--out', place('never.json')]);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
      await assert.rejects(readFile(place('never.json')));
    }
    assert.equal((await run(['merge', '--out', place('never.json')])).code, 2);
  });
});
