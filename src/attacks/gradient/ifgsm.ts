/**
 * I-FGSM, the iterative fast gradient sign method (Kurakin et al. 2017): equal steps of α along the sign of the gradient,
 * each followed by the projection to the ε-ball and the bounds; 10 steps of α = ε/10 unless set otherwise.
 */
import { createAttack } from '../create-attack.ts';
import { ascend } from '../loops/ascent.ts';
import { climbed } from '../loops/objective.ts';
import { stepSize, wholeNumber } from '../parameters.ts';
import { absoluteSize } from '../size.ts';

export const ifgsm = createAttack({
  id: 'ifgsm',
  title: 'I-FGSM',
  citation: 'Kurakin et al. 2017, Adversarial Machine Learning at Scale',
  access: 'gradient',
  norms: ['linf'],
  aim: 'bounded',
  parameters: {
    steps: wholeNumber('number of gradient steps', 10),
    stepSize: stepSize('size α of a step (ε/10)', ({ radius }) => (radius?.value ?? 0) / 10),
  },
  run: (task) =>
    ascend({
      ball: task.ball,
      start: task.inputs,
      steps: task.parameters.steps,
      stepSize: absoluteSize({ value: task.parameters.stepSize, unit: 'fraction of range' }, task.bounds),
      gradientAt: async (points) => (await climbed(task, 'cross-entropy', points)).gradients,
    }),
});
