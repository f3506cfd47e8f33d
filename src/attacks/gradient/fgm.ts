/** FGM, the fast gradient method (Miyato et al. 2017; Goodfellow et al. 2015 in L∞): one step to the edge of the ball. */
import { createAttack } from '../create-attack.ts';
import { ascend } from '../loops/ascent.ts';
import { climbed } from '../loops/objective.ts';

export const fgm = createAttack({
  id: 'fgm',
  title: 'FGM',
  citation: 'Miyato et al. 2017, Adversarial Training Methods for Semi-Supervised Text Classification',
  access: 'gradient',
  norms: ['l2', 'l1', 'linf'],
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
