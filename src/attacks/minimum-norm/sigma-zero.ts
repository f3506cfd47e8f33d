/**
 * σ-zero (Cinà et al. 2025): descends, by Adam on gradients of L∞ length 1, the margin by which the label still leads plus
 * a smooth count of changed elements, mean(δ² / (δ² + σ)), and undoes after each step all changes below a threshold that
 * rises while the point is adversarial. It counts elements, whatever the result counts. Led towards a class, the margin
 * is that by which the others still lead it; the authors have no such version.
 */
import { createAttack } from '../create-attack.ts';
import { createAdam } from '../loops/adam.ts';
import { lengthOf } from '../loops/lengths.ts';
import { searchNearest } from '../loops/nearest.ts';
import { perturbationsOf } from '../loops/perturbations.ts';
import { numberBetween, wholeNumber } from '../parameters.ts';
import { cosineFrom } from './steps.ts';

export const sigmaZero = createAttack({
  id: 'sigma-zero',
  title: 'σ-zero',
  citation: 'Cinà et al. 2025, σ-zero: Gradient-based Optimization of ℓ0-norm Adversarial Examples',
  access: 'gradient',
  norms: ['l0'],
  aim: 'minimum-norm',
  parameters: {
    steps: wholeNumber('number of gradient steps', 1000),
    eta: numberBetween('η: the first step size, of the last a tenth, in ranges', 1, 0, Infinity),
    sigma: numberBetween('σ: how sharply changes are counted', 0.001, 1e-12, Infinity),
    threshold: numberBetween('τ: the first threshold, in ranges', 0.3, 0, 1),
    thresholdStep: numberBetween('by what part of the step size the threshold changes', 0.01, 0, 1),
  },
  run: (task) =>
    searchNearest(task, async (active, nearest) => {
      const { steps, eta, sigma, threshold, thresholdStep } = task.parameters;
      const space = perturbationsOf(active, 'σ-zero', ['margin']);
      const { count, size } = space;
      const moves = new Float32Array(count * size);
      const thresholds = new Float64Array(count).fill(threshold);
      const adam = createAdam(count * size);
      let rate = eta;
      for (let step = 0; step < steps; step++) {
        const points = space.points(moves);
        const { losses, gradients, logits } = await space.climb(points, 'margin');
        const won = nearest.offer(points, logits);
        const slopes = new Float32Array(count * size);
        for (let example = 0; example < count; example++) {
          const [from, to] = [example * size, (example + 1) * size];
          // NaN goes on, for the caller to see.
          const follows = (losses[example] ?? NaN) >= 0 ? 0 : -1;
          for (let index = from; index < to; index++) {
            const square = (moves[index] ?? NaN) ** 2;
            const counted = (2 * (moves[index] ?? NaN) * sigma) / (square + sigma) ** 2 / size;
            slopes[index] = (follows === 0 ? 0 : follows * (gradients[index] ?? NaN)) + counted;
          }
          const own = slopes.subarray(from, to);
          const length = Math.max(lengthOf('linf', own), 1e-12);
          for (let index = 0; index < size; index++) own[index] = (own[index] ?? NaN) / length;
        }
        adam.descend(moves, slopes, rate);
        space.clamp(moves);
        rate = cosineFrom(eta, eta / 10, step, steps);
        for (let example = 0; example < count; example++) {
          const shift = (won[example] === 1 ? 1 : -1) * thresholdStep * rate;
          const least = Math.min(Math.max((thresholds[example] ?? NaN) + shift, 0), 1);
          thresholds[example] = least;
          for (let index = example * size; index < (example + 1) * size; index++) {
            if (Math.abs(moves[index] ?? NaN) < least) moves[index] = 0;
          }
        }
      }
      const points = space.points(moves);
      nearest.offer(points, await active.oracle.logits(points));
    }),
});
