/**
 * Tells probabilities from logits by their numbers. An attack on probabilities follows the gradient of a second
 * softmax, which is flat where the model is sure, and the model looks robust that is not.
 */
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';

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

export interface ProbabilityCheck {
  /** Takes the logits of a batch, [n, classCount]. */
  record(logits: Float32Array): void;
  /** Whether the first rows, as many as this, are nonnegative and sum to 1. */
  beginsWithProbabilities(rows: number): boolean;
  /** What all rows so far look like; null for logits. */
  finding(): ProbabilityFinding | null;
}

/** How far the sums of rows may be apart, as a part of the sum: float32 rounding, and where values were clipped. */
const exact = 1e-4;
const clipped = 0.02;
/** By how much, as a part of the sum, some class must differ between rows: equal rows are no evidence of anything. */
const leastChange = { exact: 1e-3, clipped: 0.2 };
/** Rows after which probabilities are refused. */
const refusedAfter = 8;

/** Examines the outputs of a model, batch by batch; its findings do not depend on how the rows are batched. */
export function createProbabilityCheck(classCount: number): ProbabilityCheck {
  const least = new Float64Array(classCount).fill(Infinity);
  const greatest = new Float64Array(classCount).fill(-Infinity);
  let leastSum = Infinity;
  let greatestSum = -Infinity;
  let rows = 0;
  let leading = 0;
  return {
    record(logits) {
      for (let start = 0; start < logits.length; start += classCount) {
        let sum = 0;
        let lowest = Infinity;
        for (let index = 0; index < classCount; index++) {
          const value = logits[start + index] ?? NaN;
          sum += value;
          lowest = Math.min(lowest, value);
          least[index] = Math.min(least[index] ?? NaN, value);
          greatest[index] = Math.max(greatest[index] ?? NaN, value);
        }
        if (leading === rows && lowest >= 0 && Math.abs(sum - 1) <= exact) leading += 1;
        rows += 1;
        leastSum = Math.min(leastSum, sum);
        greatestSum = Math.max(greatestSum, sum);
      }
    },
    beginsWithProbabilities: (count) => count > 0 && leading >= count,
    finding() {
      const sum = (leastSum + greatestSum) / 2;
      const spread = (greatestSum - leastSum) / sum;
      const change = Math.max(...greatest.map((value, index) => value - (least[index] ?? NaN))) / sum;
      const inside = (upper: number): boolean =>
        least.every((value) => value >= 0) && greatest.every((value) => value <= upper);
      if (!(sum > 0) || !inside(Infinity)) return null;
      const isSingle = classCount === 2 && greatest[0] === 0;
      if (isSingle && inside(1) && rows >= refusedAfter) return { kind: 'one value in [0, 1]', sum };
      if (spread <= exact && change >= leastChange.exact) {
        return { kind: Math.abs(sum - 1) <= exact ? 'sum to 1' : 'sum to a constant', sum };
      }
      const isClipped = spread <= clipped && change >= leastChange.clipped && inside(1);
      return isClipped ? { kind: 'nearly sum to a constant', sum } : null;
    },
  };
}

/**
 * Refuses a model that gives probabilities where an attack needs logits, once eight rows, or all there are, are
 * nonnegative and sum to 1.
 *
 * @param count examples of the whole evaluation
 * @throws InputError that says what to give instead
 */
export function assertLogitsNotProbabilities(
  { name }: Classifier,
  check: ProbabilityCheck,
  count: number,
): void {
  if (!check.beginsWithProbabilities(Math.min(refusedAfter, count))) return;
  throw new InputError(
    `the outputs of the model ${name} are probabilities (each row sums to 1) and attacks need logits: ` +
      'give the model without its final softmax (from a function: the logarithms), or declare its outputs (--outputs probabilities, ' +
      'or --outputs logits if they are logits all the same)',
  );
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
