/** Values computed element by element in JavaScript, where tfjs has no kernel: they are uploaded when something reads them. */
import { elementArrays } from '../../../graph/data-types.ts';
import { tensor } from '../../../graph/tensor.ts';
import type { DataType, Tensor } from '../../../graph/types.ts';
import type { Call } from '../operator.ts';
import { RuntimeValue } from '../value.ts';

/** A value of the given elements, which are wrapped around the range of a type that is too narrow for them. */
export function hostValue(
  call: Call,
  dataType: DataType,
  dims: readonly number[],
  elements: readonly (number | bigint)[],
): RuntimeValue {
  return RuntimeValue.ofHost(call.tf, hostTensor(call, dataType, dims, elements));
}

function hostTensor(
  call: Call,
  dataType: DataType,
  dims: readonly number[],
  elements: readonly (number | bigint)[],
): Tensor {
  if (dataType === 'string') throw call.error('tfjs cannot hold string values');
  if (dataType === 'int64') return tensor(dataType, dims, BigInt64Array.from(elements, BigInt));
  if (dataType === 'uint64') return tensor(dataType, dims, BigUint64Array.from(elements, BigInt));
  return tensor(dataType, dims, new elementArrays[dataType](elements.map(Number)));
}
