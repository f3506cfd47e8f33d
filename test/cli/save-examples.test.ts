/** A store of examples over a disk that fails in the middle of a run. */
import assert from 'node:assert/strict';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createExampleStore } from '../../src/cli/save-examples.ts';
import { type AdversarialExamples, attackOf, attackSettings } from '../../src/index.ts';
import { temporaryFolder } from '../data/synthetic.ts';

const attack = attackOf('fgsm');
const run = { attack, settings: attackSettings(attack) };
const examples: AdversarialExamples = {
  run,
  source: 'a',
  shape: [1, 2, 2],
  bounds: { lower: 0, upper: 1 },
  indices: Int32Array.of(3),
  labels: Int32Array.of(1),
  clean: new Float32Array(4),
  adversarial: new Float32Array(4).fill(0.5),
  levels: new Uint8Array(4).fill(128),
};

test('the run goes on, the failure is told in the end, and nothing is left', async () => {
  const folder = join(temporaryFolder(), 'examples');
  const store = createExampleStore(folder, { attacks: [run], planned: 3 });
  assert.ok(store);
  await store.add(examples);
  await store.add({ ...examples, source: 'b' });
  await rm(folder, { recursive: true });
  await store.add(examples);
  // What comes later is not begun anew.
  await mkdir(folder);
  await store.add({ ...examples, source: 'c' });
  await assert.rejects(store.write(2), { name: 'InputError', message: /^cannot write .*fgsm-a\.npz: / });
  assert.deepEqual(await readdir(folder), []);
});

test('what was given up leaves nothing', async () => {
  const folder = temporaryFolder();
  const store = createExampleStore(folder, { attacks: [run], planned: 3 });
  assert.ok(store);
  await store.add(examples);
  await store.add({ ...examples, source: 'b' });
  assert.equal((await readdir(folder)).length, 2);
  await store.abandon();
  assert.deepEqual(await readdir(folder), []);
});
