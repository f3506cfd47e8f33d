/** Values that say who does the work, how much of it, and for how long. */
import { InputError, type Shard } from '../index.ts';
import type { ValueKind } from './values.ts';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A time such as 90s, 10m or 2h, in milliseconds. */
export const duration: ValueKind<number> = {
  isNumber: false,
  read(text, option) {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
    const [, value = '', unit = 's'] = match ?? [];
    const milliseconds = Number(value) * UNITS[unit as keyof typeof UNITS];
    if (match !== null && milliseconds > 0) return milliseconds;
    throw new InputError(`${option} ${text === '' ? 'nothing' : text}: write a time such as 90s, 10m or 2h`);
  },
};

/** A part of the examples, such as 2/4. */
export const part: ValueKind<Shard> = {
  isNumber: false,
  read(text, option) {
    const match = /^(\d+)\/(\d+)$/.exec(text.trim());
    const [index, count] = [Number(match?.[1]), Number(match?.[2])];
    if (match !== null && index >= 1 && index <= count && Number.isSafeInteger(count)) return { index, count };
    throw new InputError(
      `${option} ${text === '' ? 'nothing' : text}: write which part of how many, such as 1/4 to 4/4`,
    );
  },
};

/** More worker threads than this are a slip of the finger. */
const MOST_WORKERS = 256;

/** The number of worker threads, or `auto`. */
export const workerCount: ValueKind<number | 'auto'> = {
  isNumber: false,
  read(text, option) {
    if (text === 'auto') return 'auto';
    const count = /^\d+$/.test(text) ? Number(text) : NaN;
    if (count >= 0 && count <= MOST_WORKERS) return count;
    throw new InputError(
      `${option} ${text === '' ? 'nothing' : text}: write auto, or a number from 0 to ${String(MOST_WORKERS)}`,
    );
  },
};
