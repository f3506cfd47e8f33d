/**
 * Random noise of the size of the radius, drawn again for what has survived: what an attack has to beat. As in Foolbox
 * (Rauber et al. 2017): in L∞ uniform within the radius; in L2 uniform or Gaussian in each element, scaled to the radius
 * before the bounds cut it.
 */
import type { RandomStream } from '../../core/random.ts';
import { clampToBounds, exampleSizeOf, type Norm } from '../balls/ball.ts';
import { createAttack, type Attack } from '../create-attack.ts';
import { onSurvivors } from '../loops/survivors.ts';
import { wholeNumber } from '../parameters.ts';

interface Noise {
  readonly id: string;
  readonly title: string;
  readonly norms: readonly Norm[];
  readonly draw: (stream: RandomStream) => number;
}

function noise({ draw, ...facts }: Noise): Attack {
  return createAttack({
    ...facts,
    citation:
      'Rauber et al. 2017, Foolbox: A Python Toolbox to Benchmark the Robustness of Machine Learning Models',
    access: 'decisions',
    aim: 'bounded',
    parameters: { repeats: wholeNumber('number of draws for each example', 100) },
    run: (task) =>
      onSurvivors({
        task,
        count: task.parameters.repeats,
        round(survivors, repeat) {
          const { norm, radius, bounds, ball, labels } = survivors;
          const size = exampleSizeOf(survivors.inputShape);
          const points = survivors.inputs.slice();
          for (let example = 0; example < labels.length; example++) {
            const stream = survivors.stream(example, 'noise', repeat);
            const drawn = Float64Array.from({ length: size }, () => draw(stream));
            const length = Math.sqrt(drawn.reduce((sum, value) => sum + value * value, 0));
            const scale = norm === 'linf' ? radius : length > 0 ? radius / length : 0;
            drawn.forEach((value, index) => {
              const place = example * size + index;
              points[place] = (points[place] ?? NaN) + scale * value;
            });
          }
          clampToBounds(points, bounds);
          ball.project(points);
          return Promise.resolve(points);
        },
      }),
  });
}

export const uniformNoise = noise({
  id: 'uniform-noise',
  title: 'Uniform noise',
  norms: ['linf', 'l2'],
  draw: (stream) => 2 * stream.uniform() - 1,
});

export const gaussianNoise = noise({
  id: 'gaussian-noise',
  title: 'Gaussian noise',
  norms: ['l2'],
  draw: (stream) => stream.normal(),
});
