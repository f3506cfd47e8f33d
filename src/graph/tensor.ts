/** Makes tensors: the constants of graphs and what engines take and give. */
import type { DataOf, DataType, Tensor } from './types.ts';

/** The number of elements of a shape. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** A tensor over the given storage, which is not copied. */
export function tensor<T extends DataType>(dataType: T, dims: readonly number[], data: DataOf[T]): Tensor<T> {
  if (data.length !== sizeOf(dims)) {
    throw new RangeError(`${String(data.length)} elements do not fill the shape [${dims.join(', ')}]`);
  }
  return { dataType, dims, data };
}

/** A float32 tensor of the given numbers. */
export function float32(dims: readonly number[], data: Float32Array | readonly number[]): Tensor<'float32'> {
  return tensor('float32', dims, data instanceof Float32Array ? data : Float32Array.from(data));
}

/** A float32 tensor of zeros. */
export function zeros(dims: readonly number[]): Tensor<'float32'> {
  return float32(dims, new Float32Array(sizeOf(dims)));
}

/** A one-dimensional int64 tensor: the form in which ONNX takes shapes and axes. */
export function int64s(values: readonly number[]): Tensor<'int64'> {
  return tensor('int64', [values.length], BigInt64Array.from(values, BigInt));
}

/** The elements as JavaScript numbers. */
export function numbersOf(value: Tensor): number[] {
  return Array.from(value.data as ArrayLike<number | bigint | string>, Number);
}
