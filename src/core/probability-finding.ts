/** Tells probabilities from logits by the extremes of a model's outputs. */

/** Of all rows of outputs together. */
export interface OutputExtremes {
  /** The least and the greatest output of each class, [classCount]. */
  readonly least: ArrayLike<number>;
  readonly greatest: ArrayLike<number>;
  /** How many rows. */
  readonly rows: number;
  /** The least and the greatest sum of a row. */
  readonly leastSum: number;
  readonly greatestSum: number;
}

/** Why outputs look like probabilities. */
export interface ProbabilityFinding {
  /**
   * Rows that sum to 1, to another constant, or nearly to a constant with all values in [0, 1]; or rows [0, z] of a
   * single output z that is never outside [0, 1], so that class 1 is always predicted.
   */
  readonly kind: 'sum to 1' | 'sum to a constant' | 'nearly sum to a constant' | 'one value in [0, 1]';
  /** The mean of the least and the greatest sum of a row. */
  readonly sum: number;
}

/** How far the sums of rows may be apart, as a part of the sum: float32 rounding, and where values were clipped. */
export const exactSums = 1e-4;
const clipped = 0.02;
/** Fewer single outputs in [0, 1] are no sign of anything. */
const ENOUGH_ROWS = 8;
/** By how much, as a part of the sum, some class must differ between rows: equal rows are no evidence of anything. */
const leastChange = { exact: 1e-3, clipped: 0.2 };

/** What the outputs look like; null for logits. */
export function probabilityFinding({
  leastSum,
  greatestSum,
  rows,
  ...classes
}: OutputExtremes): ProbabilityFinding | null {
  const [least, greatest] = [Array.from(classes.least), Array.from(classes.greatest)];
  const sum = (leastSum + greatestSum) / 2;
  const spread = (greatestSum - leastSum) / sum;
  const change = Math.max(...greatest.map((value, index) => value - (least[index] ?? NaN))) / sum;
  const inside = (upper: number): boolean =>
    least.every((value) => value >= 0) && greatest.every((value) => value <= upper);
  if (!(sum > 0) || !inside(Infinity)) return null;
  const isSingle = least.length === 2 && greatest[0] === 0;
  if (isSingle && inside(1) && rows >= ENOUGH_ROWS) return { kind: 'one value in [0, 1]', sum };
  if (spread <= exactSums && change >= leastChange.exact) {
    return { kind: Math.abs(sum - 1) <= exactSums ? 'sum to 1' : 'sum to a constant', sum };
  }
  const isClipped = spread <= clipped && change >= leastChange.clipped && inside(1);
  return isClipped ? { kind: 'nearly sum to a constant', sum } : null;
}

/**
 * A finding in words: what was seen, and what to write.
 *
 * @param model names the model
 * @param declaredLogits whether it was said that the outputs are logits
 */
export function describeFinding(
  model: string,
  { kind, sum }: ProbabilityFinding,
  declaredLogits: boolean,
): string {
  const value = String(Number(sum.toPrecision(4)));
  if (kind === 'one value in [0, 1]') {
    return (
      `the one output of ${model} lies in [0, 1] for every example, like the probability of class 1, and was taken for a logit, ` +
      'so that class 1 is always predicted: give the model without what makes a probability of its logit'
    );
  }
  const seen =
    kind === 'nearly sum to a constant'
      ? `all lie in [0, 1] and each row sums to nearly ${value}`
      : `none is negative and each row sums to ${value}`;
  const advice = 'give the model without its softmax, or write --outputs probabilities';
  return (
    `the outputs of ${model} look like probabilities (${seen}) where logits are needed: ` +
    (declaredLogits ? `they were declared to be logits; if they are not, ${advice}` : advice)
  );
}
