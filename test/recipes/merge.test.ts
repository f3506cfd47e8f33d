/** How settings are laid over each other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeSettings } from '../../src/recipes/merge.ts';

test('objects merge field by field; all else is replaced, null included', () => {
  const base = { a: 1, b: { c: [1, 2], d: { e: true } }, f: { g: 1 } };
  assert.deepEqual(mergeSettings(base, { b: { c: [3], d: { h: 'x' } }, f: null }), {
    a: 1,
    b: { c: [3], d: { e: true, h: 'x' } },
    f: null,
  });
  assert.deepEqual(mergeSettings({ f: null }, { f: { g: 2 } }), { f: { g: 2 } });
  assert.deepEqual(mergeSettings(base, undefined), base);
  assert.deepEqual(mergeSettings(base, {}), base);
});

test('an object of another kind takes no field over', () => {
  const sgd = { kind: 'sgd', momentum: 0.9 };
  assert.deepEqual(mergeSettings(sgd, { kind: 'adam', beta1: 0.5 }), { kind: 'adam', beta1: 0.5 });
  assert.deepEqual(mergeSettings(sgd, { kind: 'sgd', nesterov: true }), { ...sgd, nesterov: true });
  assert.deepEqual(mergeSettings(sgd, { momentum: 0 }), { kind: 'sgd', momentum: 0 });
});

test('neither side is changed', () => {
  const base = { a: { b: 1 } };
  const changes = { a: { c: 2 } };
  mergeSettings(base, changes);
  assert.deepEqual([base, changes], [{ a: { b: 1 } }, { a: { c: 2 } }]);
});
