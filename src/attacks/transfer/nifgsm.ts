/** NI-FGSM (Lin et al. 2020): MI-FGSM with the gradient taken where momentum leads next, x + α·μ·g. */
import { createAttack } from '../create-attack.ts';
import { climbToTransfer, transferParameters } from '../loops/transfer.ts';

export const nifgsm = createAttack({
  id: 'nifgsm',
  title: 'NI-FGSM',
  citation: 'Lin et al. 2020, Nesterov Accelerated Gradient and Scale Invariance for Adversarial Attacks',
  access: 'gradient',
  norms: ['linf'],
  aim: 'bounded',
  parameters: transferParameters(1),
  run: (task) => climbToTransfer(task, { looksAhead: true }),
});
