/** One run in a folder at a time. A lock is a file that names the process which holds it. */
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from './errors.ts';
import { reasonOf } from './files.ts';
import { hasEnded, ownIdentity, type ProcessIdentity } from './process-identity.ts';

const FILE = '.lock';
const ATTEMPTS = 20;
const PAUSE_MS = 5;

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder, which is made where there is none. The lock of a process that has ended without giving
 * it back, as by kill -9, is taken over.
 *
 * @throws InputError when another process holds it, or the folder cannot be written
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, FILE);
  const own = JSON.stringify({ ...ownIdentity(), token: randomUUID() });
  const draft = join(folder, `.lock.${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    // A link appears with its content at once, and only where there is no such file.
    await writeFile(draft, own);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await linked(draft, path)) return { release: () => releaseIfOwn(path, own) };
      const held = await readFile(path, 'utf8').catch(() => undefined);
      if (held === undefined) continue;
      const holder = identityIn(held);
      if (holder !== undefined && !hasEnded(holder)) throw new InputError(heldBy(holder, folder, path));
      if (await tookOver(path, held, draft)) return { release: () => releaseIfOwn(path, own) };
      await sleep(PAUSE_MS);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`cannot lock the folder ${folder}: ${reasonOf(error)}`);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
  throw new InputError(`cannot lock the folder ${folder}: other processes are taking its lock; try again`);
}

function heldBy({ host, pid }: ProcessIdentity, folder: string, path: string): string {
  return `another run, process ${String(pid)} on ${host}, is writing to ${folder}: wait for it, or write another --out; if it has ended, delete ${path}`;
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Puts the draft in the place of the lock that was read. Of all who read the same lock one alone holds the claim on
 * it, and the claim becomes the lock by one rename; who claims it later finds another lock in its place.
 */
async function tookOver(path: string, held: string, draft: string): Promise<boolean> {
  const claim = `${path}.${createHash('sha256').update(held).digest('hex').slice(0, 16)}`;
  if (!(await linked(draft, claim))) {
    const claimant = identityIn(await readFile(claim, 'utf8').catch(() => ''));
    if (claimant !== undefined && hasEnded(claimant)) await rm(claim, { force: true });
    return false;
  }
  if ((await readFile(path, 'utf8').catch(() => undefined)) === held) {
    await rename(claim, path);
    return true;
  }
  await rm(claim, { force: true });
  return false;
}

async function releaseIfOwn(path: string, own: string): Promise<void> {
  const held = await readFile(path, 'utf8').catch(() => undefined);
  if (held === own) await rm(path, { force: true });
}

/** @returns undefined for what is no lock, such as a file that a full disk left empty */
function identityIn(text: string): ProcessIdentity | undefined {
  try {
    const { host, pid, started } = JSON.parse(text) as Partial<ProcessIdentity>;
    if (typeof host !== 'string' || typeof pid !== 'number') return undefined;
    return { host, pid, started: started ?? null };
  } catch {
    return undefined;
  }
}
