/** Columns of parts put together, example by example. */
import { InputError } from '../core/errors.ts';
import { type ColumnArrays, type ColumnType, decodeColumn, encodeColumn } from './column.ts';
import type { Column, ResultLogits } from './result.ts';

/** Where the examples of each part stand in the whole: place[part][example of the part]. */
export interface Placement {
  readonly count: number;
  readonly places: readonly Int32Array[];
}

/**
 * Puts together what parts hold in the same place: columns by the examples they are of, lists and objects item by item;
 * all else must be the same in each.
 *
 * @param values one of each part
 * @param at the place, for messages
 * @throws InputError when a part holds another structure or another plain value
 */
export function mergeValues<T>(values: readonly T[], placement: Placement, at: string): T {
  const [first, ...others] = values;
  if (isColumn(first)) return mergeColumn(values as readonly Column[], placement, at) as T;
  if (typeof first !== 'object' || first === null) {
    if (others.some((other) => other !== first)) throw differing(at);
    return first as T;
  }
  const keys = Object.keys(first);
  for (const other of others) {
    const same = typeof other === 'object' && other !== null && Object.keys(other).length === keys.length;
    if (!same || keys.some((key) => !Object.hasOwn(other, key))) throw differing(at);
  }
  const entries = keys.map((key) => {
    const items = values.map((value) => (value as Readonly<Record<string, unknown>>)[key]);
    const place = `${at}/${key}`;
    return [
      key,
      key === 'logits' ? mergeExtremes(items as ResultLogits[]) : mergeValues(items, placement, place),
    ];
  });
  return (Array.isArray(first) ? entries.map(([, item]) => item) : Object.fromEntries(entries)) as T;
}

function differing(at: string): InputError {
  return new InputError(`the parts differ in ${at}, so that they are not of one plan`);
}

function isColumn(value: unknown): value is Column {
  return typeof value === 'object' && value !== null && 'base64' in value;
}

function mergeColumn(columns: readonly Column[], { count, places }: Placement, at: string): Column {
  const type: ColumnType = columns[0]?.type ?? 'int32';
  if (columns.some((column) => column.type !== type)) throw differing(at);
  const whole = emptyColumn(type, count);
  for (const [part, column] of columns.entries()) {
    decodeColumn(column, type).forEach((value, example) => {
      whole[places[part]?.[example] ?? -1] = value;
    });
  }
  return encodeColumn(whole);
}

function emptyColumn(type: ColumnType, count: number): ColumnArrays[ColumnType] {
  const arrays = { int32: Int32Array, uint8: Uint8Array, float32: Float32Array, float64: Float64Array };
  return new arrays[type](count);
}

/** Extremes over all parts; they are of classes, not of examples. */
function mergeExtremes(parts: readonly ResultLogits[]): ResultLogits {
  const over = (pick: (part: ResultLogits) => Column, better: (a: number, b: number) => number): Column =>
    encodeColumn(
      parts
        .map((part) => decodeColumn(pick(part), 'float32'))
        .reduce((best, next) => best.map((value, index) => better(value, next[index] ?? NaN))),
    );
  const sum = (
    pick: (part: ResultLogits) => number | null,
    better: (a: number, b: number) => number,
  ): number | null => {
    const best = parts.map((part) => pick(part) ?? -Infinity).reduce((a, b) => better(a, b));
    return best === -Infinity ? null : best;
  };
  return {
    least: over(({ least }) => least, Math.min),
    greatest: over(({ greatest }) => greatest, Math.max),
    leastSum: sum(({ leastSum }) => leastSum, Math.min),
    greatestSum: sum(({ greatestSum }) => greatestSum, Math.max),
  };
}
