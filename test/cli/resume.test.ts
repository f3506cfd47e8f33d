/** A run that is killed again and again, without a chance to tidy up, ends where an unbroken one does, bit for bit. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { randomStream } from '../../src/core/random.ts';
import { fashionMnist, filesIn, run, sha256, useWorkspace } from './workspace.ts';

const workspace = useWorkspace();
const program = fileURLToPath(new URL('program.ts', import.meta.url));
const EPOCHS = 4;
const STEPS = 8;

/** Everything random takes part: order, crops, flips, mixing, dropout; and a part of the minibatch at a time. */
function argumentsOf(folder: string, ...more: readonly string[]): string[] {
  const options =
    '--width 2 --epochs 4 --batch-size 32 --train-limit 256 --test-limit 64 --method mixup --dropout 0.2 --threads 1';
  return ['train', '--data', fashionMnist, ...options.split(' '), '--name', 'run', '--out', folder, ...more];
}

async function linesIn(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

/** What must be the same: all but the events, which carry the time of day, and the times in the metrics. */
async function imprint(folder: string): Promise<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const file of await filesIn(folder)) {
    if (file.startsWith('events.')) continue;
    const bytes = await readFile(join(folder, file));
    kept[file] =
      file === 'metrics.jsonl'
        ? bytes.toString().replaceAll(/"(imagesPerSecond|durationMs)":[\d.e+-]+/g, '"$1":0')
        : sha256(bytes);
  }
  return kept;
}

/** Kills the run with SIGKILL once this many updates were made in all. @returns whether it was killed */
async function runUntil(folder: string, updates: number): Promise<boolean> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...argumentsOf(folder, '--resume')], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  while (child.exitCode === null) {
    if ((await linesIn(join(folder, 'steps.jsonl'))).length >= updates) child.kill('SIGKILL');
    await Promise.race([ended, sleep(2)]);
    if (child.signalCode !== null) return true;
  }
  assert.equal(child.exitCode, 0);
  return false;
}

describe('--resume', () => {
  let unbroken: Record<string, string>;
  before(async () => {
    const folder = await workspace.fresh('unbroken');
    const { code, err } = await run(argumentsOf(folder));
    assert.equal(code, 0, err);
    unbroken = await imprint(folder);
    assert.deepEqual(Object.keys(unbroken), [
      'best.json',
      'best.onnx',
      'last.json',
      'last.onnx',
      'metrics.jsonl',
      'steps.jsonl',
      'training-state.npz',
    ]);
  });

  test('after kills at random moments', async () => {
    const folder = await workspace.fresh('killed');
    const stream = randomStream(7, 'kills');
    // One kill in each epoch, the ends of epochs, where files are written, among them.
    const moments = Array.from({ length: EPOCHS }, (_, epoch) =>
      epoch % 2 === 0 ? epoch * STEPS + 1 + stream.integer(STEPS - 1) : (epoch + 1) * STEPS,
    );
    let kills = 0;
    for (const updates of moments) if (await runUntil(folder, updates)) kills++;
    assert.ok(kills >= 3, `only ${String(kills)} runs were killed before they ended`);
    const { code, err } = await run(argumentsOf(folder, '--resume'));
    assert.equal(code, 0, err);
    assert.match(err, /going on after epoch [1-4]|there is no finished epoch/);
    assert.deepEqual(await imprint(folder), unbroken);
    assert.equal((await filesIn(folder)).filter((file) => file.endsWith('.part')).length, 0);
  });

  test('of a finished run trains nothing and changes nothing', async () => {
    const folder = await workspace.fresh('finished');
    assert.equal((await run(argumentsOf(folder))).code, 0);
    const { code, err, out } = await run(argumentsOf(folder, '--resume'));
    assert.equal(code, 0);
    assert.match(err, /going on after epoch 4/);
    assert.match(out, /test error .* after the last epoch/);
    assert.deepEqual(await imprint(folder), unbroken);
  });

  test('with other options is refused, and says which', async () => {
    const folder = await workspace.fresh('other');
    assert.equal((await run(argumentsOf(folder))).code, 0);
    const { code, err } = await run(argumentsOf(folder, '--resume', '--lr', '0.2'));
    assert.equal(code, 2);
    assert.match(
      err,
      /^error: the run in .* cannot go on: settings\.schedule\.initial was 0\.1 and is now 0\.2/m,
    );
    assert.deepEqual(await imprint(folder), unbroken);
  });

  test('is a matter of asking: without it a run starts anew', async () => {
    const folder = await workspace.fresh('anew');
    assert.equal((await run(argumentsOf(folder, '--seed', '5'))).code, 0);
    assert.equal((await run(argumentsOf(folder))).code, 0);
    assert.deepEqual(await imprint(folder), unbroken);
  });
});
