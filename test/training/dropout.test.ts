import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropoutMasks } from '../../src/training/dropout.ts';

const layers = [
  { mask: 'a.mask', dims: [4, 8, 8], rate: 0.7 },
  { mask: 'b.mask', dims: [1000], rate: 0.5 },
];
const draw = { seed: 1, epoch: 2, step: 3, first: 0, count: 16 };

test('an element is 0 or 1/(1 − rate), and 0 at the rate asked for', () => {
  const masks = dropoutMasks(layers, draw);
  assert.deepEqual(Object.keys(masks), ['a.mask', 'b.mask']);
  for (const { mask, dims, rate } of layers) {
    assert.deepEqual(masks[mask]?.dims, [16, ...dims]);
    const values = masks[mask].data as Float32Array;
    assert.deepEqual([...new Set(values)].sort(), [0, Math.fround(1 / (1 - rate))]);
    const dropped = values.filter((value) => value === 0).length / values.length;
    assert.ok(Math.abs(dropped - rate) < 5 * Math.sqrt((rate * (1 - rate)) / values.length), String(dropped));
  }
});

test('the parts of a minibatch have the masks of the whole', () => {
  const whole = dropoutMasks(layers, draw);
  const parts = [
    dropoutMasks(layers, { ...draw, count: 5 }),
    dropoutMasks(layers, { ...draw, first: 5, count: 11 }),
  ];
  for (const { mask } of layers) {
    const joined = parts.flatMap((part) => [...(part[mask]?.data as Float32Array)]);
    assert.deepEqual(joined, [...(whole[mask]?.data as Float32Array)]);
  }
});

test('every step, epoch and seed has masks of its own', () => {
  const base = dropoutMasks(layers, draw)['b.mask'];
  assert.deepEqual(dropoutMasks(layers, draw)['b.mask'], base);
  for (const change of [{ step: 4 }, { epoch: 3 }, { seed: 2 }]) {
    assert.notDeepEqual(dropoutMasks(layers, { ...draw, ...change })['b.mask'], base);
  }
  assert.deepEqual(dropoutMasks([], draw), {});
});
