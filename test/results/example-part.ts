/** Parts of an example result. */
import { type ColumnArrays, decodeColumn, encodeColumn } from '../../src/results/column.ts';
import type { Column, Result, ResultPart } from '../../src/results/result.ts';
import { warningsOf } from '../../src/results/warnings.ts';

/** A part of a result: the examples in these places. */
export function partOf(whole: Result, places: readonly number[], part: Omit<ResultPart, 'planned'>): Result {
  const pick = (column: Column): Column => {
    const values: ColumnArrays[Column['type']] = decodeColumn(column, column.type);
    const picked = places.map((place) => values[place] ?? NaN);
    if (values instanceof Int32Array) return encodeColumn(Int32Array.from(picked));
    if (values instanceof Uint8Array) return encodeColumn(Uint8Array.from(picked));
    return encodeColumn(
      values instanceof Float32Array ? Float32Array.from(picked) : Float64Array.from(picked),
    );
  };
  const cut = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(cut);
    if (typeof value !== 'object' || value === null) return value;
    if ('base64' in value) return pick(value as Column);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, key === 'logits' ? item : cut(item)]),
    );
  };
  const { indices, labels } = whole.examples;
  const cutResult = {
    ...whole,
    examples: { ...whole.examples, count: places.length, indices: pick(indices), labels: pick(labels) },
    part: { planned: whole.examples.count, ...part },
    clean: cut(whole.clean) as Result['clean'],
    runs: cut(whole.runs) as Result['runs'],
    run: { ...whole.run, startedAt: '2024-05-02T10:00:00.000Z', durationMs: 10 },
  };
  return { ...cutResult, warnings: warningsOf(cutResult) };
}

export const shard = (index: number, count: number): Omit<ResultPart, 'planned'> => ({
  shard: { index, count },
  reason: 'shard',
});

/** Every `count`-th example from `index` − 1. */
export const every = (index: number, count: number, of = 40): number[] =>
  Array.from({ length: of }, (_, place) => place).filter((place) => place % count === index - 1);
