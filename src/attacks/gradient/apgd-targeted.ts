/**
 * APGD-T (Croce and Hein 2020): Auto-PGD on the targeted DLR loss towards the classes that the clean input comes nearest
 * to, one after the other, each on what has survived. The margin towards the target stands in for the targeted DLR loss
 * where there are fewer than four classes.
 */
import type { LossGradient } from '../../classifier/classifier.ts';
import type { AttackTask } from '../attack.ts';
import { createAttack } from '../create-attack.ts';
import { apgd as climbAutomatically } from '../loops/apgd.ts';
import { onSurvivors } from '../loops/survivors.ts';
import { numberBetween, wholeNumber } from '../parameters.ts';
import { CITATION, edgeStart } from './apgd.ts';

export const apgdTargeted = createAttack({
  id: 'apgd-t',
  title: 'APGD-T',
  citation: CITATION,
  access: 'gradient',
  norms: ['linf', 'l2'],
  aim: 'bounded',
  parameters: {
    iterations: wholeNumber('number of iterations', 100),
    targets: wholeNumber('number of target classes; all others where there are fewer', 9),
    restarts: wholeNumber('number of random starts for each target', 1),
    rho: numberBetween('share of steps that have to raise the loss', 0.75, 0, 1),
  },
  async run(task) {
    const { iterations, restarts, rho } = task.parameters;
    const order = await nearestClasses(task);
    const targets = task.targets === null ? Math.min(task.parameters.targets, task.oracle.classCount - 1) : 1;
    return onSurvivors({
      task,
      count: targets * restarts,
      round(survivors, round, rows) {
        const place = round % targets;
        const classes = Int32Array.from(rows, (row) => task.targets?.[row] ?? order[row]?.[place] ?? 0);
        return climbAutomatically({
          oracle: survivors.oracle,
          ball: survivors.ball,
          start: edgeStart(survivors, (example) => survivors.stream(example, 'start', round)),
          iterations,
          rho,
          climb: (points) => climbTowards(survivors, classes, points),
          succeeded: (predictions) => survivors.succeeded(predictions),
        });
      },
    });
  },
});

/** The classes other than the label by falling clean logit, of each example. */
export async function nearestClasses({ oracle, inputs, labels }: AttackTask<unknown>): Promise<number[][]> {
  const { classCount } = oracle;
  const logits = await oracle.logits(inputs);
  return Array.from(labels, (label, example) => {
    const row = logits.subarray(example * classCount, (example + 1) * classCount);
    return Array.from(row.keys())
      .filter((index) => index !== label)
      .sort((a, b) => (row[b] ?? NaN) - (row[a] ?? NaN) || a - b);
  });
}

/** The targeted DLR loss of labels and targets; with fewer than four classes z_t − z_y. */
export function climbTowards(
  { oracle, labels }: Pick<AttackTask, 'oracle' | 'labels'>,
  targets: Int32Array,
  points: Float32Array,
): Promise<LossGradient> {
  if (oracle.losses.has('targeted-dlr')) {
    return oracle.gradient(points, { loss: 'targeted-dlr', labels, targets });
  }
  const { classCount } = oracle;
  const weights = new Float32Array(labels.length * classCount);
  labels.forEach((label, example) => {
    const target = targets[example] ?? 0;
    if (target === label) return;
    weights[example * classCount + target] = 1;
    weights[example * classCount + label] = -1;
  });
  return oracle.gradient(points, { loss: 'weighted-logits', weights });
}
