/** A model as the thread knows it that leaves all work on it to others. */
import type { Classifier } from '../../classifier/classifier.ts';
import { lossesOf } from '../../classifier/objective.ts';
import type { ModelDescription } from '../../models/open.ts';
import { requireBounds } from '../../models/options.ts';

/**
 * What a plan has to know of a model; asked for anything more, it throws.
 *
 * @throws InputError when nothing says the model's bounds
 */
export function describedClassifier({ name, inputShape, classCount, bounds }: ModelDescription): Classifier {
  const refuse = (): never => {
    throw new RangeError(`${name} is run by workers alone`);
  };
  return {
    name,
    inputShape,
    classCount,
    bounds: requireBounds(name, bounds),
    logits: refuse,
    losses: lossesOf(classCount),
    gradient: refuse,
  };
}
