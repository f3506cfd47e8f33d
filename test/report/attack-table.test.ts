import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { renderAttackTable } from '../../src/report/attack-table.ts';
import { derive } from '../../src/results/derive.ts';
import type { Result } from '../../src/results/result.ts';
import {
  changed,
  changeRanks,
  exampleResult,
  FGSM,
  scoredOf,
  targetedResult,
} from '../results/example-result.ts';

const table = (result: Result, color = false): string => renderAttackTable(derive(result), { color });

const golden = new URL('./attack-table.golden.txt', import.meta.url);

// To renew it: UPDATE_GOLDEN=1 npx tsx --test test/report/attack-table.test.ts
test('the table of the example result is the stored one', async () => {
  const text = `${table(exampleResult())}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(golden, text);
  assert.equal(text, await readFile(golden, 'utf8'));
});

test('colours change nothing but colours, and are off when told so', () => {
  const plain = table(exampleResult());
  const colored = table(exampleResult(), true);
  assert.ok(!plain.includes('\u001b'));
  assert.ok(colored.includes('\u001b['));
  assert.equal(stripVTControlCharacters(colored), plain);
  // The least error of a row is marked: here that of the mixup model, 50.0 % against 87.5 %.
  assert.ok(colored.includes('\u001b[32m50.0 [35.2, 64.8]\u001b[39m'));
  assert.ok(!colored.includes('\u001b[32m87.5'));
});

test('a clean result of one model without top-5 error has one row', () => {
  const result = exampleResult();
  result.models = [{ ...result.models[2]!, classCount: 5, normalization: null, notes: [] }];
  result.clean = result.clean.slice(2);
  result.runs = [];
  result.attacks = [];
  result.warnings = [];
  const lines = table(result, true).split('\n').map(stripVTControlCharacters);
  assert.equal(lines.length, 7);
  assert.match(lines[4]!, /^│ Top-1 +│ +│ 10\.0 \[4\.0, 23\.1\] │$/);
});

test('attacks by scores and decisions have blocks of their own, and norms other than L∞ are named', () => {
  const result = exampleResult();
  const [first, second] = result.attacks;
  Object.assign(first!, {
    access: 'scores',
    norm: 'l2',
    radius: { ...first!.radius, text: '0.5', value: 0.5 },
  });
  Object.assign(second!, { access: 'decisions' });
  const text = table(result);
  assert.match(text, /│ Black box: each model attacked by its own scores +│\n│ Top-1 +│ FGSM L2 0\.5 /);
  assert.match(text, /│ Black box: each model attacked by its own decisions +│\n│ Top-1 +│ I-FGSM 4\/255 /);
  assert.doesNotMatch(text, /White box/);
  assert.match(text, /against I-FGSM 4\/255 by its decisions:/);
});

test('a comparison says both accuracies, the difference, whether it is one, and the ratio last', () => {
  const result = exampleResult();
  const lines = (): string[] =>
    table(result)
      .split('\n')
      .filter((line) => line.includes(' % against '));
  assert.deepEqual(lines().slice(0, 2), [
    '  erm-2 12.5 %, erm-1 12.5 % against FGSM 4/255 in the white box: 0.00 [−23.14, +23.14], not distinguishable; ratio 1.00 [0.310, 3.23]',
    '  mixup 50.0 %, erm-1 12.5 % against FGSM 4/255 in the white box: +37.50 [+4.85, +62.24]; ratio 4.00 [1.56, 10.3]',
  ]);
  assert.match(
    table(result),
    /^Top-1 accuracies .* which hold for all 6 at once \(Bonferroni: each at 99\.1667 %\):$/m,
  );
  assert.match(
    table(result),
    /against I-FGSM 4\/255 in the white box: .*; no ratio, erm-1 gets no example right$/m,
  );
  changeRanks(scoredOf(result, FGSM, 'mixup'), (ranks) => ranks.map(() => 3));
  assert.match(
    lines()[1]!,
    /^ {2}mixup 0\.0 %, erm-1 12\.5 % .*: −12\.50 \[.*\], not distinguishable; ratio 0\.00 \[/,
  );
});

test('a part of a plan is said to be one', () => {
  const result = exampleResult();
  result.part = { planned: 100, shard: { index: 1, count: 2 }, reason: 'shard' };
  assert.match(table(result), /^a part of the plan: it lacks 60 of 100 examples$/m);
  result.part.reason = 'budget';
  assert.match(table(result), /it lacks 60 of 100 examples, the time was up$/m);
});

test('three models in the white and the black box fit 110 columns, their names at full length', () => {
  const result = exampleResult();
  // Every rate at its widest: 100.0 with its interval.
  for (const { scored } of result.runs)
    for (const own of scored) changeRanks(own, (ranks) => ranks.map(() => 9));
  result.models.forEach((model, index) => (model.name = `preact-resnet18-${String(index)}-erm`));
  const rows = table(result)
    .split('\n')
    .filter((line) => /^[│┌├└]/.test(line));
  assert.ok(rows.length > 15);
  assert.ok(Math.max(...rows.map((line) => line.length)) <= 110, String(rows[0]?.length));
  assert.ok(rows.every((line) => line.length === rows[0]!.length));
});

test('a softmax that was taken off is said below the table, for the models that had one', () => {
  const result = exampleResult();
  assert.doesNotMatch(table(result), /softmax/);
  result.models[0]!.outputs = 'softmax removed';
  result.models[2]!.outputs = 'softmax removed';
  const note = /^the softmax at the end of erm-1, mixup was taken off: attacks follow the logits/m;
  assert.match(table(result), note);
});

test('8-bit examples that measure otherwise than the exact ones are said to', () => {
  const result = exampleResult();
  const { rounded } = result.runs[0]!;
  rounded!.linf = changed(rounded!.linf, 3, 0.0175);
  assert.match(
    table(result),
    /^FGSM 4\/255: measured ‖δ‖∞ at most 0\.015686, mean ‖δ‖₂ 0\.419, as 8-bit pixels ‖δ‖∞ at most 0\.017500, mean ‖δ‖₂ 0\.419 \(/m,
  );
});

test('targets reached have a row of their own, and who was left out is said below', () => {
  const result = targetedResult();
  const { targets } = derive(result).evaluations[3]!;
  const text = table(result);
  assert.match(text, /^│ Targets reached │ FGSM 4\/255, target 4 │ \d+\.\d \[.*\] +│ \d/m);
  assert.ok(
    text.includes(
      `\nFGSM 4/255, target 4 on erm-1: ${String(targets?.reached)} of 36 examples led to their target; ` +
        `4 are of the target class and left out, ${String(targets?.predicted)} are taken for it in all\n`,
    ),
    text,
  );
  assert.match(text, /^FGSM 4\/255, target 4 made on erm-1 on mixup: \d+ of 36 examples led/m);
  const { evaluations, ...rest } = derive(result);
  const untold = evaluations.map((own) => ({
    ...own,
    targets: own.targets && { reached: 5, possible: null, predicted: null, rate: null },
  }));
  const old = renderAttackTable({ ...rest, evaluations: untold }, { color: false });
  assert.doesNotMatch(old, /│ Targets reached/);
  assert.match(
    old,
    /^FGSM .* on erm-1: 5 of 40 examples are taken for the target, those of that label included$/m,
  );
});

test('a gradient that is an approximation is said below the table', () => {
  const result = exampleResult();
  assert.doesNotMatch(table(result), /approximation/);
  result.models[1]!.approximateGradient = 'straight-through';
  assert.match(table(result), /^erm-2: its gradient is an approximation \(straight-through\)/m);
});
