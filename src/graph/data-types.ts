/** What data types are stored in, and the numbers that ONNX gives them (TensorProto.DataType), used by Cast and in files. */
import type { DataType } from './types.ts';

export const dataTypeCodes: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
};

const byCode = new Map(Object.entries(dataTypeCodes).map(([name, code]) => [code, name as DataType]));

/** The data type of an ONNX code, or undefined for one this toolkit does not hold. */
export function dataTypeOf(code: number): DataType | undefined {
  return byCode.get(code);
}

/** The array that holds the elements of each numeric data type. */
export const elementArrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

export type NumericType = keyof typeof elementArrays;
