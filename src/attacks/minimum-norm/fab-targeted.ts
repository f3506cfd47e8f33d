/**
 * FAB-T (Croce and Hein 2020, in AutoAttack's version): FAB towards one class at a time, those of the greatest clean
 * logits first, which costs one gradient an iteration however many classes there are. Any other class than the label
 * counts, whichever it was led to. Led towards a given class, it looks at the boundary between that and the greatest of
 * all others.
 */
import { createAttack } from '../create-attack.ts';
import { searchNearest } from '../loops/nearest.ts';
import { wholeNumber } from '../parameters.ts';
import { otherClasses } from './boundaries.ts';
import { CITATION, fabParameters, fabRounds } from './fab.ts';

export const fabTargeted = createAttack({
  id: 'fab-t',
  title: 'FAB-T',
  citation: CITATION,
  access: 'gradient',
  norms: ['linf', 'l2', 'l1'],
  aim: 'minimum-norm',
  parameters: {
    targets: wholeNumber('number of target classes; all others where there are fewer', 9),
    ...fabParameters,
  },
  run: (task) =>
    searchNearest(task, async (active, nearest) => {
      const classes = await otherClasses(active, active.targets === null ? task.parameters.targets : 1);
      for (const [place, towards] of classes.entries()) {
        await fabRounds({ task: active, nearest, title: 'FAB-T', classes: [towards], stream: place });
      }
    }),
});
