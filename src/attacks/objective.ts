/** What a gradient attack climbs: the loss of the label, or the falling loss of a target class. */
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import { type AttackBatch, type AttackSettings, assertApplicable } from './attack.ts';
import { chooseTargets } from './targets.ts';

export interface Objective {
  /** The class each example is led towards, [n]; null when untargeted. */
  readonly targets: Int32Array | null;
  /** 0 where the target is the label itself, so that there is nowhere to lead the example, else 1, [n]; null when untargeted. */
  readonly led: Uint8Array | null;
  /** 1 where the first gradient that was taken is zero everywhere, [n]. */
  readonly zeroGradients: Uint8Array;
  /** Gradient of the objective at the points, [n, ...inputShape]; to be read only. */
  readonly gradientAt: (points: Float32Array) => Promise<Float32Array>;
}

/**
 * The cross-entropy objective of a batch: climbs the loss of the label (true, or predicted on the clean input), or
 * descends the loss of the target. An example whose target is its own label has a zero objective and stays clean.
 *
 * @throws InputError when the target does not fit the classifier; later, when a gradient has another size than the inputs
 */
export async function createObjective(
  classifier: Classifier,
  batch: AttackBatch,
  settings: AttackSettings,
): Promise<Objective> {
  const { classCount } = classifier;
  const needsLogits = settings.label === 'predicted' || settings.target !== null;
  const logits = needsLogits
    ? (batch.cleanLogits ?? (await classifier.logits(batch.inputs)))
    : new Float32Array(0);
  const labels = settings.label === 'true' ? batch.labels : predictions(logits, classCount);
  const targets =
    settings.target === null
      ? null
      : chooseTargets({
          rule: settings.target,
          seed: settings.seed,
          classCount,
          labels,
          indices: batch.indices,
          logits,
        });
  const led = targets && Uint8Array.from(targets, (target, example) => (target === labels[example] ? 0 : 1));
  const exampleSize = batch.inputs.length / Math.max(1, labels.length);
  const zeroGradients = new Uint8Array(labels.length);
  let first = true;
  return {
    targets,
    led,
    zeroGradients,
    async gradientAt(points) {
      assertApplicable({ title: 'the attack', needs: 'gradient' }, classifier);
      const result = await classifier.lossGradient?.(points, targets ?? labels);
      const gradients = result?.gradients ?? new Float32Array(0);
      if (gradients.length !== points.length) {
        throw new InputError(
          `the model ${classifier.name} returned ${String(gradients.length)} gradient elements for ` +
            `${String(points.length)} input elements: its gradient must have the shape of its inputs`,
        );
      }
      if (first) markZeros(gradients, exampleSize, zeroGradients);
      first = false;
      return led ? descending(gradients, exampleSize, led) : gradients;
    },
  };
}

/** The class of the greatest logit of each example, the first of equals. */
export function predictions(logits: Float32Array, classCount: number): Int32Array {
  return Int32Array.from({ length: logits.length / classCount }, (_, example) => {
    const row = logits.subarray(example * classCount, (example + 1) * classCount);
    return row.reduce((best, logit, index) => (logit > (row[best] ?? -Infinity) ? index : best), 0);
  });
}

function descending(gradients: Float32Array, exampleSize: number, led: Uint8Array): Float32Array {
  const turned = new Float32Array(gradients.length);
  led.forEach((isLed, example) => {
    if (isLed === 0) return;
    for (let index = example * exampleSize; index < (example + 1) * exampleSize; index++) {
      turned[index] = -(gradients[index] ?? 0);
    }
  });
  return turned;
}

function markZeros(gradients: Float32Array, exampleSize: number, marks: Uint8Array): void {
  marks.forEach((_, example) => {
    const own = gradients.subarray(example * exampleSize, (example + 1) * exampleSize);
    marks[example] = own.every((value) => value === 0) ? 1 : 0;
  });
}
