/** The optimizers by kind. */
import { createAdam } from './adam.ts';
import type { Optimizer, OptimizerSettings } from './optimizer.ts';
import { createSgd } from './sgd.ts';

/**
 * Makes the optimizer that the settings name. Weight decay is not its part: see weight-decay.ts.
 *
 * @throws InputError when a setting is out of range
 */
export function createOptimizer(settings: OptimizerSettings): Optimizer {
  switch (settings.kind) {
    case 'sgd':
      return createSgd(settings);
    case 'adam':
      return createAdam(settings);
  }
}
