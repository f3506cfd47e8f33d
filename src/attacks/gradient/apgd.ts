/**
 * APGD, Auto-PGD on one loss (Croce and Hein 2020): 100 iterations from a random point at the edge of the ball, restarted
 * on what has survived. In L∞ and L2.
 */
import type { RandomStream } from '../../core/random.ts';
import type { AttackTask } from '../attack.ts';
import { clampToBounds, exampleSizeOf } from '../balls/ball.ts';
import { createAttack } from '../create-attack.ts';
import { apgd as climbAutomatically } from '../loops/apgd.ts';
import { climbed, labelLosses, lossFor, type LabelLoss } from '../loops/objective.ts';
import { onSurvivors } from '../loops/survivors.ts';
import { choice, numberBetween, wholeNumber } from '../parameters.ts';

export const CITATION =
  'Croce and Hein 2020, Reliable Evaluation of Adversarial Robustness with an Ensemble of Diverse Parameter-free Attacks';

export const apgd = createAttack({
  id: 'apgd',
  title: 'APGD',
  citation: CITATION,
  access: 'gradient',
  norms: ['linf', 'l2'],
  aim: 'bounded',
  parameters: {
    loss: choice(
      'the loss that is climbed; DLR needs three classes and is the margin below',
      labelLosses,
      'cross-entropy',
    ),
    iterations: wholeNumber('number of iterations', 100),
    restarts: wholeNumber('number of random starts', 1),
    rho: numberBetween('share of steps that have to raise the loss', 0.75, 0, 1),
  },
  run(task) {
    const { iterations, restarts, rho } = task.parameters;
    const loss = lossFor(task.parameters.loss as LabelLoss, task);
    return onSurvivors({
      task,
      count: restarts,
      round: (survivors, round) =>
        climbAutomatically({
          oracle: survivors.oracle,
          ball: survivors.ball,
          start: edgeStart(survivors, (example) => survivors.stream(example, 'start', round)),
          iterations,
          rho,
          climb: (points) => climbed(survivors, loss, points),
          succeeded: (predictions) => survivors.succeeded(predictions),
        }),
    });
  },
});

/** Random points at the edge of the ball, in the bounds: uniform over their greatest in L∞, Gaussian directions in L2. */
export function edgeStart(
  { inputs, inputShape, norm, radius, bounds, ball }: AttackTask<unknown>,
  streamOf: (example: number) => RandomStream,
): Float32Array {
  const size = exampleSizeOf(inputShape);
  const points = inputs.slice();
  for (let example = 0; example * size < inputs.length; example++) {
    const stream = streamOf(example);
    const draw = norm === 'linf' ? () => 2 * stream.uniform() - 1 : () => stream.normal();
    const away = Float64Array.from({ length: size }, draw);
    const length =
      norm === 'linf'
        ? away.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
        : Math.sqrt(away.reduce((sum, value) => sum + value * value, 0));
    away.forEach((value, index) => {
      const place = example * size + index;
      points[place] = (points[place] ?? NaN) + (radius * value) / length;
    });
  }
  clampToBounds(points, bounds);
  ball.project(points);
  return points;
}
