/**
 * SI-NI-FGSM (Lin et al. 2020): NI-FGSM with the mean gradient over copies of the input scaled by 1, 1/2, 1/4 and so on.
 * The scaling is towards the lower bound, which in the authors' range is black.
 */
import { createAttack } from '../create-attack.ts';
import { climbToTransfer, crossEntropyGradient, transferParameters } from '../loops/transfer.ts';
import { wholeNumber } from '../parameters.ts';

export const sinifgsm = createAttack({
  id: 'sinifgsm',
  title: 'SI-NI-FGSM',
  citation: 'Lin et al. 2020, Nesterov Accelerated Gradient and Scale Invariance for Adversarial Attacks',
  access: 'gradient',
  norms: ['linf'],
  aim: 'bounded',
  parameters: { ...transferParameters(1), copies: wholeNumber('number m of scaled copies', 5) },
  run(task) {
    const gradientOf = crossEntropyGradient(task);
    const lower = Math.fround(task.bounds.lower);
    return climbToTransfer(task, {
      looksAhead: true,
      async gradientAt(points, step) {
        const sum = new Float32Array(points.length);
        for (let copy = 0; copy < task.parameters.copies; copy++) {
          const scale = 2 ** -copy;
          const gradients = await gradientOf(
            points.map((value) => lower + scale * (value - lower)),
            step,
          );
          // By the chain rule the gradient at the input is that at the copy times the scale.
          gradients.forEach((slope, index) => {
            sum[index] = (sum[index] ?? NaN) + scale * slope;
          });
        }
        return sum;
      },
    });
  },
});
