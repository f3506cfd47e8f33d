/**
 * TI-FGSM (Dong et al. 2019): MI-FGSM with the gradient smoothed by a Gaussian kernel of 15 × 15 pixels over ±3 standard
 * deviations, which stands for gradients of shifted images. Images only. The momentum keeps nothing by default, as in
 * the paper's TI-FGSM; with a decay of 1 it is TI-MI-FGSM.
 */
import { InputError } from '../../core/errors.ts';
import { exampleSizeOf } from '../balls/ball.ts';
import { createAttack } from '../create-attack.ts';
import { climbToTransfer, crossEntropyGradient, transferParameters } from '../loops/transfer.ts';
import { numberBetween, type NumberParameter } from '../parameters.ts';

const kernelLength: NumberParameter = {
  kind: 'number',
  description: 'side of the kernel in pixels',
  default: 15,
  requirement: 'an odd whole number of at least 1',
  accepts: (value) => Number.isSafeInteger(value) && value >= 1 && value % 2 === 1,
};

export const tifgsm = createAttack({
  id: 'tifgsm',
  title: 'TI-FGSM',
  citation:
    'Dong et al. 2019, Evading Defenses to Transferable Adversarial Examples by Translation-Invariant Attacks',
  access: 'gradient',
  norms: ['linf'],
  aim: 'bounded',
  parameters: {
    ...transferParameters(0),
    kernel: kernelLength,
    sigma: numberBetween('standard deviations from the middle of the kernel to its edge', 3, 0, Infinity),
  },
  run(task) {
    const [channels, height, width] = task.inputShape;
    if (task.inputShape.length !== 3 || !channels || !height || !width) {
      throw new InputError(
        `TI-FGSM smooths images: the model ${task.oracle.name} takes inputs of [${task.inputShape.join(', ')}], ` +
          'no [channels, height, width]',
      );
    }
    const gradientOf = crossEntropyGradient(task);
    const kernel = gaussian(task.parameters.kernel, task.parameters.sigma);
    return climbToTransfer(task, {
      gradientAt: async (points, step) =>
        smoothed(await gradientOf(points, step), kernel, height, width, exampleSizeOf(task.inputShape)),
    });
  },
});

/** The normal density at evenly spaced places from −σ to σ, of sum 1; its outer product with itself is the kernel. */
export function gaussian(length: number, sigma: number): Float64Array {
  const middle = (length - 1) / 2;
  const values = Float64Array.from({ length }, (_, index) =>
    length === 1 ? 1 : Math.exp(-(((sigma * (index - middle)) / middle) ** 2) / 2),
  );
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

/** Each channel convolved with the kernel along rows, then along columns; outside is 0. */
export function smoothed(
  values: Float32Array,
  kernel: Float64Array,
  height: number,
  width: number,
  size: number,
): Float32Array {
  if (size % (height * width) !== 0) throw new RangeError('an image is not a whole number of channels');
  const reach = (kernel.length - 1) / 2;
  const pass = (from: Float32Array, isAlongRows: boolean): Float32Array =>
    from.map((_, index) => {
      const row = Math.floor(index / width) % height;
      const column = index % width;
      const [place, length, stride] = isAlongRows ? [column, width, 1] : [row, height, width];
      let sum = 0;
      for (let away = -reach; away <= reach; away++) {
        if (place + away < 0 || place + away >= length) continue;
        sum += (kernel[away + reach] ?? NaN) * (from[index + away * stride] ?? NaN);
      }
      return sum;
    });
  return pass(pass(values, true), false);
}
