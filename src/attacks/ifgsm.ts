/**
 * I-FGSM, the iterative fast gradient sign method (Kurakin et al. 2017): equal steps of α along the sign of the gradient,
 * each followed by the projection to the ε-ball and the bounds; 10 steps of α = ε/10 unless set otherwise.
 */
import { createAttack } from './attack.ts';
import { absoluteSize } from './epsilon.ts';
import { signAscent } from './gradient-loop.ts';

export const ifgsm = createAttack({
  id: 'ifgsm',
  title: 'I-FGSM',
  norm: 'linf',
  needs: 'gradient',
  parameters: {
    steps: {
      description: 'number of gradient steps',
      default: () => 10,
      requirement: 'a whole number of at least 1',
      accepts: (value) => Number.isSafeInteger(value) && value >= 1,
    },
    stepSize: {
      description: 'size α of a step as a part of the range (ε/10)',
      default: (epsilon) => epsilon / 10,
      requirement: 'a part of the range, above 0 and at most 1',
      accepts: (value) => value > 0 && value <= 1,
    },
  },
  perturb: (task) =>
    signAscent(task, {
      steps: task.parameters.steps,
      stepSize: absoluteSize(task.parameters.stepSize, task.classifier.bounds),
    }),
});
