/** Which examples of a data set take part. */
import { closeSync, readFileSync } from 'node:fs';
import { InputError } from '../core/errors.ts';
import { openInputFileSync } from '../core/files.ts';
import { type Seed, permutation, randomStream } from '../core/random.ts';

export interface SubsetOptions {
  readonly seed: Seed;
  /** At most this many examples, drawn at random by the seed. */
  readonly limit?: number | undefined;
  /** `0-99,200,300-` (both ends included, an open end runs to the last example), or `@FILE` with the same inside. */
  readonly indices?: string | undefined;
}

/**
 * Chooses examples: all, those of `indices`, or the first `limit` of them in an order drawn from the seed, so that a
 * smaller limit chooses a subset of what a greater one does.
 *
 * @returns indices without repetition, ascending
 * @throws InputError when nothing or something outside the data set is asked for
 */
export function chooseSubset(dataset: { readonly size: number }, options: SubsetOptions): Int32Array {
  const { seed, limit, indices } = options;
  const { size } = dataset;
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    throw new InputError(
      `--limit ${String(limit)} is not a number of examples: write a whole number above 0`,
    );
  }
  const allowed = indices === undefined ? undefined : parseIndices(indices, size);
  const count = allowed?.size ?? size;
  if (limit === undefined || limit >= count) {
    if (allowed !== undefined) return Int32Array.from(allowed).sort();
    return Int32Array.from({ length: size }, (_, index) => index);
  }
  const order = permutation(randomStream(seed, 'subset'), size);
  const drawn = allowed === undefined ? order : order.filter((index) => allowed.has(index));
  return drawn.slice(0, limit).sort();
}

function parseIndices(text: string, size: number): Set<number> {
  const isFile = text.startsWith('@');
  const content = isFile ? readIndexFile(text.slice(1)) : text;
  const place = isFile ? text.slice(1) : '--indices';
  const chosen = new Set<number>();
  for (const term of content.split(/[\s,]+/).filter((part) => part !== '')) {
    const match = /^(\d+)(-)?(\d+)?$/.exec(term);
    if (match?.[1] === undefined || (match[2] === undefined && match[3] !== undefined)) {
      throw new InputError(`${place}: '${term}' is not an index: write forms such as 0-99,200,300-`);
    }
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : match[3] === undefined ? size - 1 : Number(match[3]);
    if (first >= size || last >= size || last < first) {
      throw new InputError(
        `${place}: ${term} is outside the data set: its examples are 0 to ${String(size - 1)}, lower index first`,
      );
    }
    for (let index = first; index <= last; index++) chosen.add(index);
  }
  if (chosen.size === 0) throw new InputError(`${place} names no example: write forms such as 0-99,200,300-`);
  return chosen;
}

function readIndexFile(path: string): string {
  const file = openInputFileSync(path, 'index file');
  try {
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
