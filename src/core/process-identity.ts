/** Which process left a file, and whether it still runs. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process among all that ever run on a machine. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When it began, in the system's ticks since it was started; null where the system does not tell. */
  readonly started: string | null;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, started: startOf(process.pid) };
}

/**
 * Whether a process has certainly ended: one of this machine that is no longer there, or whose number another one has
 * now. Of other machines nothing is known.
 */
export function hasEnded({ host, pid, started }: ProcessIdentity): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user may not be asked, and is there.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return true;
  }
  const now = startOf(pid);
  return started !== null && now !== null && now !== started;
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and brackets. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
