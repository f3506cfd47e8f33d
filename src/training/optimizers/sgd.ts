/** Stochastic gradient descent, with momentum or without. */
import { InputError } from '../../core/errors.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import type { Optimizer, SgdSettings, UpdateOperands } from './optimizer.ts';

/**
 * PyTorch's form: v ← momentum·v + g, w ← w − rate·v; with Nesterov's momentum w ← w − rate·(g + momentum·v).
 * Without momentum nothing is kept: w ← w − rate·g.
 *
 * @throws InputError when the momentum is outside [0, 1), or Nesterov's is asked for without any
 */
export function createSgd({ momentum, nesterov }: SgdSettings): Optimizer {
  if (!(momentum >= 0 && momentum < 1)) {
    throw new InputError(`the momentum is ${String(momentum)}: it must be 0 or more and below 1`);
  }
  if (nesterov && momentum === 0) {
    throw new InputError("Nesterov's momentum needs a momentum above 0, such as 0.9");
  }
  if (momentum === 0) return { slots: [], countsUpdates: false, append: appendPlain };
  return {
    slots: ['velocity'],
    countsUpdates: false,
    append: (builder, { weight, gradient, slots, rate }) => {
      const kept = builder.mul(slots[0] ?? '', builder.scalar(momentum));
      const velocity = builder.add(kept, gradient);
      const step = nesterov
        ? builder.add(gradient, builder.mul(velocity, builder.scalar(momentum)))
        : velocity;
      return { weight: builder.sub(weight, builder.mul(step, rate)), slots: [velocity] };
    },
  };
}

function appendPlain(builder: GraphBuilder, { weight, gradient, rate }: UpdateOperands) {
  return { weight: builder.sub(weight, builder.mul(gradient, rate)), slots: [] };
}
