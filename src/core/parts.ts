/** Files being written: named after the process that writes them, so that those of one that was killed are known. */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { hasEnded, ownIdentity } from './process-identity.ts';

/** The name that a file has until it is whole. */
export function partName(name: string): string {
  const { pid, started } = ownIdentity();
  return `.${name.slice(0, 80)}.${hostMark()}-${String(pid)}-${started ?? 'x'}-${randomUUID()}.part`;
}

const PART = /^\..+\.([0-9a-f]{8})-(\d+)-(\d+|x)-[0-9a-f-]{36}\.part$/;

/** Folders that this process has cleared. What is killed later is another's to clear. */
const cleared = new Set<string>();

/** Removes what processes of this machine that have ended left half-written in a folder; once for each folder. */
export async function removeLeftParts(folder: string): Promise<void> {
  const place = resolve(folder);
  if (cleared.has(place)) return;
  cleared.add(place);
  for (const name of await readdir(place)) {
    const [, host, pid, started] = PART.exec(name) ?? [];
    if (host !== hostMark()) continue;
    const identity = {
      host: hostname(),
      pid: Number(pid),
      started: started === 'x' ? null : (started ?? null),
    };
    if (hasEnded(identity)) await rm(join(place, name), { force: true });
  }
}

function hostMark(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}
