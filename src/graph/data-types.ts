/** The numbers that ONNX gives data types (TensorProto.DataType), used by Cast and in files. */
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
};

const byCode = new Map(Object.entries(dataTypeCodes).map(([name, code]) => [code, name as DataType]));

/** The data type of an ONNX code, or undefined for one this toolkit does not hold. */
export function dataTypeOf(code: number): DataType | undefined {
  return byCode.get(code);
}
