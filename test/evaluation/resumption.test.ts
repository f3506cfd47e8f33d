/** Who does the units, in how many sittings and in which order, makes no difference to what comes out. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { attackSettings } from '../../src/attacks/settings.ts';
import { fgsm } from '../../src/attacks/gradient/fgsm.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { predictions } from '../../src/classifier/oracle.ts';
import { InputError } from '../../src/core/errors.ts';
import { scaleToBounds } from '../../src/data/scale.ts';
import { evaluate, unitPlan } from '../../src/evaluation/evaluate.ts';
import { beginJournal, resumeJournal } from '../../src/evaluation/journal.ts';
import type { Evaluation } from '../../src/evaluation/outcomes.ts';
import type { AdversarialExamples, EvaluationPlan } from '../../src/evaluation/plan.ts';
import { createUnitRunner, type UnitRunner } from '../../src/evaluation/unit-runner.ts';
import { randomLinearModel } from '../attacks/linear-classifier.ts';
import { createMemoryDataset, randomBytes } from './memory-dataset.ts';

const shape = [2, 2, 2];
const count = 23;
const [first, second] = ['first', 'second'].map((name, seed) =>
  randomLinearModel(seed, 5, shape, { name, scale: 2 }),
);
const inputs = randomBytes(3, count * 8);
const seen = predictions(
  await first!.logits(scaleToBounds(inputs, { lower: 0, upper: 255 }, { lower: 0, upper: 1 })),
  5,
);
const dataset = createMemoryDataset({
  shape,
  classCount: 5,
  inputs,
  labels: [...seen].map((label, place) => (place % 6 === 0 ? (label + 1) % 5 : label)),
});
const plan: EvaluationPlan = {
  dataset,
  indices: Int32Array.from({ length: count }, (_, index) => index),
  batchSize: 4,
  whiteBox: [first!],
  blackBox: { source: first!, targets: [second!] },
  eightBit: true,
  attacks: [
    { attack: fgsm, settings: attackSettings(fgsm, { radius: 20.3 / 255 }) },
    { attack: ifgsm, settings: attackSettings(ifgsm, { radius: 20.3 / 255, target: 'random', seed: 4 }) },
  ],
};
const whole = await evaluate(plan);

let folder = '';
let made = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'robust-bench-units-'));
});
after(() => rm(folder, { recursive: true }));
const fresh = (): string => join(folder, `${String(made++)}.journal`);

/** A runner that takes its time, other times for other units. */
function slowly(runner: UnitRunner, delay: (unit: string) => number): UnitRunner {
  return {
    async run(unit, given) {
      await sleep(delay(unit.key));
      return runner.run(unit, given);
    },
  };
}

const runnersOf = (own: EvaluationPlan, number: number): UnitRunner[] =>
  Array.from({ length: number }, (_, place) =>
    slowly(createUnitRunner(unitPlan(own)), (key) => ((key.length * 7 + place * 5) % 4) * (place + 1)),
  );

describe('the evaluation is the same', () => {
  test('the whole is worth comparing', () => {
    assert.deepEqual(whole.done, { start: 0, end: count, planned: count });
    const [white, targeted] = whole.attacks;
    assert.ok(white!.score.top1Errors > 10 && targeted!.targetCounts!.reached > 3);
    assert.ok(white!.rounded && white!.roundedPerturbation);
  });

  test('for units of every size', async () => {
    for (const unitSize of [1, 4, 7, 22, 23, 100]) {
      assert.deepEqual(await evaluate(plan, { unitSize }), whole, String(unitSize));
    }
  });

  test('for several runners, some slower than others', async () => {
    for (const number of [2, 3, 5]) {
      for (const unitSize of [2, 8]) {
        assert.deepEqual(await evaluate(plan, { runners: runnersOf(plan, number), unitSize }), whole);
      }
    }
  });

  test('from a journal cut after any line, and at any place within one', async () => {
    const path = fresh();
    const journal = await beginJournal(path, { plan: 'p', unitSize: 7 });
    assert.deepEqual(await evaluate(plan, { journal }), whole);
    await journal.close();
    const text = await readFile(path, 'utf8');
    const lines = text.split('\n').slice(0, -1);
    assert.equal(lines.length, 1 + 4 * (2 + 2));
    for (let kept = 1; kept <= lines.length; kept++) {
      const torn = lines[kept]?.slice(0, 30 * kept) ?? '';
      const cut = fresh();
      await writeFile(cut, `${lines.slice(0, kept).join('\n')}\n${torn}`);
      const again = await resumeJournal(cut, 'p');
      assert.equal(again.done.size, kept - 1);
      const resumed = await evaluate(plan, { journal: again, runners: runnersOf(plan, 1 + (kept % 3)) });
      assert.deepEqual(resumed, whole);
      await again.close();
      // Every unit is in it now, whichever sitting did it.
      assert.equal((await readFile(cut, 'utf8')).split('\n').length, lines.length + 1);
    }
  });

  test('after runs that ended in an error at any moment', async () => {
    const path = fresh();
    await (await beginJournal(path, { plan: 'p', unitSize: 5 })).close();
    let sittings = 0;
    for (let left = 1; ; left++) {
      sittings += 1;
      const journal = await resumeJournal(path, 'p');
      let calls = 0;
      const failing: UnitRunner[] = runnersOf(plan, 2).map((runner) => ({
        run(unit, given) {
          calls += 1;
          if (calls > left) throw new Error('power cut');
          return runner.run(unit, given);
        },
      }));
      try {
        assert.deepEqual(await evaluate(plan, { journal, runners: failing }), whole);
        break;
      } catch (error) {
        if (!(error instanceof Error) || error.message !== 'power cut') throw error;
      } finally {
        await journal.close();
      }
    }
    assert.ok(sittings > 3);
  });

  test('what is in the journal is not done again', async () => {
    const path = fresh();
    const journal = await beginJournal(path, { plan: 'p', unitSize: 5 });
    await evaluate(plan, { journal });
    await journal.close();
    const idle: UnitRunner = { run: () => assert.fail('a unit was done again') };
    const again = await resumeJournal(path, 'p');
    assert.deepEqual(await evaluate(plan, { journal: again, runners: [idle] }), whole);
    await again.close();
  });
});

/** The columns of an evaluation, by what they are of. */
function columnsOf({ indices, labels, clean, attacks }: Evaluation): Map<string, readonly number[]> {
  const columns = new Map<string, readonly number[]>([
    ['indices', [...indices]],
    ['labels', [...labels]],
  ]);
  const keep = (of: string, values: object): void => {
    for (const [name, value] of Object.entries(values) as [string, unknown][]) {
      if (ArrayBuffer.isView(value)) columns.set(`${of} ${name}`, [...(value as unknown as Int32Array)]);
    }
  };
  for (const { model, score } of clean) keep(`clean ${model}`, score);
  for (const [place, outcome] of attacks.entries()) {
    const of = `${String(place)} ${outcome.target}`;
    keep(of, outcome);
    keep(`${of} score`, outcome.score);
    keep(`${of} sizes`, outcome.perturbation);
    keep(`${of} rounded`, outcome.rounded ?? {});
    keep(`${of} rounded sizes`, outcome.roundedPerturbation ?? {});
  }
  return columns;
}

describe('parts', () => {
  test('shards behind one another are the whole', async () => {
    for (const shards of [1, 2, 3, 23]) {
      const parts: Evaluation[] = [];
      for (let index = 1; index <= shards; index++) {
        parts.push(await evaluate(plan, { shard: { index, count: shards }, unitSize: 1 + (index % 4) }));
      }
      const joined = new Map<string, number[]>();
      for (const part of parts) {
        for (const [name, values] of columnsOf(part))
          joined.set(name, [...(joined.get(name) ?? []), ...values]);
      }
      assert.deepEqual(joined, new Map([...columnsOf(whole)].map(([name, values]) => [name, [...values]])));
      assert.ok(joined.size > 40);
    }
  });

  test('a shard without an example is refused', async () => {
    await assert.rejects(
      evaluate({ ...plan, indices: Int32Array.of(0, 1) }, { shard: { index: 1, count: 3 } }),
      (error: unknown) => error instanceof InputError && /holds none of the 2 examples/.test(error.message),
    );
  });

  test('a budget ends after whole ranges, with what the whole has of them; a journal does the rest', async (t) => {
    const path = fresh();
    const journal = await beginJournal(path, { plan: 'p', unitSize: 4 });
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    // Every unit takes one unit of time: nine are two ranges of four, and one more.
    const runner = createUnitRunner(unitPlan(plan));
    const ticking: UnitRunner = {
      run(unit, given) {
        now += 1;
        return runner.run(unit, given);
      },
    };
    const part = await evaluate(plan, { journal, runners: [ticking], budgetMs: 8.5 });
    t.mock.restoreAll();
    await journal.close();
    const { end } = part.done;
    assert.equal(end, 8);
    assert.deepEqual(part.done, { start: 0, end, planned: count });
    for (const [name, values] of columnsOf(whole))
      assert.deepEqual(columnsOf(part).get(name), values.slice(0, end));
    const again = await resumeJournal(path, 'p');
    assert.deepEqual(await evaluate(plan, { journal: again }), whole);
    await again.close();
  });

  test('a budget too short for anything is refused in one line', async () => {
    await assert.rejects(
      evaluate(plan, { budgetMs: 1, runners: [slowly(createUnitRunner(unitPlan(plan)), () => 30)] }),
      (error: unknown) =>
        error instanceof InputError && /^the budget ended before the first unit/.test(error.message),
    );
  });
});

test('examples are handed over in order, whoever made them, and one at a time', async () => {
  const collect = async (number: number, unitSize: number): Promise<AdversarialExamples[]> => {
    const received: AdversarialExamples[] = [];
    let busy = false;
    const own: EvaluationPlan = {
      ...plan,
      async onExamples(examples) {
        assert.ok(!busy);
        busy = true;
        await sleep(2);
        received.push(examples);
        busy = false;
      },
    };
    await evaluate(own, { runners: runnersOf(own, number), unitSize });
    return received;
  };
  const alone = await collect(1, 5);
  assert.deepEqual(
    alone.slice(0, 4).map(({ run, indices }) => [run, indices[0]]),
    [0, 0, 5, 5].map((start, place) => [plan.attacks[place % 2], start]),
  );
  assert.deepEqual(await collect(4, 5), alone);
  const joined = (parts: readonly AdversarialExamples[], attack: number): number[] =>
    parts.filter(({ run }) => run === plan.attacks[attack]).flatMap(({ adversarial }) => [...adversarial]);
  const others = await collect(3, 3);
  for (const attack of [0, 1]) assert.deepEqual(joined(others, attack), joined(alone, attack));
});

describe('probabilities', () => {
  /** Probabilities in the rows that are told, logits elsewhere. */
  const mixed = (isProbability: (sum: number) => boolean): Classifier => ({
    ...first!,
    name: 'mixed',
    logits: async (points) => {
      const logits = await first!.logits(points);
      return logits.map((_, k) => {
        const row = logits.subarray(k - (k % 5), k - (k % 5) + 5);
        const own = points.subarray(((k - (k % 5)) / 5) * 8, ((k - (k % 5)) / 5) * 8 + 8);
        if (!isProbability(own.reduce((a, b) => a + b, 0))) return logits[k]!;
        return Math.exp(logits[k]!) / row.reduce((total, logit) => total + Math.exp(logit), 0);
      });
    },
  });
  const sums = Array.from({ length: count }, (_, k) =>
    scaleToBounds(inputs.subarray(8 * k, 8 * k + 8), dataset.range, first!.bounds).reduce((a, b) => a + b, 0),
  );
  const outcomeOf = async (model: Classifier, unitSize: number, number: number): Promise<string> => {
    const own = { ...plan, whiteBox: [model], blackBox: { source: model, targets: [second!] } };
    try {
      await evaluate(own, { unitSize, runners: runnersOf(own, number) });
      return 'taken';
    } catch (error) {
      assert.ok(error instanceof InputError);
      return error.message.slice(0, 50);
    }
  };

  test('are refused or taken alike, whatever the units and the runners', async () => {
    const always = mixed(() => true);
    // All but the sixth example: seven probabilities in a row are no eight.
    const gap = mixed((sum) => sum !== sums[5]);
    for (const unitSize of [1, 2, 7, 23]) {
      for (const number of [1, 3]) {
        assert.match(await outcomeOf(always, unitSize, number), /the model mixed are probabilities/);
        assert.equal(
          await outcomeOf(gap, unitSize, number),
          'taken',
          `${String(unitSize)} ${String(number)}`,
        );
      }
    }
  });

  test('are told from the first examples, though the sixth come late', async () => {
    const gap = mixed((sum) => sum !== sums[5]);
    const own = { ...plan, whiteBox: [gap], blackBox: { source: gap, targets: [second!] } };
    const runners = Array.from({ length: 6 }, () =>
      slowly(createUnitRunner(unitPlan(own)), (key) => (key.includes('"5-6"') ? 60 : 0)),
    );
    assert.equal((await evaluate(own, { unitSize: 1, runners })).attacks.length, 4);
  });

  test('are refused by a part of the plan too, of all the examples that it has', async () => {
    const soft = mixed(() => true);
    const own = { ...plan, whiteBox: [soft], blackBox: { source: soft, targets: [second!] } };
    await assert.rejects(evaluate(own, { shard: { index: 2, count: 6 }, unitSize: 1 }), /are probabilities/);
  });
});
