/** MI-FGSM (Dong et al. 2018): I-FGSM along the sign of a momentum that gathers normalised gradients, μ = 1. */
import { createAttack } from '../create-attack.ts';
import { climbToTransfer, transferParameters } from '../loops/transfer.ts';

export const mifgsm = createAttack({
  id: 'mifgsm',
  title: 'MI-FGSM',
  citation: 'Dong et al. 2018, Boosting Adversarial Attacks with Momentum',
  access: 'gradient',
  norms: ['linf'],
  aim: 'bounded',
  parameters: transferParameters(1),
  run: (task) => climbToTransfer(task),
});
