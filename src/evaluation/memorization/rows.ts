/** What the logits of each example say of one label: the numbers that all memorization scores are made of. */

export interface Rows {
  /** The class of the greatest logit, the first of equals, [n]. */
  readonly predicted: Int32Array;
  /** The rank of the label: the classes of a greater logit, and those of an equal one that come before it, [n]. */
  readonly ranks: Int32Array;
  /** 1 where `predicted` is the label, that is where the rank is 0, [n]. */
  readonly correct: Uint8Array;
  /** Cross-entropy of the label in nats, ≥ 0 and finite, [n]. */
  readonly losses: Float64Array;
  /** Logit of the label less the greatest other logit, [n]. */
  readonly margins: Float64Array;
  /** The greatest softmax probability, in [1 / classCount, 1], [n]. */
  readonly confidences: Float64Array;
}

/**
 * Examines every row once, in double precision. With greatest logit g and rest r = Σ exp(zⱼ − g) over the other
 * classes, the loss of label y is (g − z_y) + log(1 + r): no overflow at any finite logits, and losses far below the
 * rounding of 1 stay apart.
 *
 * @param logits [n, classCount], finite
 * @param labels [n], in [0, classCount)
 * @param classCount at least 2
 */
export function examineRows(logits: Float32Array, labels: Int32Array, classCount: number): Rows {
  const count = labels.length;
  const rows: Rows = {
    predicted: new Int32Array(count),
    ranks: new Int32Array(count),
    correct: new Uint8Array(count),
    losses: new Float64Array(count),
    margins: new Float64Array(count),
    confidences: new Float64Array(count),
  };
  for (let example = 0; example < count; example++) {
    const start = example * classCount;
    const label = labels[example] ?? NaN;
    const own = logits[start + label] ?? NaN;
    let best = 0;
    let greatest = -Infinity;
    let greatestOther = -Infinity;
    for (let index = 0; index < classCount; index++) {
      const logit = logits[start + index] ?? NaN;
      if (logit > greatest) {
        greatest = logit;
        best = index;
      }
      if (index !== label && logit > greatestOther) greatestOther = logit;
    }
    let rest = 0;
    let rank = 0;
    for (let index = 0; index < classCount; index++) {
      const logit = logits[start + index] ?? NaN;
      if (index !== best) rest += Math.exp(logit - greatest);
      if (logit > own || (logit === own && index < label)) rank++;
    }
    rows.predicted[example] = best;
    rows.ranks[example] = rank;
    rows.correct[example] = best === label ? 1 : 0;
    rows.losses[example] = greatest - own + Math.log1p(rest);
    rows.margins[example] = own - greatestOther;
    rows.confidences[example] = 1 / (1 + rest);
  }
  return rows;
}
