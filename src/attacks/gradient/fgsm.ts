/** FGSM, the fast gradient sign method (Goodfellow et al. 2015): x + ε·sign(∇ₓ loss), within the bounds. */
import { createAttack } from '../create-attack.ts';
import { ascend } from '../loops/ascent.ts';
import { climbed } from '../loops/objective.ts';

export const fgsm = createAttack({
  id: 'fgsm',
  title: 'FGSM',
  citation: 'Goodfellow et al. 2015, Explaining and Harnessing Adversarial Examples',
  access: 'gradient',
  norms: ['linf'],
  aim: 'bounded',
  parameters: {},
  run: (task) =>
    ascend({
      ball: task.ball,
      start: task.inputs,
      steps: 1,
      stepSize: task.radius,
      gradientAt: async (points) => (await climbed(task, 'cross-entropy', points)).gradients,
    }),
});
