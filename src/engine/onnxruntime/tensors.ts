/** Tensors to and from the runtime's own, without copying, and copies for what is kept. */
import type { Tensor as RuntimeTensor } from 'onnxruntime-node';
import { InputError } from '../../core/errors.ts';
import type { DataType, Tensor } from '../../graph/types.ts';

type Runtime = typeof import('onnxruntime-node');

/** Wraps a tensor's array; the runtime reads it in place. */
export function toRuntime(runtime: Runtime, value: Tensor): RuntimeTensor {
  if (value.dataType === 'bfloat16')
    throw new InputError('onnxruntime-node takes and gives no bfloat16 values');
  return new runtime.Tensor(value.dataType, value.data, value.dims);
}

/** Takes over the array that the runtime made for an output. */
export function fromRuntime(value: RuntimeTensor): Tensor {
  return {
    dataType: value.type as DataType,
    dims: value.dims.map(Number),
    data: value.data,
  };
}

/** The tensor with an array of its own. */
export function copyOf(value: Tensor): Tensor {
  return { ...value, data: value.data.slice() };
}
