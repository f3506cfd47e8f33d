/** Weight decay as a part of the gradient. */
import { InputError } from '../../core/errors.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { WeightDecay } from './optimizer.ts';

/**
 * Adds the gradient of the L2 penalty factor/2·‖w‖², as PyTorch's `weight_decay` does: g + factor·w.
 *
 * @param operands.dims the weight's shape; rank 2 and more is a kernel or a matrix
 * @param operands.normalizes whether the weight is a scale or a shift of batch normalization
 * @returns the gradient to update with; the given one where no decay applies
 * @throws InputError when the factor is negative or not finite
 */
export function appendWeightDecay(
  builder: GraphBuilder,
  operands: {
    readonly weight: string;
    readonly gradient: string;
    readonly dims: readonly number[];
    readonly normalizes: boolean;
  },
  { factor, on }: WeightDecay,
): string {
  if (!(factor >= 0 && Number.isFinite(factor))) {
    throw new InputError(`the weight decay is ${String(factor)}: it must be 0 or more`);
  }
  const { weight, gradient, dims, normalizes } = operands;
  const spared = on === 'kernels' ? dims.length < 2 : on === 'no-normalization' && normalizes;
  if (factor === 0 || spared) return gradient;
  return builder.add(gradient, builder.mul(weight, builder.scalar(factor)));
}
