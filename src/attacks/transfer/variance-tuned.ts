/**
 * VMI-FGSM and VNI-FGSM (Wang and He 2021): MI-FGSM and NI-FGSM whose gradient is corrected by how the mean gradient over
 * random neighbours of the last point, uniform within β·ε, differed from the one there.
 */
import { createAttack, type Attack } from '../create-attack.ts';
import { exampleSizeOf } from '../balls/ball.ts';
import { climbToTransfer, crossEntropyGradient, transferParameters } from '../loops/transfer.ts';
import { numberBetween, wholeNumber } from '../parameters.ts';

function varianceTuned(facts: { readonly id: string; readonly title: string }, looksAhead: boolean): Attack {
  return createAttack({
    ...facts,
    citation:
      'Wang and He 2021, Enhancing the Transferability of Adversarial Attacks through Variance Tuning',
    access: 'gradient',
    norms: ['linf'],
    aim: 'bounded',
    parameters: {
      ...transferParameters(1),
      neighbours: wholeNumber('number N of random neighbours in each step', 5),
      beta: numberBetween('how far they are, in radii', 1.5, 0, Infinity),
    },
    run(task) {
      const { neighbours, beta, steps, decay, stepSize } = task.parameters;
      const gradientOf = crossEntropyGradient(task);
      const size = exampleSizeOf(task.inputShape);
      const reach = beta * task.radius;
      const streams = Array.from(task.labels, (_, example) => task.stream(example, 'neighbours'));
      let variance = new Float32Array(task.inputs.length);
      return climbToTransfer(task.withParameters({ steps, decay, stepSize }), {
        looksAhead,
        async gradientAt(points, step) {
          const gradients = await gradientOf(points, step);
          const tuned = gradients.map((slope, index) => slope + (variance[index] ?? NaN));
          const mean = new Float32Array(points.length);
          for (let neighbour = 0; neighbour < neighbours; neighbour++) {
            const near = points.map(
              (value, index) =>
                value + reach * (2 * (streams[Math.floor(index / size)]?.uniform() ?? NaN) - 1),
            );
            (await gradientOf(near, step)).forEach((slope, index) => {
              mean[index] = (mean[index] ?? NaN) + slope / neighbours;
            });
          }
          variance = mean.map((slope, index) => slope - (gradients[index] ?? NaN));
          return tuned;
        },
      });
    },
  });
}

export const vmifgsm = varianceTuned({ id: 'vmifgsm', title: 'VMI-FGSM' }, false);

export const vnifgsm = varianceTuned({ id: 'vnifgsm', title: 'VNI-FGSM' }, true);
