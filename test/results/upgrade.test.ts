/** Results of the version before targets that are the label were left out. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canonicalJson } from '../../src/results/canonical.ts';
import { readResult } from '../../src/results/file.ts';
import type { Result, ResultEvaluation } from '../../src/results/result.ts';
import { validateResult } from '../../src/results/validate.ts';
import { earlierResult } from './example-result.ts';

/**
 * Written by the version before, with
 * `attack --source erm-1 --model erm-1 mixup --limit 40 --method fgsm --target-class 3 --label predicted --eps 48/255`
 * on fixtures/models.
 */
const path = fileURLToPath(new URL('./earlier-version.json', import.meta.url));
const stored = async (): Promise<Result> => JSON.parse(await readFile(path, 'utf8')) as Result;

const targetsOf = ({ evaluations }: Result): unknown[] =>
  evaluations
    .filter(({ setting }) => setting !== 'clean')
    .map((e) => [e.targetsReached, e.targetsPossible, e.targetsPredicted, e.targetRate?.rate]);

test('a stored result of an earlier version gets the targets that its outcomes tell', async () => {
  assert.deepEqual(
    targetsOf(await stored()),
    [8, 12, 5].map((old) => [old, undefined, undefined, undefined]),
  );
  const result = await readResult(path);
  // Each source took three clean examples for the class 3.
  assert.deepEqual(targetsOf(result), [
    [5, 37, 8, 5 / 37],
    [9, 37, 12, 9 / 37],
    [2, 37, 5, 2 / 37],
  ]);
  for (const { setting, source, outcomes } of result.evaluations) {
    const clean = result.evaluations.find((e) => e.setting === 'clean' && e.target === source);
    const expected = clean?.outcomes.predictions.map((label) => (label === 3 ? null : 3));
    assert.deepEqual(outcomes.targets, setting === 'clean' ? undefined : expected);
  }
});

test('all else stays as it was, and what was brought up is valid and needs no more', async () => {
  const before = await stored();
  const result = await readResult(path);
  const plain = structuredClone(result);
  plain.evaluations.forEach((evaluation, index) => {
    delete evaluation.targetsPossible;
    delete evaluation.targetRate;
    delete evaluation.targetsPredicted;
    delete evaluation.outcomes.targets;
    evaluation.targetsReached = before.evaluations[index]!.targetsReached;
  });
  assert.equal(canonicalJson(plain), canonicalJson(before));
  assert.equal(await validateResult(result, 'r.json'), result);
});

test('rules that choose another class than the label left nobody out; next names the class', async () => {
  for (const target of ['random', 'least-likely', 'next']) {
    const result = earlierResult();
    Object.assign(result.attacks[0]!, { targeted: true, target });
    const own = result.evaluations.filter(({ attack }) => attack === 'fgsm');
    const { labels } = result.examples;
    const isNext = (e: ResultEvaluation): number =>
      e.outcomes.predictions.filter((label, index) => label === (labels[index]! + 1) % 10).length;
    for (const evaluation of own) evaluation.targetsReached = isNext(evaluation);
    const upgraded = await validateResult(result, 'r.json');
    const made = upgraded.evaluations.filter(({ attack }) => attack === 'fgsm');
    assert.deepEqual(
      made.map((e) => [e.targetsReached, e.targetsPossible, e.targetsPredicted]),
      own.map((e) => [isNext(e), 40, isNext(e)]),
    );
    const listed = made[0]!.outcomes.targets;
    assert.deepEqual(listed, target === 'next' ? labels.map((label) => (label + 1) % 10) : undefined);
  }
});

test('who was led to a given class cannot be told without the predictions that the attack went by', async () => {
  const result = await stored();
  result.comparisons = [];
  result.evaluations = result.evaluations.filter(({ setting }) => setting !== 'clean');
  const read = await validateResult(result, 'r.json');
  assert.equal(read, result);
  assert.deepEqual(targetsOf(read)[0], [8, undefined, undefined, undefined]);
});
