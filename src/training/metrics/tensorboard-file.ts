/** The run's curves as TensorBoard reads them: event files in the run's folder, one for each time it was started. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../core/errors.ts';
import { reasonOf } from '../../core/files.ts';
import { openGrowingFile, type GrowingFile } from './growing-file.ts';
import { scalarsEvent, sessionStartEvent, versionEvent } from './tensorboard-event.ts';

const NAME = /^events\.out\.tfevents\.(\d+)\.robust-bench$/;

/** Values by the tag of their curve; those that are undefined are left out. */
export type Curves = Readonly<Record<string, number | undefined>>;

export interface TensorboardFile extends Pick<GrowingFile, 'flush' | 'close'> {
  /** Adds a point to each curve. */
  append(step: number, values: Curves): void;
}

/**
 * Starts an event file beside those of earlier starts, of which TensorBoard then leaves out the points after step
 * `resumedAfter`.
 *
 * @param resumedAfter the last step that the run goes on from; 0 for a new run
 * @throws InputError when the folder cannot be written
 */
export async function openTensorboardFile(folder: string, resumedAfter: number): Promise<TensorboardFile> {
  // TensorBoard reads a folder's files in the order of their names: each must come after those before it.
  const earlier = await startsIn(folder);
  const start = Math.max(Math.floor(now()), ...earlier.map((time) => time + 1));
  const file = openGrowingFile(pathOf(folder, start), 0);
  file.append(versionEvent(now()));
  // A new run needs it too: TensorBoard takes the first it meets as no resumption.
  file.append(sessionStartEvent(now(), resumedAfter + 1));
  return {
    append: (step, values) => {
      const known = Object.entries(values).filter(
        (entry): entry is [string, number] => entry[1] !== undefined,
      );
      file.append(scalarsEvent(now(), step, Object.fromEntries(known)));
    },
    flush: file.flush,
    close: file.close,
  };
}

/** Deletes the event files that this toolkit wrote into a folder. */
export async function removeTensorboardFiles(folder: string): Promise<void> {
  for (const start of await startsIn(folder)) {
    const path = pathOf(folder, start);
    await rm(path, { force: true }).catch((error: unknown) => {
      throw new InputError(`cannot delete ${path}: ${reasonOf(error)}`);
    });
  }
}

function pathOf(folder: string, start: number): string {
  return join(folder, `events.out.tfevents.${String(start)}.robust-bench`);
}

/** When each of the folder's event files was started, in seconds since 1970. */
async function startsIn(folder: string): Promise<number[]> {
  try {
    const names = await readdir(folder);
    return names.flatMap((name) => NAME.exec(name)?.slice(1).map(Number) ?? []);
  } catch (error) {
    throw new InputError(`cannot read the folder ${folder}: ${reasonOf(error)}`);
  }
}

/** Seconds since 1970. */
function now(): number {
  return Date.now() / 1000;
}
