/** `robust-bench gate` and `robust-bench validate` on results that `attack` wrote. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { GateReport } from '../../src/gate/gate-report.ts';
import type { Graph } from '../../src/graph/types.ts';
import type { Result } from '../../src/results/result.ts';
import { cardOf, filesIn, run, smallNet, useWorkspace, writeNet } from './workspace.ts';

const workspace = useWorkspace(measureAll);
const place = (name: string): string => join(workspace.folder, name);

/** Results of one model name: of the teacher, of its opposite, and of the teacher under another attack. */
async function measureAll(): Promise<void> {
  await writeFile(place('model.json'), JSON.stringify(cardOf('model')));
  const teacher = smallNet({ seed: 1 });
  await measure('good.json', teacher);
  await measure('other-epsilon.json', teacher, '--eps', '8/255');
  await measure('normalised.json', teacher, '--mean', '0.5', '--std', '0.25');
  await measure('other-range.json', teacher, '--data-range', '0,510');
  await measure('targeted.json', teacher, '--target-class', '3', '--eps', '64/255');
  await measure('bad.json', smallNet({ seed: 1, finish: (b, logits) => b.neg(logits) }));
}

async function measure(out: string, net: Graph, ...options: readonly string[]): Promise<void> {
  await writeNet(workspace.folder, 'model', net);
  const argv = ['attack', '--model', place('model.json'), '--method', 'fgsm', '--threads', '1'];
  const { code, err } = await run([...argv, '--out', place(out), ...options]);
  assert.equal(code, 0, err);
}

const gate = (baseline: string, current: string, ...options: string[]): ReturnType<typeof run> =>
  run(['gate', '--baseline', place(baseline), '--current', place(current), ...options]);

describe('gate', () => {
  test('the same result passes', async () => {
    const { code, out, err } = await gate('good.json', 'good.json');
    assert.equal(code, 0);
    assert.equal(err, '');
    assert.match(out, /The gate passed/);
  });

  test('a worse result fails with exit code 1, and the other way round passes', async () => {
    const worse = await gate('good.json', 'bad.json');
    assert.equal(worse.code, 1);
    assert.match(worse.out, /The gate failed/);
    assert.equal((await gate('bad.json', 'good.json')).code, 0);
  });

  test('--max-increase allows what it says', async () => {
    const { out } = await gate('good.json', 'bad.json', '--json');
    const report = JSON.parse(out) as GateReport;
    const increase = Math.max(...report.rows.map((row) => row.increase));
    assert.ok(increase > 0 && !report.passed);
    const points = (fraction: number): string => `${String(100 * fraction)}pp`;
    assert.equal(
      (
        await gate(
          'good.json',
          'bad.json',
          '--strict',
          '--max-increase',
          points(Math.min(1, increase + 0.001)),
        )
      ).code,
      0,
    );
    const limit = points(increase - 0.001);
    assert.equal((await gate('good.json', 'bad.json', '--strict', '--max-increase', limit)).code, 1);
    // What is measured lies above, what chance leaves of it does not.
    assert.equal((await gate('good.json', 'bad.json', '--max-increase', limit)).code, 0);
  });

  test('results that cannot be compared: exit code 2, and no report is written', async () => {
    const files = await filesIn(workspace.folder);
    const { code, out, err } = await gate(
      'good.json',
      'other-epsilon.json',
      '--junit',
      place('gate.xml'),
      '--markdown',
      place('gate.md'),
    );
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(
      err,
      /^error: the results are not comparable: the baseline has the attack "fgsm@linf:4\/255" and the current result has "fgsm@linf:8\/255"\n$/,
    );
    assert.deepEqual(await filesIn(workspace.folder), files);
  });

  test('models and data that were read otherwise: exit code 2, and a line that names the difference', async () => {
    for (const [current, line] of [
      [
        'normalised.json',
        'the normalization of model "model" is null in the baseline and "mean 0.5, std 0.25" in the current result',
      ],
      ['other-range.json', 'data.range is "0 to 255" in the baseline and "0 to 510" in the current result'],
    ] as const) {
      const { code, out, err } = await gate('good.json', current);
      assert.deepEqual([code, out, err], [2, '', `error: the results are not comparable: ${line}\n`]);
    }
  });

  test('targets reached have their row', async () => {
    const { code, out } = await gate('targeted.json', 'targeted.json');
    assert.equal(code, 0);
    assert.match(out, /│ Targets reached (\d+\.\d) → \1 +│ 0\.00 /);
    assert.match(out, /The gate passed: none of 5 errors and targets reached/);
  });

  test('--junit and --markdown write reports, also of a failure', async () => {
    const { code } = await gate(
      'good.json',
      'bad.json',
      '--junit',
      place('reports/gate.xml'),
      '--markdown',
      place('reports/gate.md'),
    );
    assert.equal(code, 1);
    assert.match(await readFile(place('reports/gate.xml'), 'utf8'), /<testsuites?[^>]*failures="[1-9]/);
    assert.match(await readFile(place('reports/gate.md'), 'utf8'), /\| .* \|/);
    assert.deepEqual((await filesIn(place('reports'))).length, 2);
  });

  test('a report that cannot be written leaves the other unwritten', async () => {
    const { code, err } = await gate(
      'good.json',
      'good.json',
      '--junit',
      place('only.xml'),
      '--markdown',
      join(workspace.a, 'x.md'),
    );
    assert.equal(code, 2);
    assert.match(err, /cannot write/);
    assert.ok(!(await filesIn(workspace.folder)).includes('only.xml'));
  });
});

describe('validate', () => {
  test('a result that attack wrote', async () => {
    const { code, out } = await run(['validate', place('good.json')]);
    assert.equal(code, 0);
    assert.match(out, /good\.json: a valid robust-bench\/result\/2 with 2 evaluations of 48 examples\n$/);
  });

  test('one whose numbers contradict each other', async () => {
    const result = JSON.parse(await readFile(place('good.json'), 'utf8')) as Result;
    const { outcomes } = result.runs[0]!.scored[0]!;
    outcomes.ranks = outcomes.predictions;
    await writeFile(place('forged.json'), JSON.stringify(result));
    const { code, err } = await run(['validate', place('forged.json')]);
    assert.equal(code, 2);
    assert.match(err, /^error: [^\n]*\/runs\/0\/scored\/0\/outcomes\/ranks[^\n]*\n$/);
  });
});
