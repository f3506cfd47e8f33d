/**
 * Tensors of the graph to and from those of tfjs, which knows float32, int32 and bool only: integers of every
 * width are held as int32, float64 as float32.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { InputError } from '../../core/errors.ts';
import { tensor } from '../../graph/tensor.ts';
import type { DataOf, DataType, Tensor } from '../../graph/types.ts';
import type { Tf } from './backend.ts';

export type TfType = 'float32' | 'int32' | 'bool';

/** The type that tfjs holds a data type in, or undefined where it has none. */
export function tfTypeOf(dataType: DataType): TfType | undefined {
  switch (dataType) {
    case 'float32':
    case 'float64':
      return 'float32';
    case 'bool':
      return 'bool';
    case 'float16':
    case 'bfloat16':
    case 'string':
      return undefined;
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
    case 'int64':
    case 'uint64':
      return 'int32';
  }
}

/**
 * The tensor with an array of its own. The caller's may change once its call is over, and the backends go on reading
 * the array they are given: a state that an input passes into, or a constant uploaded at its first use, would change
 * with it.
 */
export function copyOf(value: Tensor): Tensor {
  return { ...value, data: value.data.slice() };
}

/**
 * A tfjs tensor of the same elements. The backends may go on reading the array itself, so it must not change.
 *
 * @throws InputError when tfjs cannot hold an element or the type
 */
export function upload(tf: Tf, value: Tensor): TfTensor {
  const dims = [...value.dims];
  const { data, dataType } = value;
  switch (tfTypeOf(dataType)) {
    case 'float32':
      return tf.tensor(
        data instanceof Float32Array ? data : Float32Array.from(numbers(data)),
        dims,
        'float32',
      );
    case 'bool':
      return tf.tensor(data as Uint8Array, dims, 'bool');
    case 'int32':
      return tf.tensor(data instanceof Int32Array ? data : toInt32(data, dataType), dims, 'int32');
    case undefined:
      throw new InputError(`tfjs cannot hold ${dataType} values; use the engine onnxruntime`);
  }
}

/** The elements of a tfjs tensor as a new array of the data type. */
export function download(value: TfTensor, data: ArrayLike<number>, dataType: DataType): Tensor {
  return tensor(dataType, value.shape, arrayOf(dataType, data));
}

function arrayOf(dataType: DataType, data: ArrayLike<number>): DataOf[DataType] {
  switch (dataType) {
    case 'float32':
      return new Float32Array(data);
    case 'float64':
      return new Float64Array(data);
    case 'int8':
      return new Int8Array(data);
    case 'uint8':
    case 'bool':
      return new Uint8Array(data);
    case 'int16':
      return new Int16Array(data);
    case 'uint16':
      return new Uint16Array(data);
    case 'int32':
      return new Int32Array(data);
    case 'uint32':
      return new Uint32Array(data);
    case 'int64':
      return BigInt64Array.from(Array.from(data, BigInt));
    case 'uint64':
      return BigUint64Array.from(Array.from(data, BigInt));
    case 'float16':
    case 'bfloat16':
    case 'string':
      throw new InputError(`tfjs cannot hold ${dataType} values; use the engine onnxruntime`);
  }
}

function numbers(data: Tensor['data']): number[] {
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

const greatest = 2 ** 31 - 1;
/** Larger sizes stand for "to the end" in ONNX (the ends of Slice), which the largest int32 says as well. */
const endless = 2 ** 62;

function toInt32(data: Tensor['data'], dataType: DataType): Int32Array {
  return Int32Array.from(numbers(data), (number) => {
    if (Math.abs(number) <= greatest) return number;
    if (Math.abs(number) >= endless) return Math.sign(number) * greatest;
    throw new InputError(
      `tfjs holds integers of 32 bits: the ${dataType} value ${String(number)} does not fit; use the engine onnxruntime`,
    );
  });
}
