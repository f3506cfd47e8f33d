import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/core/errors.ts';
import { canonicalJson, canonicalResult } from '../../src/results/canonical.ts';
import { exampleMemorization } from './example-memorization.ts';
import { exampleResult } from './example-result.ts';

// To renew them: UPDATE_GOLDEN=1 npx tsx --test test/results/canonical.test.ts
for (const [name, result] of [
  ['golden', exampleResult()],
  ['golden-memorization', exampleMemorization()],
] as const) {
  test(`the canonical form of an example result is the stored one: ${name}`, async () => {
    const golden = new URL(`./${name}.json`, import.meta.url);
    const text = canonicalResult(result);
    if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(golden, text);
    assert.equal(text, await readFile(golden, 'utf8'));
  });
}

test('the canonical form leaves out the circumstances of the run, and nothing else', () => {
  const first = exampleResult();
  const second = exampleResult();
  second.run = { ...second.run, threads: 8, durationMs: 1 };
  assert.equal(canonicalResult(first), canonicalResult(second));
  second.seed = 2;
  assert.notEqual(canonicalResult(first), canonicalResult(second));
  const rest: Partial<typeof first> = { ...first };
  delete rest.run;
  assert.deepEqual(JSON.parse(canonicalResult(first)), rest);
});

/** A copy whose keys stand the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

test('the order in which keys were set does not matter', () => {
  const result = exampleResult();
  const text = canonicalJson(reversed(result));
  assert.equal(text, canonicalJson(result));
  assert.deepEqual(Object.keys(JSON.parse(text) as object).slice(0, 3), ['schema', 'kind', 'tool']);
  assert.deepEqual(Object.keys((JSON.parse(text) as typeof result).runs[0]!.sizes!.linf), [
    'type',
    'length',
    'base64',
  ]);
});

test('a memorization result has the order of its own schema, at every depth and through definitions', () => {
  const result = exampleMemorization();
  const text = canonicalJson(reversed(result));
  assert.equal(text, canonicalJson(result));
  assert.deepEqual(JSON.parse(text), result);
  const read = JSON.parse(text) as typeof result;
  assert.deepEqual(Object.keys(read).slice(3, 6), ['seed', 'data', 'examples']);
  assert.deepEqual(Object.keys(read.runs[0]!.testError.best.error.interval), [
    'lower',
    'upper',
    'level',
    'method',
  ]);
  assert.deepEqual(Object.keys(read.runs[0]!.learning.real!).slice(0, 2), ['count', 'neverLearned']);
});

test('numbers are written in the shortest form that reads back the same', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = canonicalJson([value]);
      assert.equal((JSON.parse(text) as number[])[0], value === 0 ? 0 : value);
      assert.ok(text.length <= JSON.stringify([value]).length + 1);
    }),
    { seed: 3, numRuns: 500 },
  );
  assert.equal(canonicalJson([-0, 0.1, 1e21, null, true, 'a"b']), '[0, 0.1, 1e+21, null, true, "a\\"b"]\n');
});

test('empty lists and objects, nested lists and undefined fields have one form', () => {
  assert.equal(canonicalJson([]), '[]\n');
  assert.equal(canonicalJson({}), '{}\n');
  assert.equal(
    canonicalJson({ b: undefined, z: [[1, 2], []], a: 1 }),
    '{\n  "a": 1,\n  "z": [\n    [1, 2],\n    []\n  ]\n}\n',
  );
});

test('what JSON cannot hold is refused with its place', () => {
  for (const [value, message] of [
    [{ run: { durationMs: NaN } }, /^\/run\/durationMs is NaN, which/],
    [[1, Infinity], /^\/1 is Infinity/],
    [[undefined], /^\/0 is of type undefined/],
    [{ a: () => 1 }, /^\/a is of type function/],
    [{ a: 1n }, /^\/a is of type bigint/],
  ] as const) {
    assert.throws(
      () => canonicalJson(value),
      (error) => error instanceof InputError && message.test(error.message),
    );
  }
});
