/** Data types that operators take alike. */
import type { DataType } from '../types.ts';

export const FLOATS: readonly DataType[] = ['float32', 'float64', 'float16'];
export const SIGNED: readonly DataType[] = [...FLOATS, 'int8', 'int16', 'int32', 'int64'];
export const NUMBERS: readonly DataType[] = [...SIGNED, 'uint8', 'uint16', 'uint32', 'uint64'];
export const INDICES: readonly DataType[] = ['int64', 'int32'];
