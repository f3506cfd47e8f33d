/** The checks of consistency.ts on single columns: their type, their length, and the range of their numbers. */
import { columnProblems, type ColumnType, decodeColumn } from './column.ts';
import type { Column } from './definitions.ts';

/** @param columns by name; those that are left out are passed over */
export function* columnsProblems(
  columns: Readonly<Record<string, Column | undefined>>,
  type: ColumnType,
  length: number,
  at: string,
): Iterable<string> {
  for (const [name, column] of Object.entries(columns)) {
    if (column !== undefined) yield* columnProblems(column, type, length, `${at}/${name}`);
  }
}

export interface Limits {
  readonly least: number;
  /** No number may be this great; none by default. */
  readonly below?: number;
  /** Whether numbers may be infinite; they may not by default. */
  readonly infinite?: boolean;
}

/**
 * At most one problem: the first number that is out of range, NaN included.
 *
 * @param length how many numbers there must be; as many as there are by default
 */
export function* rangeProblems(
  column: Column,
  type: ColumnType,
  { least, below = Infinity, infinite = false }: Limits,
  at: string,
  length = column.length,
): Iterable<string> {
  const broken = [...columnProblems(column, type, length, at)];
  yield* broken;
  if (broken.length > 0) return;
  const values = decodeColumn(column, type);
  const outside = values.findIndex((value) => !(value >= least && (value < below || infinite)));
  if (outside < 0) return;
  const limit =
    below === Infinity ? `${String(least)} or more` : `${String(least)} to below ${String(below)}`;
  yield `${at}/${String(outside)} is ${String(values[outside])}, expected a number of ${limit}`;
}
