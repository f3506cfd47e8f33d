/** Adam (Kingma and Ba 2015). */
import { InputError } from '../../core/errors.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { AdamSettings, Optimizer } from './optimizer.ts';

/**
 * PyTorch's form, at update t: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
 * w ← w − rate · m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε).
 *
 * @throws InputError when a β is outside [0, 1) or ε is not above 0
 */
export function createAdam({ beta1, beta2, epsilon }: AdamSettings): Optimizer {
  for (const [name, value] of Object.entries({ beta1, beta2 })) {
    if (!(value >= 0 && value < 1)) {
      throw new InputError(`Adam's ${name} is ${String(value)}: it must be 0 or more and below 1`);
    }
  }
  if (!(epsilon > 0 && Number.isFinite(epsilon))) {
    throw new InputError(`Adam's epsilon is ${String(epsilon)}: it must be above 0, such as 1e-8`);
  }
  return {
    slots: ['first_moment', 'second_moment'],
    countsUpdates: true,
    append: (builder, { weight, gradient, slots, rate, count }) => {
      const [first = '', second = ''] = slots;
      const mean = appendMean(builder, first, gradient, beta1);
      const square = appendMean(builder, second, builder.mul(gradient, gradient), beta2);
      // The corrections are scalars: both are taken out of the arrays' arithmetic, the numerator and the denominator
      // multiplied by √(1−β₂ᵗ).
      const correction = builder.sqrt(appendOneMinusPower(builder, beta2, count));
      const size = builder.div(builder.mul(rate, correction), appendOneMinusPower(builder, beta1, count));
      const spread = builder.add(builder.sqrt(square), builder.mul(correction, builder.scalar(epsilon)));
      const step = builder.div(builder.mul(mean, size), spread);
      return { weight: builder.sub(weight, step), slots: [mean, square] };
    },
  };
}

/** decay·kept + (1−decay)·value. */
function appendMean(builder: GraphBuilder, kept: string, value: string, decay: number): string {
  return builder.add(builder.mul(kept, builder.scalar(decay)), builder.mul(value, builder.scalar(1 - decay)));
}

/**
 * 1 − βᵗ as 2·tanh(y) / (1 + tanh(y)) with y = −t·ln(β)/2, which is the same and loses no digits: the power of a
 * β near 1 in single precision would leave the first updates four digits.
 */
function appendOneMinusPower(builder: GraphBuilder, beta: number, count: string): string {
  if (beta === 0) return builder.scalar(1);
  const hyperbolic = builder.tanh(builder.mul(count, builder.scalar(-Math.log(beta) / 2)));
  return builder.div(builder.mul(hyperbolic, builder.scalar(2)), builder.add(hyperbolic, builder.scalar(1)));
}
