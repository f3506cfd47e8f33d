/** Transposes constant tensors: kernels are channels last in a layers-model and channels first in a graph. */
import { sizeOf, tensor } from '../../graph/tensor.ts';
import type { Tensor } from '../../graph/types.ts';

/**
 * The tensor with its axes in another order: axis i of the result is axis permutation[i] of the argument.
 *
 * @param value C order, any rank
 */
export function transposed(value: Tensor<'float32'>, permutation: readonly number[]): Tensor<'float32'> {
  const dims = permutation.map((axis) => value.dims[axis] ?? 1);
  const steps = permutation.map((axis) => sizeOf(value.dims.slice(axis + 1)));
  const result = new Float32Array(value.data.length);
  const position = dims.map(() => 0);
  let source = 0;
  for (let target = 0; target < result.length; target++) {
    result[target] = value.data[source] ?? 0;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1;
      const size = dims[axis] ?? 1;
      const step = steps[axis] ?? 0;
      if (next < size) {
        position[axis] = next;
        source += step;
        break;
      }
      position[axis] = 0;
      source -= step * (size - 1);
    }
  }
  return tensor('float32', dims, result);
}

/** The same elements under another shape of the same size. */
export function reshaped(value: Tensor<'float32'>, dims: readonly number[]): Tensor<'float32'> {
  return tensor('float32', dims, value.data);
}
