/** Checks on lists that results of every kind hold: class names, positions in a split, ids. */
import type { ResultData } from './definitions.ts';

/** @param at the place of the data set */
export function* classNameProblems({ classNames, classes }: ResultData, at: string): Iterable<string> {
  if (classNames !== undefined && classNames.length !== classes) {
    yield `${at}/classNames has ${String(classNames.length)} names for ${String(classes)} classes`;
  }
}

/**
 * @param indices positions of examples in their split
 * @param size of the split
 * @param at the place of the list
 */
export function* positionProblems(indices: readonly number[], size: number, at: string): Iterable<string> {
  const outside = indices.findIndex((index) => index >= size);
  if (outside >= 0) {
    yield `${at}/${String(outside)} is ${String(indices[outside])}, but the split has only ${String(size)} examples`;
  }
  if (new Set(indices).size !== indices.length) yield `${at} names an example twice`;
}

/** @param at the place of the list whose entries have these ids */
export function* repeatedIds(ids: readonly string[], at: string): Iterable<string> {
  const index = ids.findIndex((id, position) => ids.indexOf(id) !== position);
  if (index >= 0) yield `${at}/${String(index)}/id is "${ids[index] ?? ''}", as is that of an earlier entry`;
}
