import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { renderAttackTable } from '../../src/report/attack-table.ts';
import { earlierResult, exampleResult, targetedResult } from '../results/example-result.ts';

const golden = new URL('./attack-table.golden.txt', import.meta.url);

// To renew it: UPDATE_GOLDEN=1 npx tsx --test test/report/attack-table.test.ts
test('the table of the example result is the stored one', async () => {
  const text = `${renderAttackTable(exampleResult(), { color: false })}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(golden, text);
  assert.equal(text, await readFile(golden, 'utf8'));
});

test('colours change nothing but colours, and are off when told so', () => {
  const plain = renderAttackTable(exampleResult(), { color: false });
  const colored = renderAttackTable(exampleResult(), { color: true });
  assert.ok(!plain.includes('\u001b'));
  assert.ok(colored.includes('\u001b['));
  assert.equal(stripVTControlCharacters(colored), plain);
  // The least error of a row is marked: here that of the mixup model, 50.0 % against 87.5 %.
  assert.ok(colored.includes('\u001b[32m50.0 [35.2, 64.8]\u001b[39m'));
  assert.ok(!colored.includes('\u001b[32m87.5'));
});

test('a clean result of one model without top-5 error has one row', () => {
  const result = earlierResult();
  result.models = result.models.slice(2);
  result.evaluations = [{ ...result.evaluations[2]!, top5: null }];
  result.comparisons = [];
  result.attacks = [];
  result.warnings = [];
  const lines = renderAttackTable(result, { color: true }).split('\n').map(stripVTControlCharacters);
  assert.equal(lines.length, 7);
  assert.match(lines[4]!, /^│ Top-1 +│ +│ 10\.0 \[4\.0, 23\.1\] │$/);
});

test('attacks that differ beyond method and epsilon have different titles', () => {
  const result = exampleResult();
  const first = result.attacks[0]!;
  result.attacks = [
    first,
    { ...first, id: 'fgsm-again', stepSize: 0.01 },
    { ...first, id: 'fgsm-targeted', targeted: true, target: 'next', label: 'predicted' },
  ];
  result.comparisons = [];
  result.evaluations = result.attacks.map(({ id }) => ({ ...result.evaluations[3]!, attack: id }));
  const text = renderAttackTable(result, { color: false });
  for (const title of [
    'FGSM 4/255 (fgsm) ',
    'FGSM 4/255 (fgsm-again) ',
    'FGSM 4/255, target next, predicted label ',
  ]) {
    assert.ok(text.includes(`│ ${title}`), title);
  }
});

test('a model that is less robust is not called more robust', () => {
  const result = exampleResult();
  result.comparisons = [
    {
      ...result.comparisons[0]!,
      accuracyRatio: 0.5,
      interval: { ...result.comparisons[0]!.interval!, lower: 0.25, upper: 1 },
    },
  ];
  const text = renderAttackTable(result, { color: false });
  assert.ok(text.includes('mixup is 0.500 [0.250, 1.00] times as robust as erm-1'));
  assert.ok(!text.includes('more robust'));
});

test('three models in the white and the black box fit 110 columns, their names at full length', () => {
  const result = exampleResult();
  // Every rate at its widest: 100.0 with its interval.
  for (const { top1, top5, rounded8Bit } of result.evaluations) {
    for (const error of [top1, top5, rounded8Bit?.top1, rounded8Bit?.top5]) {
      if (error != null)
        Object.assign(error, {
          errors: 40,
          rate: 1,
          interval: { ...error.interval, lower: 0.912, upper: 1 },
        });
    }
  }
  result.models.forEach((model, index) => (model.name = `preact-resnet18-${String(index)}-erm`));
  const table = renderAttackTable(result, { color: false })
    .split('\n')
    .filter((line) => /^[│┌├└]/.test(line));
  assert.ok(table.length > 15);
  assert.ok(Math.max(...table.map((line) => line.length)) <= 110, String(table[0]?.length));
  assert.ok(table.every((line) => line.length === table[0]!.length));
});

test('a softmax that was taken off is said below the table, for the models that had one', () => {
  const result = exampleResult();
  assert.doesNotMatch(renderAttackTable(result, { color: false }), /softmax/);
  result.models[0]!.outputs = 'softmax removed';
  result.models[2]!.outputs = 'softmax removed';
  const note = /^the softmax at the end of erm-1, mixup was taken off: attacks follow the logits/m;
  assert.match(renderAttackTable(result, { color: false }), note);
});

test('8-bit examples that measure otherwise than the exact ones are said to', () => {
  const result = exampleResult();
  result.evaluations[3]!.rounded8Bit!.perturbation!.linf.max = 0.0175;
  assert.match(
    renderAttackTable(result, { color: false }),
    /^FGSM 4\/255: measured ‖δ‖∞ at most 0\.015686, mean ‖δ‖₂ 0\.412, as 8-bit pixels ‖δ‖∞ at most 0\.017500, mean ‖δ‖₂ 0\.412 \(/m,
  );
});

test('targets reached have a row of their own, and who was left out is said below', () => {
  const result = targetedResult();
  const { targetsReached, targetsPredicted } = result.evaluations[3]!;
  const text = renderAttackTable(result, { color: false });
  assert.match(text, /^│ Targets reached │ FGSM 4\/255, target 4 │ \d+\.\d \[.*\] +│ \d/m);
  assert.ok(
    text.includes(
      `\nFGSM 4/255, target 4 on erm-1: ${String(targetsReached)} of 36 examples led to their target; ` +
        `4 are of the target class and left out, ${String(targetsPredicted)} are taken for it in all\n`,
    ),
    text,
  );
  assert.match(text, /^FGSM 4\/255, target 4 made on erm-1 on mixup: \d+ of 36 examples led/m);
  const untold = targetedResult();
  for (const evaluation of untold.evaluations) {
    delete evaluation.targetsPossible;
    delete evaluation.targetRate;
  }
  const old = renderAttackTable(untold, { color: false });
  assert.doesNotMatch(old, /│ Targets reached/);
  assert.match(
    old,
    /^FGSM .* on erm-1: \d+ of 40 examples are taken for the target, those of that label included$/m,
  );
});

test('a gradient that is an approximation is said below the table', () => {
  const result = exampleResult();
  assert.doesNotMatch(renderAttackTable(result, { color: false }), /approximation/);
  result.models[1]!.approximateGradient = 'straight-through';
  assert.match(
    renderAttackTable(result, { color: false }),
    /^erm-2: its gradient is an approximation \(straight-through\)/m,
  );
});
