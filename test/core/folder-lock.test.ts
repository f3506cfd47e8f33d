/** Locks of folders, and what killed processes leave. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeFileAtomically } from '../../src/core/files.ts';
import { lockFolder } from '../../src/core/folder-lock.ts';
import { partName } from '../../src/core/parts.ts';
import { hasEnded, ownIdentity } from '../../src/core/process-identity.ts';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'robust-bench-lock-'));
});
after(() => rm(root, { recursive: true }));

/** The number of a process that has ended. */
async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'close');
  return child.pid ?? 0;
}

test('one holder at a time; what is given back can be taken again', async () => {
  const folder = join(root, 'made', 'when', 'missing');
  const lock = await lockFolder(folder);
  await assert.rejects(lockFolder(folder), {
    name: 'InputError',
    message: new RegExp(`^another run, process ${String(process.pid)} on .* is writing to .*: wait for it`),
  });
  assert.deepEqual(await readdir(folder), ['.lock']);
  await lock.release();
  assert.deepEqual(await readdir(folder), []);
  await (await lockFolder(folder)).release();
});

test('the lock of an ended process is taken over, and by one alone', async () => {
  const folder = join(root, 'stale');
  await (await lockFolder(folder)).release();
  const path = join(folder, '.lock');
  const pid = await endedPid();
  // That of an ended process, that of an earlier process of the same number, and one that a full disk left empty.
  const own = ownIdentity();
  const stale = [{ ...own, pid }, ...(own.started === null ? [] : [{ ...own, started: '1' }]), undefined];
  for (const identity of stale) {
    await writeFile(path, identity === undefined ? '' : JSON.stringify(identity));
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    const holders = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    assert.equal(holders.length, 1, JSON.stringify(identity));
    assert.equal((JSON.parse(await readFile(path, 'utf8')) as { pid: number }).pid, process.pid);
    await holders[0]?.value.release();
    assert.deepEqual(await readdir(folder), []);
  }
});

test('the lock of a process of another machine is left alone', async () => {
  const folder = join(root, 'elsewhere');
  await (await lockFolder(folder)).release();
  const held = JSON.stringify({ host: `${hostname()}-2`, pid: await endedPid(), started: null });
  await writeFile(join(folder, '.lock'), held);
  await assert.rejects(lockFolder(folder), /if it has ended, delete .*\.lock$/);
  assert.equal(await readFile(join(folder, '.lock'), 'utf8'), held);
});

test('an ended process is told from one that runs', async () => {
  assert.equal(hasEnded(ownIdentity()), false);
  assert.equal(hasEnded({ host: hostname(), pid: 1, started: null }), false);
  assert.equal(hasEnded({ host: hostname(), pid: await endedPid(), started: null }), true);
});

test('what killed processes left half-written goes with the next file', async () => {
  const folder = join(root, 'parts');
  await (await lockFolder(folder)).release();
  const own = partName('a.json');
  const left = own.replace(`-${String(process.pid)}-`, `-${String(await endedPid())}-`);
  assert.notEqual(left, own);
  const others = ['.a.json.something.part', 'b.part', own];
  for (const name of [left, ...others]) await writeFile(join(folder, name), 'half');
  await writeFileAtomically(join(folder, 'c.json'), '{}');
  assert.deepEqual((await readdir(folder)).sort(), [...others, 'c.json'].sort());
});
