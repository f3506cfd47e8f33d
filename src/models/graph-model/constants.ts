/** Constants in the types that the graph of a graph-model has. */
import type { GraphBuilder } from '../../graph/builder.ts';
import { float32, tensor } from '../../graph/tensor.ts';
import type { DataType, Tensor } from '../../graph/types.ts';
import type { WeightType } from '../layers-model/weight-encoding.ts';

/** A number or truth value as a scalar of a type. */
export function scalarTensor(dataType: DataType, value: number): Tensor {
  if (dataType === 'int64') return tensor('int64', [], BigInt64Array.of(BigInt(value)));
  if (dataType === 'bool') return tensor('bool', [], Uint8Array.of(value === 0 ? 0 : 1));
  return float32([], [value]);
}

export function scalarOf(builder: GraphBuilder, dataType: DataType, value: number): string {
  return builder.constant(scalarTensor(dataType, value));
}

/** A weight as the graph holds it: whole numbers are of 64 bits there, as sizes and indices have to be. */
export function graphTensor(weight: Tensor<WeightType>): Tensor {
  if (weight.dataType !== 'int32') return weight;
  return tensor('int64', weight.dims, BigInt64Array.from(weight.data as Int32Array, BigInt));
}
