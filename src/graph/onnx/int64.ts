/** Whole numbers between JavaScript and ONNX, which writes "to the end" as the largest int64. */
import { tensor } from '../tensor.ts';
import type { Tensor } from '../types.ts';

const LARGEST = 2n ** 63n - 1n;
const SMALLEST = -(2n ** 63n);

/** The int64 of a whole number; one beyond the range becomes its nearest end. */
export function toInt64(value: number): bigint {
  if (value >= 2 ** 63) return LARGEST;
  return value <= -(2 ** 63) ? SMALLEST : BigInt(value);
}

/** A one-dimensional int64 tensor of whole numbers, each as `toInt64` gives it. */
export function boundedInt64s(values: readonly number[]): Tensor<'int64'> {
  return tensor('int64', [values.length], BigInt64Array.from(values, toInt64));
}
