/** Stochastic gradient descent with momentum, as nodes of the training graph. */
import type { GraphBuilder } from '../graph/builder.ts';

export interface SgdSettings {
  readonly momentum: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
}

/**
 * Adds one update in PyTorch's form: g ← g + weightDecay·w, v ← momentum·v + g, w ← w − rate·v
 * (Nesterov: w ← w − rate·(g + momentum·v)).
 *
 * @param rate the learning rate, a scalar value
 * @returns the renewed weight and velocity
 */
export function appendSgdUpdate(
  builder: GraphBuilder,
  operands: { weight: string; gradient: string; velocity: string; rate: string },
  settings: SgdSettings,
): { weight: string; velocity: string } {
  const { weight, velocity, rate } = operands;
  const gradient =
    settings.weightDecay === 0
      ? operands.gradient
      : builder.add(operands.gradient, builder.mul(weight, builder.scalar(settings.weightDecay)));
  const momentum = builder.scalar(settings.momentum);
  const renewed = builder.add(builder.mul(velocity, momentum), gradient);
  const step = settings.nesterov ? builder.add(gradient, builder.mul(renewed, momentum)) : renewed;
  return { weight: builder.sub(weight, builder.mul(step, rate)), velocity: renewed };
}
