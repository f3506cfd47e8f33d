/**
 * Columns of a result: one number for each example, typed, little-endian, in base64. In Python:
 * `numpy.frombuffer(base64.b64decode(column['base64']), {'int32': '<i4', 'uint8': 'u1', 'float32': '<f4', 'float64': '<f8'}[column['type']])`.
 */
import { endianness } from 'node:os';
import type { Column } from './definitions.ts';

export interface ColumnArrays {
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}

export type ColumnType = keyof ColumnArrays;

const bytesPerElement: Readonly<Record<ColumnType, number>> = { int32: 4, uint8: 1, float32: 4, float64: 8 };

export function encodeColumn(values: ColumnArrays[ColumnType]): Column {
  const bytes = Buffer.copyBytesFrom(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return {
    type: typeOf(values),
    length: values.length,
    base64: littleEndian(bytes, values.BYTES_PER_ELEMENT).toString('base64'),
  };
}

/**
 * The numbers of a column that was checked.
 *
 * @throws RangeError when it is of another type, or its bytes are not those of so many numbers
 */
export function decodeColumn<Type extends ColumnType>(column: Column, type: Type): ColumnArrays[Type] {
  const [problem] = columnProblems(column, type, column.length, 'the column');
  if (problem !== undefined) throw new RangeError(problem);
  const bytes = littleEndian(Buffer.from(column.base64, 'base64'), bytesPerElement[type]);
  // A copy of its own, since a view of Buffer's pool need not be aligned.
  const { buffer } = new Uint8Array(bytes);
  const arrays = {
    int32: () => new Int32Array(buffer),
    uint8: () => new Uint8Array(buffer),
    float32: () => new Float32Array(buffer),
    float64: () => new Float64Array(buffer),
  } as const;
  return arrays[type]() as ColumnArrays[Type];
}

/** What keeps a column from being one of this type and length, each as "pointer: what is wrong". */
export function* columnProblems(
  column: Column,
  type: ColumnType,
  length: number,
  at: string,
): Iterable<string> {
  if (column.type !== type) yield `${at}/type is "${column.type}", expected "${type}"`;
  if (column.length !== length) {
    yield `${at}/length is ${String(column.length)}, expected ${String(length)}`;
  }
  const bytes = Buffer.byteLength(column.base64, 'base64');
  const expected = column.length * bytesPerElement[column.type];
  if (bytes !== expected) {
    yield `${at}/base64 holds ${String(bytes)} bytes, expected ${String(expected)} for ${String(column.length)} of ${column.type}`;
  }
}

function typeOf(values: ColumnArrays[ColumnType]): ColumnType {
  if (values instanceof Int32Array) return 'int32';
  if (values instanceof Uint8Array) return 'uint8';
  return values instanceof Float32Array ? 'float32' : 'float64';
}

/** Between the machine's order of bytes and the file's, in place. */
function littleEndian(bytes: Buffer, size: number): Buffer {
  if (endianness() === 'LE' || size === 1) return bytes;
  return size === 4 ? bytes.swap32() : bytes.swap64();
}
