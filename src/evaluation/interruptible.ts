/** Makes every call of a plan's models a place where the evaluation can be ended. */
import type { Classifier } from '../classifier/classifier.ts';
import { interruptionPoint } from '../core/interruption.ts';
import type { EvaluationPlan } from './plan.ts';

/**
 * The plan with models that, before each call, throw the reason of the plan's signal once it is aborted. An attack of
 * many steps ends between two of them, without knowing of signals.
 */
export function interruptible(plan: EvaluationPlan): EvaluationPlan {
  const { signal, whiteBox, blackBox } = plan;
  if (signal === undefined) return plan;
  // One for each model: the plan tells models apart by identity.
  const made = new Map<Classifier, Classifier>();
  const wrap = (model: Classifier): Classifier => {
    const known = made.get(model) ?? interruptibleClassifier(model, signal);
    made.set(model, known);
    return known;
  };
  return {
    ...plan,
    whiteBox: whiteBox.map(wrap),
    ...(blackBox === undefined
      ? {}
      : { blackBox: { source: wrap(blackBox.source), targets: blackBox.targets.map(wrap) } }),
  };
}

function interruptibleClassifier(model: Classifier, signal: AbortSignal): Classifier {
  const { name, inputShape, classCount, bounds } = model;
  return {
    name,
    inputShape,
    classCount,
    bounds,
    async logits(inputs) {
      await interruptionPoint(signal);
      return model.logits(inputs);
    },
    ...(model.lossGradient === undefined
      ? {}
      : {
          async lossGradient(inputs: Float32Array, labels: Int32Array) {
            await interruptionPoint(signal);
            // Called on the model itself, which may keep state in its fields.
            if (model.lossGradient === undefined) throw new RangeError(`${name} has lost its gradient`);
            return model.lossGradient(inputs, labels);
          },
        }),
  };
}
