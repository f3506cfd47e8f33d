/**
 * PGD, projected gradient descent (Madry et al. 2018): steps along the steepest direction of the norm from a random point
 * of the ball, restarted on what has survived. Steps of 2.5·ε/steps, as their challenge has it.
 */
import { createAttack } from '../create-attack.ts';
import { ascend } from '../loops/ascent.ts';
import { climbed, labelLosses, type LabelLoss } from '../loops/objective.ts';
import { onSurvivors } from '../loops/survivors.ts';
import { choice, stepSize, switched, wholeNumber } from '../parameters.ts';
import { absoluteSize } from '../size.ts';

const STEPS = 40;

export const pgd = createAttack({
  id: 'pgd',
  title: 'PGD',
  citation: 'Madry et al. 2018, Towards Deep Learning Models Resistant to Adversarial Attacks',
  access: 'gradient',
  norms: ['linf', 'l2', 'l1', 'l0'],
  aim: 'bounded',
  parameters: {
    steps: wholeNumber('number of gradient steps', STEPS),
    stepSize: stepSize(
      'size of a step (2.5·ε/40; in L0 a tenth of all elements’ range)',
      ({ norm, radius }) => (norm === 'l0' ? 1 : (2.5 * (radius?.value ?? 0)) / STEPS),
    ),
    restarts: wholeNumber('number of random starts', 1),
    randomStart: switched('whether the first start is random too', true),
    loss: choice('the loss that is climbed', labelLosses, 'cross-entropy'),
  },
  run(task) {
    const { steps, restarts, randomStart, loss, stepSize: size } = task.parameters;
    return onSurvivors({
      task,
      count: restarts,
      round: (survivors, round) =>
        ascend({
          ball: survivors.ball,
          start:
            round > 0 || randomStart
              ? survivors.ball.randomPoints(
                  Array.from(survivors.labels, (_, example) => survivors.stream(example, 'start', round)),
                )
              : survivors.inputs,
          steps,
          stepSize: absoluteSize({ value: size, unit: 'fraction of range' }, task.bounds),
          gradientAt: async (points) => (await climbed(survivors, loss as LabelLoss, points)).gradients,
        }),
    });
  },
});
