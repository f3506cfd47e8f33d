/**
 * DeepFool (Moosavi-Dezfooli et al. 2016): steps to the nearest boundary as it looks from the current point, and ends as
 * soon as the class has changed. The sum of the steps is overshot by 2 %, so that it ends about 2 % too far; choose a
 * smaller overshoot to come nearer. Ten classes are looked at, the label's among them. Led towards a class, it looks at
 * the boundary between that and the greatest of all others.
 */
import type { AttackTask } from '../attack.ts';
import { createAttack } from '../create-attack.ts';
import { lengthOf } from '../loops/lengths.ts';
import { searchNearest } from '../loops/nearest.ts';
import { perturbationsOf, rowsOf } from '../loops/perturbations.ts';
import { numberBetween, wholeNumber } from '../parameters.ts';
import { boundariesAt, boundaryLosses, nearestBoundary, otherClasses, type Boundary } from './boundaries.ts';

/** Added to every step, in units of the range, so that the steps do not die away before the boundary. */
const EXTRA_STEP = 1e-4;

export const deepfool = createAttack({
  id: 'deepfool',
  title: 'DeepFool',
  citation:
    'Moosavi-Dezfooli et al. 2016, DeepFool: a Simple and Accurate Method to Fool Deep Neural Networks',
  access: 'gradient',
  norms: ['l2', 'linf'],
  aim: 'minimum-norm',
  parameters: {
    steps: wholeNumber('greatest number of steps', 50),
    candidates: wholeNumber('number of classes looked at, the label among them', 10, 2),
    overshoot: numberBetween('by what part the sum of the steps is overshot', 0.02, 0, Infinity),
  },
  run: (task) =>
    searchNearest(task, async (active, nearest) => {
      const { steps, overshoot, candidates } = task.parameters;
      const classes = await otherClasses(active, candidates - 1);
      const { size } = perturbationsOf(active, 'DeepFool', boundaryLosses(active));
      const sums = new Float32Array(active.inputs.length);
      let rows = Array.from(active.labels.keys());
      // A last look is taken after the last step.
      for (let step = 0; step <= steps && rows.length > 0; step++) {
        const part: AttackTask<unknown> = active.select(rows);
        const space = perturbationsOf(part, 'DeepFool', boundaryLosses(part));
        const moves = rowsOf(sums, size, rows).map((value) => (1 + overshoot) * value);
        space.clamp(moves);
        const points = space.points(moves);
        const logits = await part.oracle.logits(points);
        const won = nearest.offer(points, logits, rows);
        const places = Array.from(rows.keys()).filter((place) => won[place] === 0);
        if (places.length === 0 || step === steps) break;
        const left = part.select(places);
        rows = places.map((place) => rows[place] ?? 0);
        const found = await boundariesAt(
          left,
          perturbationsOf(left, 'DeepFool', boundaryLosses(left)),
          rowsOf(points, size, places),
          classes.map((each) => Int32Array.from(rows, (row) => each[row] ?? 0)),
        );
        rows.forEach((row, place) => {
          const boundary = nearestBoundary(found, place, size, task.norm);
          if (boundary !== undefined)
            addStep(task.norm, sums.subarray(row * size, (row + 1) * size), boundary, place);
        });
      }
    }),
});

/** The shortest step to the boundary: along the gradient in L2, along its signs in L∞. */
function addStep(
  norm: AttackTask['norm'],
  sum: Float32Array,
  { values, gradients }: Boundary,
  place: number,
): void {
  const gradient = gradients.subarray(place * sum.length, (place + 1) * sum.length);
  const length = lengthOf(norm === 'linf' ? 'l1' : 'l2', gradient);
  if (length === 0) return;
  const distance = Math.abs(values[place] ?? NaN) / length + EXTRA_STEP;
  for (let index = 0; index < sum.length; index++) {
    const slope = gradient[index] ?? NaN;
    sum[index] = (sum[index] ?? NaN) + distance * (norm === 'linf' ? Math.sign(slope) : slope / length);
  }
}
