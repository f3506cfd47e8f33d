/** What a pickle of data can hold. */
import type { ElementType } from '../numeric-array.ts';

/** What is wrong with a pickle; it becomes an InputError that names the file. */
export class PickleFault extends Error {}

/** An element type of NumPy, e.g. `u1` in bytes of an order. */
export class NumpyType {
  order: 'LE' | 'BE' = 'LE';

  constructor(readonly elementType: ElementType) {}
}

/** An array that is made empty and then filled with its state. */
export class NumpyArray {
  dims: readonly number[] = [0];
  elementType: ElementType = 'uint8';
  order: 'LE' | 'BE' = 'LE';
  /** Whether the first axis varies fastest. */
  columnMajor = false;
  bytes: Uint8Array = new Uint8Array(0);
}

/** The few functions and classes that a pickle may name. */
export type Callable = 'reconstruct' | 'ndarray' | 'dtype' | 'scalar' | 'encode';

/** A named function; told apart from text by its class. */
export class PickleGlobal {
  constructor(readonly callable: Callable) {}
}

/** Lists and tuples; text of Python 2 is bytes. Dictionaries have text as keys, bytes taken as Latin-1. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | NumpyArray
  | NumpyType
  | PickleGlobal
  | PickleValue[]
  | Map<string, PickleValue>;

/** Text or bytes as text; undefined for anything else. */
export function textOf(value: PickleValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : undefined;
}

/** Bytes, also where Python 3 wrote them as Latin-1 text; undefined for anything else. */
export function bytesOf(value: PickleValue | undefined): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  return value instanceof Uint8Array ? value : undefined;
}
