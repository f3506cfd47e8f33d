/**
 * The journal of an evaluation: the record of every unit that was done, on disk before the next one counts. A run that
 * was killed at any moment goes on from it and ends in the same numbers.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError, messageOf } from '../core/errors.ts';
import { packJson, unpackJson } from './columns-text.ts';
import type { UnitRecord } from './records.ts';

export interface Journal {
  /** The number of examples in a unit of this journal. */
  readonly unitSize: number;
  /** What was done before, by the units' keys. */
  readonly done: ReadonlyMap<string, UnitRecord>;
  /** Of how many ranges it holds attacks: what models do on clean inputs is soon done again. */
  attackedRanges(): number;
  /** Returns once the record is on disk. */
  append(key: string, record: UnitRecord): Promise<void>;
  close(): Promise<void>;
  /** Removes the file: its work is in a result. */
  remove(): Promise<void>;
}

export interface JournalHeader {
  /** Names everything that decides the numbers; a journal of another plan is refused. */
  readonly plan: string;
  readonly unitSize: number;
}

const FORMAT = 'robust-bench/journal/1';

/**
 * Begins a journal.
 *
 * @throws InputError when there is one already, or it cannot be written
 */
export async function beginJournal(path: string, header: JournalHeader): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw new InputError(`the journal ${path} cannot be written: ${messageOf(error)}`);
  });
  const handle = await open(path, 'wx').catch((error: unknown) => {
    throw new InputError(
      isCode(error, 'EEXIST')
        ? `${path} is the journal of an unfinished run: go on from it with --resume, or remove it`
        : `the journal ${path} cannot be written: ${messageOf(error)}`,
    );
  });
  await write(handle, { format: FORMAT, ...header });
  return journalOf(path, handle, header.unitSize, new Map());
}

/**
 * Goes on from a journal. What a kill left half-written at its end is dropped.
 *
 * @throws InputError when it is missing, no journal, or one of another plan
 */
export async function resumeJournal(path: string, plan: string): Promise<Journal> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new InputError(
      isCode(error, 'ENOENT')
        ? `there is no journal ${path} to go on from: leave --resume out`
        : `the journal ${path} cannot be read: ${messageOf(error)}`,
    );
  });
  const { entries, bytes } = validEntries(text);
  const [header, ...records] = entries;
  if (!isHeader(header)) throw new InputError(`${path} is no journal of an evaluation: remove it`);
  if (header.plan !== plan) {
    throw new InputError(
      `the journal ${path} is of another plan (other models, data, attacks, seed or examples): repeat the command it was begun with, or remove it`,
    );
  }
  const done = new Map(records.filter(isEntry).map(({ key, record }) => [key, record]));
  if (bytes < (await stat(path)).size) await truncate(path, bytes);
  return journalOf(path, await open(path, 'a'), header.unitSize, done);
}

function journalOf(
  path: string,
  handle: FileHandle,
  unitSize: number,
  done: ReadonlyMap<string, UnitRecord>,
): Journal {
  let last = Promise.resolve();
  const attacked = new Set(
    [...done.values()].filter(({ kind }) => kind === 'attack').map(({ start }) => start),
  );
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return {
    unitSize,
    done,
    attackedRanges: () => attacked.size,
    append(key, record) {
      if (record.kind === 'attack') attacked.add(record.start);
      last = last.then(() => write(handle, { key, record }));
      return last;
    },
    close,
    async remove() {
      await close();
      await rm(path, { force: true });
    },
  };
}

/** One line: a checksum of what follows, and what follows. */
async function write(handle: FileHandle, value: object): Promise<void> {
  const text = packJson(value);
  await handle.write(`${checksum(text)} ${text}\n`);
  await handle.datasync();
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The entries up to the first line that is not whole, and how many bytes they take. */
function validEntries(text: string): { readonly entries: readonly unknown[]; readonly bytes: number } {
  const entries: unknown[] = [];
  let bytes = 0;
  for (const line of text.split('\n').slice(0, -1)) {
    const own = line.slice(17);
    if (line.slice(0, 16) !== checksum(own)) break;
    entries.push(unpackJson(own));
    bytes += Buffer.byteLength(line) + 1;
  }
  return { entries, bytes };
}

function isHeader(value: unknown): value is JournalHeader {
  return (
    isObject(value) &&
    value['format'] === FORMAT &&
    typeof value['plan'] === 'string' &&
    typeof value['unitSize'] === 'number'
  );
}

/** What the checksum vouches for was written here. */
function isEntry(value: unknown): value is { readonly key: string; readonly record: UnitRecord } {
  return isObject(value) && typeof value['key'] === 'string' && isObject(value['record']);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCode(error: unknown, code: string): boolean {
  return isObject(error) && error['code'] === code;
}
