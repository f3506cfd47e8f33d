/** Brings operands that broadcast against each other to one layout. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../graph/tensor.ts';
import { channelsLast, type Layout } from '../layout.ts';
import type { Call } from '../operator.ts';
import type { RuntimeValue } from '../value.ts';

/**
 * The operands in the layout of the largest, ready for tfjs to broadcast.
 *
 * Channels last is taken only where an operand that has the rank of the result lies so already; the smaller
 * ones are then given leading axes of size 1 and moved.
 */
export function aligned(
  call: Call,
  values: readonly RuntimeValue[],
): { readonly tensors: readonly TfTensor[]; readonly layout: Layout } {
  const rank = Math.max(...values.map((value) => value.rank));
  const largest = Math.max(...values.map(({ dims }) => sizeOf(dims)));
  const leads = (value: RuntimeValue): boolean =>
    value.rank === rank && sizeOf(value.dims) === largest && value.layout === 'last';
  const layout = values.some(leads) ? 'last' : 'first';
  const tensors = values.map((value) => {
    // A single element lies alike in every layout.
    if (layout === 'first' || sizeOf(value.dims) === 1) return value.first();
    if (value.rank === rank) return value.last();
    return value.derive(`last of ${String(rank)}`, () => {
      const lifted = [...Array.from({ length: rank - value.rank }, () => 1), ...value.dims];
      return channelsLast(call.tf, call.tf.reshape(value.first(), lifted));
    });
  });
  return { tensors, layout };
}
