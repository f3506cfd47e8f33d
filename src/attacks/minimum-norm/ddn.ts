/**
 * DDN, decoupled direction and norm (Rony et al. 2019): steps up the cross-entropy, each rescaled to a length of its own
 * that shrinks by γ while the point is adversarial and grows by γ while it is not. The points are not rounded to 256
 * levels in between, as the authors' code does by default: the search is over all of the bounds.
 */
import { createAttack } from '../create-attack.ts';
import { lengthOf } from '../loops/lengths.ts';
import { searchNearest } from '../loops/nearest.ts';
import { perturbationsOf } from '../loops/perturbations.ts';
import { numberBetween, stepSize, wholeNumber } from '../parameters.ts';
import { cosineFrom, greatestLengths, unitGradient } from './steps.ts';

export const ddn = createAttack({
  id: 'ddn',
  title: 'DDN',
  citation:
    'Rony et al. 2019, Decoupling Direction and Norm for Efficient Gradient-Based L2 Adversarial Attacks and Defenses',
  access: 'gradient',
  norms: ['l2'],
  aim: 'minimum-norm',
  parameters: {
    steps: wholeNumber('number of gradient steps', 100),
    gamma: numberBetween('by what part the length grows or shrinks in a step', 0.05, 0, 1),
    initialNorm: stepSize('the first length', 1),
  },
  run: (task) =>
    searchNearest(task, async (active, nearest) => {
      const { steps, gamma, initialNorm } = task.parameters;
      const space = perturbationsOf(active, 'DDN', ['cross-entropy']);
      const { count, size } = space;
      const moves = new Float32Array(count * size);
      const greatest = greatestLengths('l2', space);
      const lengths = new Float64Array(count).fill(initialNorm);
      for (let step = 0; step < steps; step++) {
        const points = space.points(moves);
        const { gradients, logits } = await space.climb(points, 'cross-entropy');
        const won = nearest.offer(points, logits);
        const rate = cosineFrom(1, 0.01, step, steps);
        for (let example = 0; example < count; example++) {
          const move = moves.subarray(example * size, (example + 1) * size);
          const direction = unitGradient(gradients.subarray(example * size, (example + 1) * size), () =>
            active.stream(example, 'no gradient', step),
          );
          direction.forEach((value, index) => {
            move[index] = (move[index] ?? NaN) + rate * value;
          });
          const length = (lengths[example] ?? NaN) * (won[example] === 1 ? 1 - gamma : 1 + gamma);
          lengths[example] = Math.min(length, greatest[example] ?? NaN);
          const scale = (lengths[example] ?? NaN) / lengthOf('l2', move);
          // A step may lead back to the very clean input.
          if (scale === Infinity) continue;
          for (let index = 0; index < size; index++) move[index] = (move[index] ?? NaN) * scale;
        }
        space.clamp(moves);
      }
      // The last step is looked at too.
      const points = space.points(moves);
      nearest.offer(points, await active.oracle.logits(points));
    }),
});
