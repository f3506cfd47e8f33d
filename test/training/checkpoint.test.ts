/** A card and its weights are of the same epoch whenever the process that writes them is killed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { randomStream } from '../../src/core/random.ts';
import { readModelCard } from '../../src/models/card/model-card-file.ts';
import { settleWeights } from '../../src/models/card/pending-weights.ts';
import { openModel } from '../../src/models/open.ts';

const writer = fileURLToPath(new URL('checkpoint-writer.ts', import.meta.url));

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'robust-bench-kill-'));
});
after(() => rm(folder, { recursive: true }));

async function assertPair(): Promise<void> {
  const card = join(folder, 'last.json');
  const { weights } = await readModelCard(card);
  // By the card and by the file of the weights, which has its card beside it.
  assert.equal((await openModel(card, {})).sha256, weights.sha256);
  assert.equal((await openModel(join(folder, 'last.onnx'), {})).sha256, weights.sha256);
}

test('kill -9 at random moments', async () => {
  const stream = randomStream(1, 'moments');
  for (let round = 0; round < 6; round++) {
    const child = spawn(process.execPath, ['--import', 'tsx', writer, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await sleep(100 * stream.uniform());
    child.kill('SIGKILL');
    await once(child, 'close');
    await assertPair();
    await settleWeights(join(folder, 'last.json'));
    await assertPair();
    const { weights } = await readModelCard(join(folder, 'last.json'));
    const bytes = await readFile(join(folder, 'last.onnx'));
    assert.equal(createHash('sha256').update(bytes).digest('hex'), weights.sha256);
    const names = (await readdir(folder)).filter((name) => !name.endsWith('.part'));
    assert.deepEqual(names.sort(), ['last.json', 'last.onnx']);
  }
});

test('between the card and the weights, and between the weights and the card', async () => {
  const card = join(folder, 'last.json');
  const { weights } = await readModelCard(card);
  const pending = join(folder, `.${(weights.sha256 ?? '').slice(0, 16)}-last.onnx`);
  const stale = join(folder, `.${'0'.repeat(16)}-last.onnx`);
  const bytes = await readFile(join(folder, 'last.onnx'));
  // The card is new and the weights are on their way; beside them those of a card that was never written.
  await rename(join(folder, 'last.onnx'), pending);
  for (const path of [join(folder, 'last.onnx'), stale]) {
    await writeFile(path, Buffer.concat([bytes, Buffer.from([0x30, 0x01])]));
  }
  await assertPair();
  await settleWeights(card);
  await assertPair();
  assert.deepEqual(await readFile(join(folder, 'last.onnx')), bytes);
  assert.ok(!(await readdir(folder)).some((name) => name.endsWith('-last.onnx')));
});
