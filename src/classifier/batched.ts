/** A classifier that is asked for few examples at a time, and can be ended between two calls. */
import { interruptionPoint } from '../core/interruption.ts';
import type { Classifier, LossGradient } from './classifier.ts';
import { objectiveRows } from './objective.ts';

export interface Batching {
  /** The most examples of one call. */
  readonly batchSize: number;
  /** Before each call, its reason is thrown once it is aborted: an attack of many steps ends between two of them. */
  readonly signal?: AbortSignal | undefined;
}

/** The same classifier, its calls split; what it gives of an example is the same. */
export function inBatches(classifier: Classifier, { batchSize, signal }: Batching): Classifier {
  const { name, inputShape, classCount, bounds } = classifier;
  const size = inputShape.reduce((product, dim) => product * dim, 1);
  const parts = (length: number): (readonly [number, number])[] => {
    const count = length / size;
    // What is no whole number of examples is for the classifier to refuse.
    if (!Number.isInteger(count) || count <= batchSize) return [[0, count]];
    return Array.from({ length: Math.ceil(count / batchSize) }, (_, part) => [
      part * batchSize,
      Math.min(count, (part + 1) * batchSize),
    ]);
  };
  return {
    name,
    inputShape,
    classCount,
    bounds,
    async logits(inputs) {
      const found: Float32Array[] = [];
      for (const [start, end] of parts(inputs.length)) {
        await interruptionPoint(signal);
        found.push(await classifier.logits(inputs.subarray(start * size, end * size)));
      }
      return joined(found);
    },
    ...(classifier.losses === undefined ? {} : { losses: classifier.losses }),
    ...(classifier.gradient === undefined
      ? {}
      : {
          async gradient(inputs, objective): Promise<LossGradient> {
            const found: LossGradient[] = [];
            const all = parts(inputs.length);
            for (const [start, end] of all) {
              await interruptionPoint(signal);
              // Called on the model itself, which may keep state in its fields.
              if (classifier.gradient === undefined) throw new RangeError(`${name} has lost its gradient`);
              const rows = Array.from({ length: end - start }, (_, row) => start + row);
              const own = all.length === 1 ? objective : objectiveRows(objective, rows, classCount);
              found.push(await classifier.gradient(inputs.subarray(start * size, end * size), own));
            }
            return {
              losses: joined(found.map(({ losses }) => losses)),
              gradients: joined(found.map(({ gradients }) => gradients)),
              logits: joined(found.map(({ logits }) => logits)),
            };
          },
        }),
  };
}

/** Arrays behind one another; the only one as it is. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
