/** FGSM, the fast gradient sign method (Goodfellow et al. 2015): x + ε·sign(∇ₓ loss), within the bounds. */
import { createAttack } from './attack.ts';
import { signAscent } from './gradient-loop.ts';

export const fgsm = createAttack({
  id: 'fgsm',
  title: 'FGSM',
  norm: 'linf',
  needs: 'gradient',
  parameters: {},
  perturb: (task) => signAscent(task, { steps: 1, stepSize: task.epsilon }),
});
