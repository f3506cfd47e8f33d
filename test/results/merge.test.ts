/** Parts of one plan make the very bytes of the whole. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { InputError } from '../../src/core/errors.ts';
import { canonicalResult } from '../../src/results/canonical.ts';
import { encodeColumn } from '../../src/results/column.ts';
import { readResult } from '../../src/results/file.ts';
import { merge } from '../../src/results/merge.ts';
import { planHash } from '../../src/results/plan.ts';
import type { Result } from '../../src/results/result.ts';
import { validateResult } from '../../src/results/validate.ts';
import { warningsOf } from '../../src/results/warnings.ts';
import { every, partOf, shard } from './example-part.ts';
import { exampleResult, ints, targetedResult } from './example-result.ts';

const named = (results: readonly Result[]): { name: string; result: Result }[] =>
  results.map((result, index) => ({ name: `part-${String(index + 1)}.json`, result }));

describe('the parts of a plan make the whole, to the byte', () => {
  test('shards, in any order', () => {
    for (const whole of [exampleResult(), targetedResult()]) {
      const parts = [3, 1, 2].map((index) => partOf(whole, every(index, 3), shard(index, 3)));
      assert.equal(canonicalResult(merge(named(parts))), canonicalResult(whole));
    }
  });

  test('whichever examples each part has', () => {
    const whole = exampleResult();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 40, maxLength: 40 }), (owners) => {
        const parts = [...new Set(owners)].map((owner) =>
          partOf(
            whole,
            owners.flatMap((own, place) => (own === owner ? [place] : [])),
            { shard: null, reason: 'budget' },
          ),
        );
        assert.equal(canonicalResult(merge(named(parts))), canonicalResult(whole));
      }),
      { seed: 4, numRuns: 30 },
    );
  });

  test('a whole alone', () => {
    assert.equal(canonicalResult(merge(named([exampleResult()]))), canonicalResult(exampleResult()));
  });

  test('what attack wrote', async () => {
    const path = fileURLToPath(new URL('../../fixtures/results/attack-2.json', import.meta.url));
    const whole = await readResult(path);
    const parts = [1, 2].map((index) =>
      partOf(whole, every(index, 2, whole.examples.count), shard(index, 2)),
    );
    for (const part of parts) await validateResult(part, 'part.json');
    assert.equal(canonicalResult(merge(named(parts))), canonicalResult(whole));
  });
});

test('warnings are those of the whole, not of a part', () => {
  const whole = exampleResult();
  const flags = new Uint8Array(40);
  flags[0] = 1;
  flags[4] = 1;
  // Two of forty are no sign; of the four examples of one part they are.
  whole.runs[0]!.zeroGradients = encodeColumn(flags);
  whole.warnings = warningsOf(whole);
  const few = partOf(whole, [0, 4, 8, 12], { shard: null, reason: 'budget' });
  assert.ok(few.warnings.some(({ check }) => check === 'zero-gradients'));
  const others = partOf(
    whole,
    every(1, 1).filter((place) => ![0, 4, 8, 12].includes(place)),
    { shard: null, reason: 'budget' },
  );
  assert.ok(!whole.warnings.some(({ check }) => check === 'zero-gradients'));
  assert.equal(canonicalResult(merge(named([few, others]))), canonicalResult(whole));
});

describe('what lacks examples stays a part', () => {
  const whole = exampleResult();
  const shards = [1, 2, 3, 4].map((index) => partOf(whole, every(index, 4), shard(index, 4)));

  test('and names the shards that are missing, until they come', async () => {
    const some = merge(named([shards[0]!, shards[2]!]));
    assert.deepEqual(some.part, {
      planned: 40,
      shard: null,
      reason: 'shard',
      missing: [
        { index: 2, count: 4 },
        { index: 4, count: 4 },
      ],
    });
    assert.equal(some.examples.count, 20);
    await validateResult(some, 'some.json');
    const more = merge(named([some, shards[3]!]));
    assert.deepEqual(more.part?.missing, [{ index: 2, count: 4 }]);
    assert.equal(canonicalResult(merge(named([more, shards[1]!]))), canonicalResult(whole));
  });

  test('a shard that was cut short is missing', () => {
    const cut = partOf(whole, every(2, 4).slice(0, 3), { shard: { index: 2, count: 4 }, reason: 'budget' });
    const { part, examples } = merge(named([shards[0]!, cut, shards[2]!, shards[3]!]));
    assert.deepEqual(part, { planned: 40, shard: null, reason: 'budget', missing: [{ index: 2, count: 4 }] });
    assert.equal(examples.count, 33);
  });

  test('parts that are no shards say only how many examples are missing', () => {
    const parts = [
      [0, 1],
      [5, 6],
    ].map((places) => partOf(whole, places, { shard: null, reason: 'interrupted' }));
    assert.deepEqual(merge(named(parts)).part, { planned: 40, shard: null, reason: 'interrupted' });
  });
});

describe('what is not of one plan is refused', () => {
  const refusal = (results: readonly Result[]): string => {
    try {
      merge(named(results));
    } catch (error) {
      assert.ok(error instanceof InputError, String(error));
      return error.message;
    }
    assert.fail('it was merged');
  };
  const whole = exampleResult();
  const first = partOf(whole, every(1, 2), shard(1, 2));
  const second = (change: (result: Result) => unknown): Result => {
    const other = exampleResult();
    change(other);
    other.plan = planHash(other);
    return partOf(other, every(2, 2), shard(2, 2));
  };
  for (const [change, what] of [
    [(r) => (r.models[1]!.sha256 = 'e'.repeat(64)), 'models'],
    [(r) => (r.data.sha256 = 'e'.repeat(64)), 'data'],
    [(r) => (r.seed = 2), 'seed'],
    [(r) => (r.attacks[0]!.parameters = { steps: 3 }), 'attacks'],
    [(r) => (r.engine.provider = 'cuda'), 'engine'],
    [(r) => (r.tool.version = '9'), 'tool'],
    [(r) => (r.examples.selection.limit = 41), 'the selection of examples'],
    [(r) => r.runs.pop(), 'what is scored on what'],
  ] as readonly [(result: Result) => unknown, string][]) {
    test(`another ${what}`, () => {
      assert.equal(
        refusal([first, second(change)]),
        `part-2.json is of another plan than part-1.json: they differ in ${what}`,
      );
    });
  }

  test('a check that rounds otherwise on another machine is no other plan', () => {
    const other = second((r) => (r.models[2]!.check!.optimisedAgainstUnoptimised = 1e-9));
    assert.equal(canonicalResult(merge(named([first, other]))), canonicalResult(whole));
  });

  test('other examples planned', () => {
    const other = exampleResult();
    other.examples.indices = encodeColumn(Int32Array.from({ length: 40 }, (_, index) => index * 3 + 1));
    other.plan = planHash(other);
    assert.match(
      refusal([first, partOf(other, every(2, 2), shard(2, 2))]),
      /they differ in the examples that were planned$/,
    );
  });

  test('parts that overlap', () => {
    const overlapping = partOf(whole, [1, 3, 4], { shard: null, reason: 'budget' });
    assert.equal(
      refusal([first, overlapping]),
      `part-1.json and part-2.json overlap: both have example ${String(ints(whole.examples.indices)[4])}; name each part once`,
    );
    assert.match(refusal([first, first]), /part-1\.json and part-2\.json overlap: both have example 0/);
  });

  test('no part, and results of version 1', () => {
    assert.match(refusal([]), /there is no part to merge/);
    assert.match(refusal([{ ...first, plan: null }]), /part-1\.json is of version 1, which knows no plan/);
  });

  test('parts with other columns', () => {
    const other = second(() => undefined);
    delete other.runs[0]!.queries;
    assert.match(refusal([first, other]), /the parts differ in \/runs\/0/);
  });
});
