/**
 * Where a training run stands, on disk: one file, `training-state.npz`, replaced whole after each epoch once
 * everything else of that epoch is written. A run that is killed at any moment goes on from the last such file, and
 * writes again, with the same bytes, what the unfinished epoch had already left.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, messageOf } from '../core/errors.ts';
import { readInputFile, writeFileAtomically } from '../core/files.ts';
import { decodeNpz, encodeNpz, namesInNpz } from '../data/npz.ts';
import type { NpyArray } from '../data/npy.ts';
import { float32 } from '../graph/tensor.ts';
import type { EpochSummary, TrainingState } from './train.ts';

const FILE = 'training-state.npz';
/** The array of UTF-8 bytes that holds all that is no array. */
const RECORD = 'record.json';
const ARRAYS = 'arrays/';
const KIND = 'robust-bench training state, version 1';

/** What a run was started with: plain JSON. A run goes on only with the same. */
export type RunConfiguration = Readonly<Record<string, unknown>>;

interface StateRecord {
  readonly kind: string;
  readonly configuration: RunConfiguration;
  readonly summaries: readonly EpochSummary[];
  readonly updates: number;
}

/** Writes the state of a run into its folder. */
export async function writeTrainingState(
  folder: string,
  configuration: RunConfiguration,
  { summaries, updates, arrays }: TrainingState,
): Promise<void> {
  const record: StateRecord = { kind: KIND, configuration, summaries, updates };
  const text = new TextEncoder().encode(JSON.stringify(record));
  const named: [string, NpyArray][] = [[RECORD, { dims: [text.length], dataType: 'uint8', data: text }]];
  for (const [name, { dims, data }] of arrays) {
    named.push([`${ARRAYS}${name}`, { dims, dataType: 'float32', data: data as Float32Array }]);
  }
  await writeFileAtomically(join(folder, FILE), await encodeNpz(Object.fromEntries(named)));
}

/**
 * Reads the state that a run left in its folder.
 *
 * @returns undefined where there is none
 * @throws InputError when the file is damaged, or the run was started with another configuration: the message names
 *   the first difference
 */
export async function readTrainingState(
  folder: string,
  configuration: RunConfiguration,
): Promise<TrainingState | undefined> {
  const path = join(folder, FILE);
  if (!existsSync(path)) return undefined;
  const bytes = await readInputFile(path, 'training state');
  const names = namesInNpz(bytes, path);
  const files = decodeNpz(bytes, path, names);
  const record = parseRecord(files[RECORD], path);
  const difference = firstDifference(record.configuration, JSON.parse(JSON.stringify(configuration)), '');
  if (difference !== undefined) {
    throw new InputError(
      `the run in ${folder} cannot go on: ${difference}; give the options it was started with, or another --out`,
    );
  }
  const arrays = names
    .filter((name) => name.startsWith(ARRAYS))
    .map((name) => {
      const { dims = [], data } = files[name] ?? {};
      return [name.slice(ARRAYS.length), float32(dims, data as Float32Array)] as const;
    });
  return { summaries: record.summaries, updates: record.updates, arrays: new Map(arrays) };
}

/** Takes away what an earlier run in the folder left, so that a later --resume cannot take it for its own. */
export async function removeTrainingState(folder: string): Promise<void> {
  await rm(join(folder, FILE), { force: true });
}

function parseRecord(array: NpyArray | undefined, path: string): StateRecord {
  try {
    const record = JSON.parse(new TextDecoder().decode(array?.data)) as StateRecord;
    if (record.kind === KIND) return record;
    throw new TypeError(`its kind is ${JSON.stringify(record.kind)}`);
  } catch (error) {
    throw new InputError(
      `${path} is no training state that this version reads (${messageOf(error)}): start again without --resume`,
    );
  }
}

/** Says where two JSON values first differ; undefined where they do not. */
function firstDifference(before: unknown, now: unknown, place: string): string | undefined {
  const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject(before) && isObject(now)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
      const difference = firstDifference(before[key], now[key], place === '' ? key : `${place}.${key}`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  const [was, is] = [before, now].map((value) => (value === undefined ? 'not set' : JSON.stringify(value)));
  return was === is ? undefined : `${place} was ${was ?? ''} and is now ${is ?? ''}`;
}
