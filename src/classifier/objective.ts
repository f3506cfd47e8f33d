/** What a gradient attack may differentiate: a loss of the logits, with what the loss compares them with. */

/** The losses by name; each grows as the attack succeeds, so that an attack ascends it. */
export type LossName = Objective['loss'];

/**
 * - `cross-entropy`: −log softmax(z)[y]; ascended away from y, descended towards it.
 * - `margin`: max_{j≠y} z_j − z_y, positive where the example is misclassified (Carlini and Wagner 2017).
 * - `probability-margin`: max_{j≠y} p_j − p_y of the softmax p (PMA, Gao et al. 2022).
 * - `dlr`: the margin divided by z_(1) − z_(3), the greatest and the third of the logits, which makes it independent
 *   of their scale (Croce and Hein 2020). Needs three classes.
 * - `targeted-dlr`: (z_t − z_y) / (z_(1) − (z_(3) + z_(4)) / 2). Needs four classes.
 * - `weighted-logits`: Σ w_k z_k; its gradient is the vector-Jacobian product of the logits.
 */
export type Objective =
  | {
      readonly loss: 'cross-entropy' | 'margin' | 'probability-margin' | 'dlr';
      /** [n], each a class. */
      readonly labels: Int32Array;
    }
  | { readonly loss: 'targeted-dlr'; readonly labels: Int32Array; readonly targets: Int32Array }
  | {
      readonly loss: 'weighted-logits';
      /** [n, classCount]. */
      readonly weights: Float32Array;
    };

/** The fewest classes that a loss is defined for. */
export const leastClasses: Readonly<Record<LossName, number>> = {
  'cross-entropy': 2,
  margin: 2,
  'probability-margin': 2,
  dlr: 3,
  'targeted-dlr': 4,
  'weighted-logits': 1,
};

export const lossNames = Object.keys(leastClasses) as LossName[];

/** The losses that are defined for so many classes. */
export function lossesOf(classCount: number): ReadonlySet<LossName> {
  return new Set(lossNames.filter((loss) => classCount >= leastClasses[loss]));
}

/** The cross-entropy of labels, [n]. */
export function crossEntropyOf(labels: Int32Array): Objective {
  return { loss: 'cross-entropy', labels };
}

/**
 * The objective of some rows of a batch, in the order given.
 *
 * @param rows places in the batch
 */
export function objectiveRows(
  objective: Objective,
  rows: readonly number[] | Int32Array,
  classCount: number,
): Objective {
  const chosen = (values: Int32Array): Int32Array => Int32Array.from(rows, (row) => values[row] ?? -1);
  if (objective.loss === 'weighted-logits') {
    const { weights } = objective;
    const picked = new Float32Array(rows.length * classCount);
    Array.from(rows).forEach((row, place) => {
      picked.set(weights.subarray(row * classCount, (row + 1) * classCount), place * classCount);
    });
    return { loss: objective.loss, weights: picked };
  }
  if (objective.loss === 'targeted-dlr') {
    return { loss: objective.loss, labels: chosen(objective.labels), targets: chosen(objective.targets) };
  }
  return { loss: objective.loss, labels: chosen(objective.labels) };
}
