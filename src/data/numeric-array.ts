/** Arrays of numbers as files hold them: element types, byte order, views over bytes. */
import { endianness } from 'node:os';

/** Constructor of each element type; truth values are bytes of 0 and 1. */
const constructors = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export type ElementType = keyof typeof constructors;

export type NumericData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** A dense array in row-major order. */
export interface NumericArray {
  readonly dims: readonly number[];
  readonly dataType: ElementType;
  /** As many elements as the product of `dims`. */
  readonly data: NumericData;
}

/** Bytes of one element. */
export function elementSize(dataType: ElementType): number {
  return constructors[dataType].BYTES_PER_ELEMENT;
}

/** The number of elements of a shape; NaN when it is beyond what a double counts exactly. */
export function countOf(dims: readonly number[]): number {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return Number.isSafeInteger(count) ? count : NaN;
}

/**
 * Elements over bytes of the given order. The bytes are shared where order and alignment allow it and copied
 * otherwise; their length is a whole number of elements.
 */
export function elementsOf(bytes: Uint8Array, dataType: ElementType, order: 'LE' | 'BE'): NumericData {
  const size = elementSize(dataType);
  const foreign = size > 1 && order !== endianness();
  const own = foreign || bytes.byteOffset % size !== 0 ? Uint8Array.from(bytes) : bytes;
  if (foreign) reverseElements(own, size);
  return new constructors[dataType](own.buffer as ArrayBuffer, own.byteOffset, own.byteLength / size);
}

/** The little-endian bytes of the elements; shared with them on a little-endian machine. */
export function littleEndianBytes(data: NumericData): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (endianness() === 'LE' || data.BYTES_PER_ELEMENT === 1) return bytes;
  const copy = Uint8Array.from(bytes);
  reverseElements(copy, data.BYTES_PER_ELEMENT);
  return copy;
}

function reverseElements(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else buffer.swap64();
}
