/** Results of version 1 stay readable, and give the numbers that they state. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeColumn } from '../../src/results/column.ts';
import { derive } from '../../src/results/derive.ts';
import type { DerivedEvaluation } from '../../src/results/derived.ts';
import { readMemorization, readResult } from '../../src/results/file.ts';
import { validateResult } from '../../src/results/validate.ts';
import type { Result, ResultEvaluation } from '../../src/results/version-1/result.ts';
import { earlyVersionOne, targetedVersionOne, versionOne } from './example-version-one.ts';

/** Written by the tool of version 1: fixtures/README.md says how. */
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/results/${name}.json`, import.meta.url));

const parsed = async (path: string): Promise<Result> => JSON.parse(await readFile(path, 'utf8')) as Result;

/** The derived evaluation of one that was stated. */
function partner(
  all: readonly DerivedEvaluation[],
  stated: ResultEvaluation,
  old: Result,
): DerivedEvaluation {
  const method = old.attacks.find(({ id }) => id === stated.attack)?.method ?? null;
  const found = all.filter(
    ({ attack, source, model }) =>
      (attack?.split(/[@[]/)[0] ?? null) === method && source === stated.source && model === stated.target,
  );
  assert.equal(found.length, 1, `${String(stated.attack)} on ${stated.target}`);
  return found[0]!;
}

async function assertStated(old: Result): Promise<void> {
  const derived = derive(await validateResult(structuredClone(old), 'r.json'));
  assert.equal(derived.evaluations.length, old.evaluations.length);
  for (const stated of old.evaluations) {
    const own = partner(derived.evaluations, stated, old);
    assert.deepEqual(own.top1, stated.top1);
    assert.deepEqual(own.top5, stated.top5);
    assert.deepEqual([...own.outcomes.predictions], stated.outcomes.predictions);
    assert.equal(own.gradients, stated.gradientsPerExample);
    assert.equal(own.transfer, stated.setting === 'black-box');
    assert.equal(own.access, stated.setting === 'clean' ? null : 'gradient');
    const { perturbation, rounded8Bit } = stated;
    for (const norm of ['linf', 'l2'] as const) {
      const { max, mean } = own.sizes?.[norm] ?? {};
      const expected = perturbation?.[norm];
      assert.deepEqual([max, mean], [expected?.max, expected?.mean]);
      const rounded = own.rounded?.sizes?.[norm];
      assert.deepEqual(rounded?.mean, rounded8Bit?.perturbation?.[norm].mean);
    }
    assert.deepEqual(own.rounded?.top1 ?? null, rounded8Bit?.top1 ?? null);
    assert.deepEqual(own.rounded?.top5 ?? null, rounded8Bit?.top5 ?? null);
    if (stated.targetsPossible === undefined) continue;
    assert.deepEqual(own.targets?.rate, stated.targetRate);
    assert.deepEqual(
      [own.targets?.reached, own.targets?.possible, own.targets?.predicted],
      [stated.targetsReached, stated.targetsPossible, stated.targetsPredicted],
    );
  }
  for (const { attack, baseline, model, setting, accuracyRatio, interval } of old.comparisons) {
    const method = old.attacks.find(({ id }) => id === attack)!.method;
    const own = derived.comparisons.find(
      (one) =>
        one.attack.split(/[@[]/)[0] === method &&
        (one.source === null) === (setting === 'white-box') &&
        one.baseline === baseline &&
        one.model === model,
    );
    assert.equal(own?.ratio?.value ?? null, accuracyRatio);
    assert.deepEqual(own?.ratio?.interval ?? null, interval);
  }
}

describe('derived from an upgraded result are the numbers that it states', () => {
  for (const name of ['attack-1', 'targeted-1']) {
    test(`of the fixtures: ${name}`, async () => {
      await assertStated(await parsed(fixture(name)));
    });
  }
  for (const [name, result] of Object.entries({
    'the example': versionOne(),
    'a targeted one': targetedVersionOne(),
    'one that does not record how things were read': earlyVersionOne(),
  })) {
    test(name, async () => {
      await assertStated(result);
    });
  }
});

test('attacks get the ids that they have now', async () => {
  const result = versionOne();
  const [fgsm, ifgsm] = result.attacks;
  result.attacks.push(
    { ...ifgsm!, id: 'more', steps: 20 },
    { ...ifgsm!, id: 'far', stepSize: 2 / 255, epsilon: 0.5 / 255, epsilonText: '0.5/255' },
    { ...fgsm!, id: 'again', epsilon: 4 / 255, epsilonText: '0.0156862745098039' },
    {
      ...fgsm!,
      id: 'other',
      epsilon: 0.1,
      epsilonText: '0.1',
      label: 'predicted',
      target: '3',
      targeted: true,
    },
  );
  const { attacks, runs } = await validateResult(result, 'r.json');
  assert.deepEqual(
    attacks.map(({ id }) => id),
    [
      'fgsm@linf:4/255',
      'ifgsm@linf:4/255',
      'ifgsm[steps=20]@linf:4/255',
      'ifgsm[stepSize=2/255]@linf:0.5/255',
      'fgsm@linf:4/255#2',
      'fgsm[target=3,label=predicted]@linf:25.5/255',
    ],
  );
  assert.deepEqual(attacks[1]!.parameters, { steps: 10, stepSize: 4 / 2550 });
  assert.deepEqual(
    runs.map(({ attack, source, scored }) => [attack, source, scored.length]),
    ['fgsm', 'ifgsm'].flatMap((method) =>
      ['erm-1', 'erm-2', 'mixup'].map((id) => [`${method}@linf:4/255`, id, id === 'erm-1' ? 3 : 1]),
    ),
  );
});

/** The first tools of version 1 counted as reached also those examples whose label the target is. */
const earliest = fileURLToPath(new URL('./earlier-version.json', import.meta.url));

test('the first of version 1 gets the targets that its outcomes tell', async () => {
  const result = await readResult(earliest);
  const { evaluations } = derive(result);
  assert.deepEqual(
    evaluations.slice(2).map(({ targets }) => [targets?.reached, targets?.possible, targets?.predicted]),
    [
      [5, 37, 8],
      [9, 37, 12],
      [2, 37, 5],
    ],
  );
  for (const run of result.runs) {
    const clean = result.clean.find(({ model }) => model === run.source)!;
    const expected = decodeColumn(clean.outcomes.predictions, 'int32').map((label) => (label === 3 ? -1 : 3));
    assert.deepEqual(decodeColumn(run.targets!, 'int32'), expected);
  }
});

test('rules that choose another class than the label left nobody out; next names the class', async () => {
  for (const target of ['random', 'least-likely', 'next']) {
    const old = earlyVersionOne();
    Object.assign(old.attacks[0]!, { targeted: true, target });
    const own = old.evaluations.filter(({ attack }) => attack === 'fgsm');
    const next = (e: ResultEvaluation): number =>
      e.outcomes.predictions.filter((label, index) => label === (old.examples.labels[index]! + 1) % 10)
        .length;
    for (const evaluation of own) evaluation.targetsReached = next(evaluation);
    const { evaluations } = derive(await validateResult(structuredClone(old), 'r.json'));
    for (const stated of own) {
      const { targets, outcomes } = partner(evaluations, stated, old);
      assert.deepEqual(
        [targets?.reached, targets?.possible, targets?.predicted],
        [next(stated), 40, next(stated)],
      );
      assert.equal(outcomes.targets === null, target !== 'next');
    }
  }
});

test('who was led to a given class cannot be told without the predictions that the attack went by', async () => {
  const old = await parsed(earliest);
  old.evaluations = old.evaluations.filter(({ setting }) => setting !== 'clean');
  const { evaluations } = derive(await validateResult(old, 'r.json'));
  assert.deepEqual(evaluations[0]!.targets, { reached: 8, possible: null, predicted: null, rate: null });
});

test('what contradicts itself is refused', async () => {
  for (const [change, message] of [
    [(r) => (r.evaluations[0]!.top1.errors = 5), /\/evaluations\/0\/top1\/errors is 5, but the ranks say 4/],
    [(r) => (r.evaluations[0]!.target = 'x'), /\/evaluations\/0\/target is "x", which is no id in \/models/],
    [(r) => (r.evaluations[3]!.attack = 'x'), /\/evaluations\/3\/attack is "x", which is no id in \/attacks/],
    [(r) => (r.evaluations[3]!.source = 'mixup'), /is no white-box setting/],
    [(r) => (r.evaluations[0]!.attack = 'fgsm'), /\/attack is given, but the setting is clean/],
    [(r) => (r.evaluations[3]!.perturbation = null), /\/perturbation is null, but the setting is white-box/],
    [(r) => r.evaluations[0]!.outcomes.ranks.pop(), /\/outcomes\/ranks has 39 entries/],
    [(r) => r.evaluations.push(r.evaluations[0]!), /\/evaluations\/13 repeats/],
    [(r) => (r.evaluations[0]!.outcomes.predictions[0] = 10), /predictions\/0 is 10, expected/],
    [(r) => (r.examples.indices[1] = 0), /names an example twice/],
    [(r) => (r.attacks[0]!.target = 'next'), /\/attacks\/0\/target is "next", but targeted is false/],
  ] as readonly [(result: Result) => unknown, RegExp][]) {
    const result = versionOne();
    change(result);
    await assert.rejects(validateResult(result, 'r.json'), (error: Error) => {
      assert.equal(error.name, 'InputError');
      assert.match(error.message, /^r\.json contradicts itself: /);
      assert.match(error.message, message);
      return true;
    });
  }
  const targeted = targetedVersionOne();
  targeted.evaluations[3]!.outcomes.targets![0] = null;
  await assert.rejects(validateResult(targeted, 'r.json'), /targetsPossible is 36, but the outcomes say 35/);
});

test('a memorization result of version 1 stays readable', async () => {
  const { runs, examples } = await readMemorization(fixture('memorization-1'));
  assert.deepEqual(
    runs.map(({ id, testError }) => [id, testError.last.error.errors, testError.last.error.rate]),
    [
      ['50%-erm', 36, 0.9],
      ['50%-mixup:8', 36, 0.9],
    ],
  );
  assert.equal(examples.train.count, 60);
});
